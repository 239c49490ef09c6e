package io.quorate.store.peer;

import io.quorate.store.gateway.Upkeep;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a checkpoint from a peer that offers one, part by part, into {@link Staging}; has it
 * checked, and says when it may be installed.
 *
 * <pre>
 *   nothing ── an offer of use ──► gathering ── all parts here ──► checking ── good ──► ready
 *      ▲                              │ offerer silent, or has it no more     │
 *      └──────────────────────────────┴─────────── damaged ───────────────────┘
 * </pre>
 *
 * <p>One part is asked for at a time, and again if it does not come: a broken link costs no more
 * than that. After a restart whole files that are here are kept, if the same checkpoint is offered.
 *
 * <p>Lives on the loop; the disk is the business of {@code worker}.
 */
final class CheckpointReceiver {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointReceiver.class);
  private static final long ASK_AGAIN_NANOS = 500_000_000L;

  /** An offerer from which nothing came for this long is given up for another. */
  private static final long GIVE_UP_NANOS = 3_000_000_000L;

  /** Parts that nothing was added to for this long take their space in vain. */
  private static final long LEFTOVER_NANOS = 60_000_000_000L;

  private final World world;
  private final PeerOptions options;
  private final Staging staging;
  private final Transport transport;
  private final Executor worker;
  private final Executor loop;
  private final Consumer<CheckpointManifest> onReady;

  private @Nullable CheckpointManifest wanted;
  private int from;
  private int file;
  private long offset;
  private long bytesDone;

  /** Whether the worker has something of it in hand, or it is ready: then nothing else begins. */
  private boolean busy;

  private long askedAtNanos;
  private long cameAtNanos;

  /**
   * Whether parts of a checkpoint may be here that nobody takes on with; at first it is not known.
   */
  private boolean leftover = true;

  CheckpointReceiver(Protocol.Parts parts, Staging staging, Consumer<CheckpointManifest> onReady) {
    this.world = parts.world();
    this.options = parts.options();
    this.staging = staging;
    this.transport = parts.transport();
    this.worker = parts.worker();
    this.loop = parts.loop();
    this.onReady = onReady;
    this.cameAtNanos = world.nanoTime();
  }

  boolean isReceiving() {
    return wanted != null;
  }

  /** How far it has come. */
  Upkeep.Checkpoint account() {
    CheckpointManifest manifest = wanted;
    return manifest == null
        ? Upkeep.Checkpoint.NONE
        : new Upkeep.Checkpoint(bytesDone, manifest.totalBytes());
  }

  /** What this is doing, for people; empty if nothing. */
  String detail() {
    CheckpointManifest manifest = wanted;
    return manifest == null ? "" : "is caught up by a checkpoint of peer " + from;
  }

  /** A peer offers a checkpoint that this peer needs. */
  void offered(int offerer, CheckpointManifest manifest) {
    if (wanted != null || busy) {
      return;
    }
    wanted = manifest;
    leftover = true;
    from = offerer;
    file = 0;
    offset = 0;
    bytesDone = 0;
    cameAtNanos = world.nanoTime();
    LOG.info(
        "peer {}: peer {} offers a checkpoint at entry {}",
        options.id(),
        offerer,
        manifest.index());
    work(
        () -> {
          long needed = manifest.totalBytes() + options.reserveBytes();
          if (!staging.hasRoom(needed)) {
            throw new IOException("there is no room for it: " + needed + " bytes are needed");
          }
          int first = staging.begin(manifest);
          loop.execute(() -> begun(manifest, first));
        });
  }

  private interface DiskWork {
    void run() throws IOException;
  }

  private void work(DiskWork task) {
    busy = true;
    worker.execute(
        () -> {
          try {
            task.run();
          } catch (IOException e) {
            loop.execute(() -> failed(e));
          }
        });
  }

  /** Whatever it was, it begins anew with the next offer. */
  private void failed(IOException error) {
    LOG.warn("peer {}: a checkpoint is given up: {}", options.id(), error.toString());
    CheckpointManifest manifest = wanted;
    if (manifest != null) {
      // The copy there may be what is bad; from the same one nothing better would come.
      transport.send(from, new PeerMessage.CheckpointGone(manifest.id()));
    }
    wanted = null;
    discard();
  }

  private void discard() {
    busy = true;
    leftover = false;
    worker.execute(
        () -> {
          try {
            staging.discard();
          } catch (IOException e) {
            // It is tried again when another checkpoint is to come.
            LOG.warn("peer {}: a checkpoint could not be removed: {}", options.id(), e.toString());
          }
          loop.execute(() -> busy = false);
        });
  }

  private void begun(CheckpointManifest manifest, int first) {
    busy = false;
    file = first;
    bytesDone = 0;
    for (int i = 0; i < first; i++) {
      bytesDone += manifest.files().get(i).lengthBytes();
    }
    next(manifest);
  }

  private void next(CheckpointManifest manifest) {
    if (file < manifest.files().size()) {
      ask(manifest);
      return;
    }
    work(
        () -> {
          staging.check(manifest);
          loop.execute(() -> onReady.accept(manifest));
        });
  }

  private void ask(CheckpointManifest manifest) {
    askedAtNanos = world.nanoTime();
    transport.send(from, new PeerMessage.CheckpointPull(manifest.id(), file, offset));
  }

  /** A part came. */
  void arrived(PeerMessage.CheckpointPart part) {
    CheckpointManifest manifest = wanted;
    if (manifest == null
        || busy
        || part.id() != manifest.id()
        || part.file() != file
        || part.offset() != offset
        || CheckpointSender.crc32c(part.content()) != part.crc32c()) {
      return; // asked for again if need be
    }
    CheckpointManifest.File target = manifest.files().get(file);
    int length = part.content().remaining();
    boolean inside = length > 0 || target.lengthBytes() == 0;
    if (!inside || offset + length > target.lengthBytes()) {
      return;
    }
    cameAtNanos = world.nanoTime();
    work(
        () -> {
          staging.write(target, part.offset(), part.content().duplicate());
          loop.execute(() -> written(manifest, target, length));
        });
  }

  private void written(CheckpointManifest manifest, CheckpointManifest.File target, int length) {
    busy = false;
    offset += length;
    bytesDone += length;
    if (offset == target.lengthBytes()) {
      file++;
      offset = 0;
    }
    next(manifest);
  }

  /** The offerer has it no more. */
  void gone(long id) {
    CheckpointManifest manifest = wanted;
    if (manifest != null && manifest.id() == id && !busy) {
      LOG.info("peer {}: the checkpoint that it takes is there no more", options.id());
      wanted = null; // what is here of it goes when another one comes
    }
  }

  void tick(long nowNanos) {
    CheckpointManifest manifest = wanted;
    if (busy) {
      return;
    }
    if (manifest == null) {
      if (leftover && nowNanos - cameAtNanos >= LEFTOVER_NANOS) {
        discard();
      }
      return;
    }
    if (nowNanos - cameAtNanos >= GIVE_UP_NANOS) {
      wanted = null;
    } else if (nowNanos - askedAtNanos >= ASK_AGAIN_NANOS) {
      ask(manifest);
    }
  }

  /** What was ready is installed, or of no use any more. */
  void done(boolean installed) {
    wanted = null;
    busy = false;
    if (!installed) {
      discard();
    }
  }
}

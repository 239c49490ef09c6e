package io.quorate.store.peer;

import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.table.Database;
import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers a checkpoint to followers that lack entries which the leader's log has no more, and serves
 * its parts as they ask for them: what a part costs in memory and on the link is up to the slower
 * one. There is one checkpoint at a time, for all of them. While it is in use the log is not
 * dropped beyond it, so that who has taken it can go on from there.
 *
 * <p>Lives on the loop; the disk is the business of {@code worker}.
 */
final class CheckpointSender {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointSender.class);
  private static final long OFFER_NANOS = 300_000_000L;
  private static final long RETRY_NANOS = 1_000_000_000L;

  /** A checkpoint that nobody asked for during this is removed. */
  private static final long IDLE_NANOS = 10_000_000_000L;

  private final World world;
  private final Disk disk;
  private final Database database;
  private final Metadata metadata;
  private final Transport transport;
  private final Executor worker;
  private final Executor loop;
  private final String directory;
  private final Map<Integer, Long> offeredAtNanos = new HashMap<>();
  private @Nullable CheckpointManifest present;
  private boolean busy;
  private long notBeforeNanos;
  private long usedAtNanos;

  CheckpointSender(Protocol.Parts parts) {
    this.world = parts.world();
    this.disk = parts.storage().disk();
    this.database = parts.storage().metadata();
    this.metadata = parts.metadata();
    this.transport = parts.transport();
    this.worker = parts.worker();
    this.loop = parts.loop();
    this.directory = database.name() + ".checkpoint";
    this.notBeforeNanos = world.nanoTime();
    // An earlier run of this peer may have left one.
    this.busy = true;
    worker.execute(this::remove);
  }

  /** The log must not be dropped beyond this. */
  long heldIndex() {
    CheckpointManifest checkpoint = present;
    return checkpoint == null ? Long.MAX_VALUE : checkpoint.index();
  }

  /**
   * Makes, offers and removes checkpoints.
   *
   * @param logStart the last entry that is no longer in this peer's log
   * @param behind followers that count and need what is not in the log; empty if this peer does not
   *     lead
   */
  void tick(long nowNanos, long logStart, List<FollowerStatus> behind) {
    CheckpointManifest checkpoint = present;
    if (busy) {
      return;
    }
    if (checkpoint == null) {
      if (!behind.isEmpty() && nowNanos - notBeforeNanos >= 0) {
        busy = true;
        worker.execute(this::make);
      }
    } else if (checkpoint.index() < logStart) {
      // This peer has gone on from another's since: who takes the old one could not go on here.
      discard();
    } else if (!behind.isEmpty()) {
      behind.forEach(follower -> offer(checkpoint, follower.peer(), nowNanos));
    } else if (nowNanos - usedAtNanos >= IDLE_NANOS) {
      discard();
    }
  }

  private void discard() {
    present = null;
    offeredAtNanos.clear();
    busy = true;
    worker.execute(this::remove);
  }

  private void offer(CheckpointManifest checkpoint, int peer, long nowNanos) {
    Long last = offeredAtNanos.get(peer);
    if (last == null || nowNanos - last >= OFFER_NANOS) {
      offeredAtNanos.put(peer, nowNanos);
      usedAtNanos = nowNanos;
      transport.send(peer, new PeerMessage.CheckpointOffer(checkpoint));
    }
  }

  private void make() {
    try {
      disk.deleteSubdirectory(directory);
      // First without holding up whoever applies; what comes meanwhile is little.
      metadata.flush();
      Metadata.Moment moment = metadata.copy(tables -> database.copy(tables, disk, directory));
      List<CheckpointManifest.File> files = new ArrayList<>();
      Disk copy = disk.subdirectory(directory);
      for (String name : copy.list()) {
        try (DiskFile file = copy.open(name)) {
          files.add(new CheckpointManifest.File(name, file.sizeBytes()));
        }
      }
      CheckpointManifest made = new CheckpointManifest(world.randomLong(), moment, files);
      LOG.info("made a checkpoint at entry {}: {} bytes", made.index(), made.totalBytes());
      loop.execute(() -> made(made));
    } catch (IOException e) {
      LOG.warn("making a checkpoint failed; it is tried again: {}", e.toString());
      loop.execute(() -> made(null));
    }
  }

  private void made(@Nullable CheckpointManifest checkpoint) {
    busy = false;
    present = checkpoint;
    usedAtNanos = world.nanoTime();
    notBeforeNanos = usedAtNanos + RETRY_NANOS;
  }

  private void remove() {
    try {
      disk.deleteSubdirectory(directory);
    } catch (IOException e) {
      LOG.warn("removing a checkpoint failed; the next one will: {}", e.toString());
    }
    loop.execute(() -> busy = false);
  }

  /** A peer could not use a checkpoint; if it is the present one, the next try is with another. */
  void refused(long id) {
    CheckpointManifest checkpoint = present;
    if (checkpoint != null && checkpoint.id() == id && !busy) {
      present = null;
      offeredAtNanos.clear();
      busy = true;
      worker.execute(this::remove);
    }
  }

  /** A peer asks for a part. */
  void pulled(int from, PeerMessage.CheckpointPull pull) {
    CheckpointManifest checkpoint = present;
    if (checkpoint == null
        || checkpoint.id() != pull.id()
        || pull.file() < 0
        || pull.file() >= checkpoint.files().size()) {
      transport.send(from, new PeerMessage.CheckpointGone(pull.id()));
      return;
    }
    usedAtNanos = world.nanoTime();
    worker.execute(() -> read(from, pull, checkpoint.files().get(pull.file())));
  }

  private void read(int to, PeerMessage.CheckpointPull pull, CheckpointManifest.File file) {
    try (DiskFile source = disk.subdirectory(directory).open(file.name())) {
      long left = Math.max(0, file.lengthBytes() - Math.max(0, pull.offset()));
      int length = (int) Math.min(PeerMessage.CheckpointPart.MAX_BYTES, left);
      ByteBuffer content = ByteBuffer.allocate(length);
      source.read(Math.max(0, pull.offset()), content);
      content.flip();
      transport.send(
          to,
          new PeerMessage.CheckpointPart(
              pull.id(), pull.file(), pull.offset(), crc32c(content), content));
    } catch (IOException e) {
      LOG.warn("reading a checkpoint failed; it is asked for again: {}", e.toString());
    }
  }

  static int crc32c(ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    return (int) crc.getValue();
  }
}

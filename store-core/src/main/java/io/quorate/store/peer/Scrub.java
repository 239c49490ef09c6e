package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks over what is stored, at a set pace, before anybody needs it: disks lose what nobody reads.
 * Each chunk that the tree names is read and checked against its CRC, and the digest of the
 * metadata is computed anew from all rows. A chunk that is damaged or missing is fetched from
 * another peer (see {@link Healing}); damaged metadata can not be mended in place.
 *
 * <p>The first pass begins somewhere within the first interval, so that peers that were started
 * together do not all read their disks at once.
 */
final class Scrub {
  private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);
  private static final int PAGE_CHUNKS = 256;
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** Chunks that are watched until they are mended; beyond it they are mended unwatched. */
  private static final int MAX_UNMENDED = 10_000;

  /** A shorter pause than this is put off. */
  private static final long LEAST_PAUSE_NANOS = 10_000_000L;

  /**
   * What scrubbing has done since the peer was started.
   *
   * @param passes how many were ended
   * @param checkedBytes content read, of all passes
   * @param damagedChunks chunks whose copy was damaged or could not be read
   */
  record Progress(long passes, long checkedChunks, long checkedBytes, long damagedChunks) {}

  /**
   * The pass that is under way.
   *
   * @param bytesBefore content that was read in earlier passes
   * @param totalBytes about what it reads in all
   */
  private record Pass(long bytesBefore, long totalBytes) {}

  private final World world;
  private final PeerOptions options;
  private final ChunkStore chunks;
  private final Metadata metadata;
  private final Predicate<ChunkRef> onMissingChunk;
  private final BiConsumer<ChunkRef, IOException> onDamagedChunk;
  private final AtomicBoolean closed = new AtomicBoolean();
  private World.@Nullable Task thread;
  private volatile Progress progress = new Progress(0, 0, 0, 0);
  private volatile @Nullable Pass pass;
  private volatile long finishedMillis;
  private long owedNanos;

  /** What was found damaged or missing, is needed, and is not whole yet. */
  private final Set<ChunkId> unmended = ConcurrentHashMap.newKeySet();

  private final AtomicLong found = new AtomicLong();
  private final AtomicLong mended = new AtomicLong();

  /**
   * Ready to begin.
   *
   * @param onMissingChunk told of each chunk that is not here; sees to it, and says whether that
   *     was news
   * @param onDamagedChunk told of each copy that can not be used; sees to another
   */
  Scrub(
      World world,
      PeerOptions options,
      ChunkStore chunks,
      Metadata metadata,
      Predicate<ChunkRef> onMissingChunk,
      BiConsumer<ChunkRef, IOException> onDamagedChunk) {
    this.world = world;
    this.options = options;
    this.chunks = chunks;
    this.metadata = metadata;
    this.onMissingChunk = onMissingChunk;
    this.onDamagedChunk = onDamagedChunk;
  }

  /**
   * Starts scrubbing, unless the options say that there is to be none.
   *
   * @param onDamagedMetadata told what is wrong with the metadata; this peer must not serve it
   */
  void start(Consumer<String> onDamagedMetadata) {
    if (options.scrub().bytesPerSecond() > 0) {
      thread = world.spawn("quorate-scrub-" + options.id(), () -> run(onDamagedMetadata));
    }
  }

  Progress progress() {
    return progress;
  }

  /** How it stands, for people. From any thread. */
  Upkeep.Scrub account() {
    for (ChunkId id : unmended) {
      // What no file uses any more needs no mending either.
      boolean whole = chunks.held(id) || metadata.chunkState(id) != Metadata.ChunkState.LIVE;
      if (whole && unmended.remove(id)) {
        mended.incrementAndGet();
      }
    }
    Progress now = progress;
    Pass present = pass;
    return new Upkeep.Scrub(
        present != null,
        present == null ? 0 : now.checkedBytes - present.bytesBefore,
        present == null ? 0 : present.totalBytes,
        now.passes,
        finishedMillis,
        found.get(),
        mended.get());
  }

  private void found(ChunkRef chunk) {
    if (unmended.size() < MAX_UNMENDED && unmended.add(chunk.id())) {
      found.incrementAndGet();
    }
  }

  private void run(Consumer<String> onDamagedMetadata) {
    long interval = options.scrub().intervalMillis() * 1_000_000L;
    try {
      world.sleep(Long.remainderUnsigned(world.randomLong(), interval));
      while (!closed.get()) {
        pass(onDamagedMetadata);
        world.sleep(interval);
      }
    } catch (InterruptedException e) {
      // Closed.
      Thread.currentThread().interrupt();
    }
  }

  private void pass(Consumer<String> onDamagedMetadata) throws InterruptedException {
    Progress before = progress;
    pass = new Pass(before.checkedBytes, chunks.usage().total());
    ChunkId last = null;
    List<ChunkRef> page;
    do {
      page = metadata.liveChunks(last, PAGE_CHUNKS);
      for (ChunkRef chunk : page) {
        check(chunk);
        pause(chunk.lengthBytes());
        last = chunk.id();
      }
    } while (page.size() == PAGE_CHUNKS);
    String fault = metadata.digestFault();
    if (fault != null) {
      onDamagedMetadata.accept(fault);
    }
    Progress now = progress;
    pass = null;
    finishedMillis = world.wallClockNanos() / 1_000_000;
    progress = new Progress(now.passes + 1, now.checkedChunks, now.checkedBytes, now.damagedChunks);
    LOG.info(
        "peer {}: looked over {} chunks of {} bytes, {} of them damaged, and the metadata, {}",
        options.id(),
        now.checkedChunks - before.checkedChunks,
        now.checkedBytes - before.checkedBytes,
        now.damagedChunks - before.damagedChunks,
        fault == null ? "which is sound" : fault);
  }

  private void check(ChunkRef chunk) {
    boolean damaged = false;
    try {
      if (chunks.read(chunk, 0, chunk.lengthBytes()) == null) {
        if (onMissingChunk.test(chunk)) {
          found(chunk);
        }
      }
    } catch (IOException e) {
      if (closed.get()) {
        return;
      }
      damaged = true;
      found(chunk);
      onDamagedChunk.accept(chunk, e);
    }
    Progress now = progress;
    progress =
        new Progress(
            now.passes,
            now.checkedChunks + 1,
            now.checkedBytes + chunk.lengthBytes(),
            now.damagedChunks + (damaged ? 1 : 0));
  }

  private void pause(int bytes) throws InterruptedException {
    owedNanos += bytes * SECOND_NANOS / options.scrub().bytesPerSecond();
    if (owedNanos >= LEAST_PAUSE_NANOS) {
      world.sleep(owedNanos);
      owedNanos = 0;
    }
  }

  /** Ends it, in the middle of a pass as well; before the storage is closed. */
  void close() throws InterruptedException {
    closed.set(true);
    if (thread != null) {
      thread.interrupt();
      thread.join();
    }
  }
}

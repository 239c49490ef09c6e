package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
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
 * <p>A pass that somebody asks for begins at once, in place of one that is under way. The first
 * pass that nobody asks for begins somewhere within the first interval, so that peers that were
 * started together do not all read their disks at once.
 */
final class Scrub {
  private static final Logger LOG = LoggerFactory.getLogger(Scrub.class);
  private static final int PAGE_CHUNKS = 256;
  private static final long SECOND_NANOS = 1_000_000_000L;

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
   * The pass that is under way, or the last one that was asked for.
   *
   * @param ticket of the demand; 0 for one that nobody asked for
   * @param before what earlier passes have done
   * @param totalBytes about what it reads in all
   * @param bytesPerSecond content read at most
   */
  private record Pass(
      long ticket, Progress before, long totalBytes, long bytesPerSecond, BadChunks bad) {}

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
  private volatile Upkeep.Demanded demanded = Upkeep.Demanded.NONE;
  private volatile BadChunks badOfDemanded;
  private volatile long finishedMillis;
  private final BadChunks bad;
  private long owedNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable ScrubDemand demand;
  private CompletableFuture<Boolean> wake = new CompletableFuture<>();

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
    this.bad = new BadChunks(this::isWhole);
    this.badOfDemanded = bad;
  }

  /** Whether a chunk is here, or no file uses it any more. */
  private boolean isWhole(ChunkId id) {
    return chunks.held(id) || metadata.chunkState(id) != Metadata.ChunkState.LIVE;
  }

  /**
   * Starts scrubbing; where the options say that there is to be none, only what is asked for.
   *
   * @param onDamagedMetadata told what is wrong with the metadata; this peer must not serve it
   */
  void start(Consumer<String> onDamagedMetadata) {
    thread = world.spawn("quorate-scrub-" + options.id(), () -> run(onDamagedMetadata));
  }

  /** Begins a pass now, in place of one that is under way. From any thread. */
  void demand(ScrubDemand newest) {
    lock.lock();
    try {
      demand = newest;
      wake.complete(true);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ScrubDemand takeDemand() {
    lock.lock();
    try {
      ScrubDemand taken = demand;
      demand = null;
      wake = new CompletableFuture<>();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  Progress progress() {
    return progress;
  }

  /** How it stands, for people. From any thread. */
  Upkeep.Scrub account() {
    Progress now = progress;
    Pass present = pass;
    return new Upkeep.Scrub(
        present != null,
        present == null ? 0 : now.checkedBytes - present.before.checkedBytes,
        present == null ? 0 : present.totalBytes,
        now.passes,
        finishedMillis,
        bad.found(),
        bad.mended(),
        accountOfDemanded(now, present));
  }

  private Upkeep.Demanded accountOfDemanded(Progress now, @Nullable Pass present) {
    if (present != null && present.ticket != 0) {
      return demandedBy(present, now, false, true);
    }
    Upkeep.Demanded last = demanded;
    return new Upkeep.Demanded(
        last.ticket(),
        last.ended(),
        last.checkedChunks(),
        last.checkedBytes(),
        last.damagedChunks(),
        last.ticket() == 0 ? 0 : badOfDemanded.mended(),
        last.metadataSound());
  }

  private static Upkeep.Demanded demandedBy(
      Pass pass, Progress now, boolean ended, boolean metadataSound) {
    return new Upkeep.Demanded(
        pass.ticket,
        ended,
        now.checkedChunks - pass.before.checkedChunks,
        now.checkedBytes - pass.before.checkedBytes,
        pass.bad.found(),
        pass.bad.mended(),
        metadataSound);
  }

  private void run(Consumer<String> onDamagedMetadata) {
    boolean bySelf = options.scrub().bytesPerSecond() > 0;
    long interval = options.scrub().intervalMillis() * 1_000_000L;
    long wait = bySelf ? Long.remainderUnsigned(world.randomLong(), interval) : interval;
    try {
      while (!closed.get()) {
        ScrubDemand asked = await(wait);
        if (asked != null || bySelf) {
          pass(asked, onDamagedMetadata);
        }
        wait = interval;
      }
    } catch (InterruptedException e) {
      // Closed.
      Thread.currentThread().interrupt();
    }
  }

  /** Waits so long for a demand; null if none came. */
  private @Nullable ScrubDemand await(long nanos) throws InterruptedException {
    CompletableFuture<Boolean> woken;
    lock.lock();
    try {
      woken = wake;
    } finally {
      lock.unlock();
    }
    try {
      world.await(woken, nanos);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new AssertionError("it is never failed", e);
    }
    return takeDemand();
  }

  private void pass(@Nullable ScrubDemand asked, Consumer<String> onDamagedMetadata)
      throws InterruptedException {
    Pass begun = begin(asked);
    pass = begun;
    ChunkId last = null;
    List<ChunkRef> page;
    do {
      page = metadata.liveChunks(last, PAGE_CHUNKS);
      for (ChunkRef chunk : page) {
        check(chunk, begun);
        pause(chunk.lengthBytes(), begun.bytesPerSecond);
        if (wake.isDone()) {
          return; // somebody asks for another one
        }
        last = chunk.id();
      }
    } while (page.size() == PAGE_CHUNKS);
    String fault = metadata.digestFault();
    if (fault != null) {
      onDamagedMetadata.accept(fault);
    }
    Progress now = progress;
    progress = new Progress(now.passes + 1, now.checkedChunks, now.checkedBytes, now.damagedChunks);
    finishedMillis = world.wallClockNanos() / 1_000_000;
    if (begun.ticket != 0) {
      badOfDemanded = begun.bad;
      demanded = demandedBy(begun, now, true, fault == null);
    }
    pass = null;
    LOG.info(
        "peer {}: looked over {} chunks of {} bytes, {} of them damaged, and the metadata, {}",
        options.id(),
        now.checkedChunks - begun.before.checkedChunks,
        now.checkedBytes - begun.before.checkedBytes,
        now.damagedChunks - begun.before.damagedChunks,
        fault == null ? "which is sound" : fault);
  }

  private Pass begin(@Nullable ScrubDemand asked) {
    long own = options.scrub().bytesPerSecond();
    long pace = own > 0 ? own : ScrubOptions.DEFAULT.bytesPerSecond();
    return new Pass(
        asked == null ? 0 : asked.ticket(),
        progress,
        chunks.usage().total(),
        asked == null || asked.bytesPerSecond() == 0 ? pace : asked.bytesPerSecond(),
        new BadChunks(this::isWhole));
  }

  private void check(ChunkRef chunk, Pass present) {
    boolean damaged = false;
    try {
      if (chunks.read(chunk, 0, chunk.lengthBytes()) == null) {
        present.bad.add(chunk);
        if (onMissingChunk.test(chunk)) {
          bad.add(chunk);
        }
      }
    } catch (IOException e) {
      if (closed.get()) {
        return;
      }
      damaged = true;
      present.bad.add(chunk);
      bad.add(chunk);
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

  private void pause(int bytes, long bytesPerSecond) throws InterruptedException {
    owedNanos += bytes * SECOND_NANOS / bytesPerSecond;
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

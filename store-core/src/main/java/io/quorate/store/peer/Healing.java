package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.world.World;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings in chunks that the tree names and this journal lacks: those of entries that were committed
 * while this peer was away, and those that were found damaged. At a {@link HealingPace} that spares
 * the foreground, and from all peers in turn; a reader that meets a missing chunk does not wait for
 * its turn here, and what is left of the file that it reads comes before everything else.
 *
 * <p>What to bring in comes from two sides: entries name chunks as they are applied, and a walk
 * over all live chunks finds what an earlier run of this peer left undone. The list is bounded;
 * what it can not take is found by another walk.
 */
final class Healing {
  private static final int MAX_LISTED = 10_000;
  private static final int PAGE = 256;

  /** How often it is looked at what is lost, if anything is. */
  private static final long LOST_NANOS = 1_000_000_000L;

  /** A chunk that does not come within this goes to the end of the list. */
  private static final long FETCH_NANOS = 5_000_000_000L;

  private final World world;
  private final BooleanSupplier hasSpace;
  private final ChunkStore chunks;
  private final ChunkExchange exchange;
  private final Metadata metadata;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ChunkId, ChunkRef> preferred = new LinkedHashMap<>();
  private final Map<ChunkId, ChunkRef> missing = new LinkedHashMap<>();
  private final HealingPace pace;
  private final RateMeter rate;
  private final LostChunks lost;
  private final Unlisted unlisted = new Unlisted();
  private long lostAtNanos;
  private int inFlight;
  private long inFlightBytes;
  private boolean walkWanted = true;

  /** Named while the list was full: the next walk finds them. */
  private long overflowChunks;

  private long overflowBytes;

  // The walk, on the loop.
  private boolean walking;
  private @Nullable ChunkId walkedTo;

  Healing(
      World world,
      ChunkStore chunks,
      ChunkExchange exchange,
      Metadata metadata,
      LostChunks lost,
      BooleanSupplier hasSpace) {
    this.world = world;
    this.hasSpace = hasSpace;
    this.chunks = chunks;
    this.exchange = exchange;
    this.metadata = metadata;
    this.pace = new HealingPace(world.nanoTime());
    this.rate = new RateMeter(world.nanoTime());
    this.lost = lost;
  }

  /** A file with missing content is being read: these come first, in this order. */
  void soughtByReader(List<ChunkRef> chunksOfFile) {
    lock.lock();
    try {
      for (ChunkRef chunk : chunksOfFile) {
        if (preferred.size() < MAX_LISTED
            && !chunks.held(chunk.id())
            && !lost.isResting(chunk.id())) {
          preferred.put(chunk.id(), chunk);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes a chunk that ought to be here and is not, at a time when nothing was known to be missing
   * if this answers true. From any thread.
   */
  boolean foundMissing(ChunkRef chunk) {
    boolean news = isComplete();
    named(chunk);
    return news;
  }

  /** Notes a chunk that the tree names, if it is not held. From any thread. */
  void named(ChunkRef chunk) {
    if (!chunks.held(chunk.id())) {
      lock.lock();
      try {
        if (lost.isResting(chunk.id())) {
          return;
        }
        if (missing.size() < MAX_LISTED) {
          missing.put(chunk.id(), chunk);
        } else if (!missing.containsKey(chunk.id())) {
          walkWanted = true;
          overflowChunks++;
          overflowBytes += chunk.lengthBytes();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** The tree is another: looks at all of it again. */
  void walkAgain() {
    lock.lock();
    try {
      walkWanted = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether all that the tree names has been looked for, and nothing is missing but what no peer
   * has.
   */
  boolean isComplete() {
    lock.lock();
    try {
      return !walking && !walkWanted && missing.isEmpty() && inFlight == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #run} has nothing to do. */
  boolean isIdle() {
    lock.lock();
    try {
      return isComplete() && preferred.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** How much is known to be missing, and how fast it comes. From any thread. */
  Upkeep.Content account() {
    lock.lock();
    try {
      List<ChunkRef> onlyPreferred =
          preferred.values().stream().filter(chunk -> !missing.containsKey(chunk.id())).toList();
      List<ChunkRef> resting = lost.resting();
      return new Upkeep.Content(
          walkWanted || (walking && !unlisted.isWhole()),
          missing.size()
              + inFlight
              + onlyPreferred.size()
              + resting.size()
              + unlisted.chunks()
              + overflowChunks,
          bytes(missing.values())
              + inFlightBytes
              + bytes(onlyPreferred)
              + bytes(resting)
              + unlisted.bytes()
              + overflowBytes,
          lost.count(),
          rate.perSecond(world.nanoTime()));
    } finally {
      lock.unlock();
    }
  }

  private static long bytes(Collection<ChunkRef> chunks) {
    return chunks.stream().mapToLong(ChunkRef::lengthBytes).sum();
  }

  /** Bytes that were brought in since the peer was started. From any thread. */
  long healedBytes() {
    lock.lock();
    try {
      return rate.total();
    } finally {
      lock.unlock();
    }
  }

  /** Walks on and starts fetches, up to the bounds; on the loop, at every tick. */
  void run() {
    lookForLost();
    walk();
    if (!hasSpace.getAsBoolean()) {
      return; // what came would be dropped; readers are served all the same
    }
    for (ChunkRef next = next(); next != null; next = next()) {
      ChunkRef chunk = next;
      long now = world.nanoTime();
      exchange
          .fetch(chunk, now + FETCH_NANOS)
          .whenComplete((done, error) -> fetched(chunk, now, error));
    }
  }

  private void lookForLost() {
    lock.lock();
    try {
      long now = world.nanoTime();
      if (!lost.isEmpty() && now - lostAtNanos >= LOST_NANOS) {
        lostAtNanos = now;
        lost.forgetUnused();
        lost.due(now).forEach(chunk -> missing.put(chunk.id(), chunk));
      }
      lost.name(now);
    } finally {
      lock.unlock();
    }
  }

  /** One page of the walk: it is listed, or only counted while the list is long. */
  private void walk() {
    boolean listing;
    ChunkId from;
    lock.lock();
    try {
      if (!walking && !walkWanted) {
        return;
      }
      if (!walking) {
        walking = true;
        walkWanted = false;
        walkedTo = null;
        unlisted.clear();
        overflowChunks = 0;
        overflowBytes = 0;
      }
      listing = missing.size() <= MAX_LISTED / 2;
      if (!listing && unlisted.isWhole()) {
        return;
      }
      from = listing ? walkedTo : unlisted.countedTo(walkedTo);
    } finally {
      lock.unlock();
    }
    List<ChunkRef> page = metadata.liveChunks(from, PAGE);
    if (listing) {
      list(page);
    } else {
      count(page);
    }
  }

  private void list(List<ChunkRef> page) {
    page.forEach(this::named);
    lock.lock();
    try {
      walking = page.size() == PAGE;
      walkedTo = page.isEmpty() ? null : page.get(page.size() - 1).id();
      if (walking) {
        unlisted.listed(page.get(page.size() - 1).id());
      } else {
        unlisted.clear();
      }
    } finally {
      lock.unlock();
    }
  }

  private void count(List<ChunkRef> page) {
    List<ChunkRef> absent = page.stream().filter(chunk -> !chunks.held(chunk.id())).toList();
    lock.lock();
    try {
      List<ChunkRef> beyond =
          absent.stream()
              .filter(chunk -> !missing.containsKey(chunk.id()) && !lost.isResting(chunk.id()))
              .toList();
      ChunkId last = page.isEmpty() ? null : page.get(page.size() - 1).id();
      unlisted.count(beyond, last, page.size() < PAGE);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ChunkRef next() {
    lock.lock();
    try {
      ChunkRef chunk = next(preferred);
      return chunk != null ? chunk : next(missing);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable ChunkRef next(Map<ChunkId, ChunkRef> list) {
    Iterator<ChunkRef> waiting = list.values().iterator();
    while (waiting.hasNext()) {
      ChunkRef chunk = waiting.next();
      boolean wanted =
          !chunks.held(chunk.id()) && metadata.chunkState(chunk.id()) == Metadata.ChunkState.LIVE;
      if (wanted && !pace.start(chunk.lengthBytes(), world.nanoTime())) {
        return null;
      }
      waiting.remove();
      if (list != missing) {
        missing.remove(chunk.id());
      }
      if (wanted) {
        inFlight++;
        inFlightBytes += chunk.lengthBytes();
        return chunk;
      }
    }
    return null;
  }

  private void fetched(ChunkRef chunk, long startedNanos, @Nullable Throwable error) {
    boolean failed = error != null;
    lock.lock();
    try {
      inFlight--;
      inFlightBytes -= chunk.lengthBytes();
      pace.ended(chunk.lengthBytes(), startedNanos, !failed, world.nanoTime());
      if (error instanceof ChunkLostException && lost.add(chunk)) {
        return; // asked for again now and then
      }
      if (failed || !chunks.held(chunk.id())) {
        missing.put(chunk.id(), chunk); // at the tail: others first, then again
      } else {
        rate.add(chunk.lengthBytes(), world.nanoTime());
        lost.remove(chunk.id());
      }
    } finally {
      lock.unlock();
    }
  }
}

package io.quorate.store.peer;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Chunks that were found damaged or missing, until they are whole again. For any thread. */
final class BadChunks {
  /** Chunks that are watched; what is beyond it is mended unwatched, and not counted. */
  private static final int MAX_WATCHED = 10_000;

  private final Predicate<ChunkId> isWhole;
  private final Set<ChunkId> watched = ConcurrentHashMap.newKeySet();
  private final AtomicLong found = new AtomicLong();
  private final AtomicLong mended = new AtomicLong();

  /**
   * None yet.
   *
   * @param isWhole whether a chunk needs no mending any more
   */
  BadChunks(Predicate<ChunkId> isWhole) {
    this.isWhole = isWhole;
  }

  void add(ChunkRef chunk) {
    if (watched.size() < MAX_WATCHED && watched.add(chunk.id())) {
      found.incrementAndGet();
    }
  }

  long found() {
    return found.get();
  }

  /** How many of those found are whole by now. */
  long mended() {
    for (ChunkId id : watched) {
      if (isWhole.test(id) && watched.remove(id)) {
        mended.incrementAndGet();
      }
    }
    return mended.get();
  }
}

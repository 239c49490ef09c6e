package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings in chunks that the tree names and this journal lacks: those of entries that were committed
 * while this peer was away. A few at a time, so that it never crowds out the foreground; a reader that
 * meets a missing chunk does not wait for its turn here.
 */
final class Healing {
  private static final int MAX_IN_FLIGHT = 16;

  private final ChunkStore chunks;
  private final ChunkExchange exchange;
  private final Predicate<ChunkId> live;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ChunkId, ChunkRef> missing = new LinkedHashMap<>();
  private int inFlight;

  /**
   * @param live whether the applied state still names a chunk
   */
  Healing(ChunkStore chunks, ChunkExchange exchange, Predicate<ChunkId> live) {
    this.chunks = chunks;
    this.exchange = exchange;
    this.live = live;
  }

  /** Notes a chunk that the tree names, if it is not held. From any thread. */
  void named(ChunkRef chunk) {
    if (!chunks.held(chunk.id())) {
      lock.lock();
      try {
        missing.put(chunk.id(), chunk);
      } finally {
        lock.unlock();
      }
    }
  }

  /** Chunks known to be missing. */
  int missing() {
    lock.lock();
    try {
      return missing.size() + inFlight;
    } finally {
      lock.unlock();
    }
  }

  /** Starts fetches, up to the bound; called on every tick and after each fetch. */
  void run() {
    for (ChunkRef next = next(); next != null; next = next()) {
      ChunkRef chunk = next;
      exchange.fetch(chunk).whenComplete((done, error) -> fetched(chunk, error != null));
    }
  }

  private @Nullable ChunkRef next() {
    lock.lock();
    try {
      Iterator<ChunkRef> waiting = missing.values().iterator();
      while (inFlight < MAX_IN_FLIGHT && waiting.hasNext()) {
        ChunkRef chunk = waiting.next();
        waiting.remove();
        if (!chunks.held(chunk.id()) && live.test(chunk.id())) {
          inFlight++;
          return chunk;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void fetched(ChunkRef chunk, boolean failed) {
    lock.lock();
    try {
      inFlight--;
      if (failed) {
        missing.put(chunk.id(), chunk); // at the tail: others first, then again
      }
    } finally {
      lock.unlock();
    }
  }
}

package io.quorate.store.chunk;

import io.quorate.store.journal.Position;
import io.quorate.store.journal.Segments;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of each segment are chunks that somebody needs. Kept as chunks come and die, and
 * counted anew now and then, since what was never published dies without a word.
 *
 * <p>It chooses what to look at, no more: whoever gives a segment back looks at each chunk in it.
 */
public final class SegmentUsage {
  private final ReentrantLock lock = new ReentrantLock();
  private Map<Long, Long> bytes = new HashMap<>();

  /** What came and went since a count began; null if none is under way. */
  private @Nullable Map<Long, Long> sinceCount;

  /** A chunk has its place there. */
  public void came(Position place) {
    add(place, 1);
  }

  /** A chunk that had its place there is elsewhere now, or nobody needs it any more. */
  public void went(Position place) {
    add(place, -1);
  }

  private void add(Position place, int sign) {
    long change = sign * bytes(place);
    lock.lock();
    try {
      bytes.merge(place.segment(), change, Long::sum);
      if (sinceCount != null) {
        sinceCount.merge(place.segment(), change, Long::sum);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What a chunk takes of its segment. */
  public static long bytes(Position place) {
    return Segments.CHUNK_BYTES + place.lengthBytes();
  }

  /** From now on changes are remembered beside the count. */
  void beginCount() {
    lock.lock();
    try {
      sinceCount = new HashMap<>();
    } finally {
      lock.unlock();
    }
  }

  /** Takes what was counted, with the changes since it began. */
  void endCount(Map<Long, Long> counted) {
    lock.lock();
    try {
      Map<Long, Long> changes = sinceCount == null ? Map.of() : sinceCount;
      bytes = new HashMap<>(counted);
      changes.forEach((segment, change) -> bytes.merge(segment, change, Long::sum));
      sinceCount = null;
    } finally {
      lock.unlock();
    }
  }

  /** Sets what was found to be needed of a segment to which nothing is written any more. */
  public void found(long segment, long needed) {
    lock.lock();
    try {
      bytes.put(segment, needed);
    } finally {
      lock.unlock();
    }
  }

  /** A segment is no more. */
  public void dropped(long segment) {
    lock.lock();
    try {
      bytes.remove(segment);
    } finally {
      lock.unlock();
    }
  }

  /** Bytes needed of a segment. */
  public long of(long segment) {
    lock.lock();
    try {
      return Math.max(0, bytes.getOrDefault(segment, 0L));
    } finally {
      lock.unlock();
    }
  }

  /** Bytes needed in all. */
  public long total() {
    lock.lock();
    try {
      return bytes.values().stream().mapToLong(each -> Math.max(0, each)).sum();
    } finally {
      lock.unlock();
    }
  }
}

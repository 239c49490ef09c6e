package io.quorate.store.peer;

/**
 * How much healing may be under way at once, so that it takes what is idle and the foreground
 * hardly notices. Not thread-safe.
 *
 * <p>A fetch goes through all that the foreground needs as well: the loops, links and disks of two
 * peers. So how long fetches take tells how loaded those are, in the way in which congestion
 * control by delay (Brakmo and Peterson, "TCP Vegas", 1994) takes it from round trips: while they
 * take less than twice what they took at best lately, a little more is let under way, otherwise
 * much less. One fetch is always allowed, so healing never stands still. On top of that there is a
 * highest rate, because a burst is over before its delays are known.
 */
final class HealingPace {
  /** What a fetch costs beside its bytes: messages, threads woken, a record of the journal. */
  static final int FETCH_BYTES = 48 << 10;

  /**
   * Eight fetches of 16 KiB. On machines that never rest each takes long for no fault of healing,
   * and one at a time would drag on for minutes.
   */
  private static final long MIN_WINDOW_BYTES = 512 << 10;

  private static final long MAX_WINDOW_BYTES = 4 << 20;
  private static final long MAX_BYTES_PER_SECOND = 64L << 20;

  /** What may be started at once after a pause. */
  private static final long BURST_NANOS = 20_000_000L;

  /** The best that was seen counts for this long: the cluster may have become slower for good. */
  private static final long BEST_NANOS = 10_000_000_000L;

  /** Below this a longer fetch is not taken for load: timers and threads are no finer. */
  private static final long NOISE_NANOS = 3_000_000L;

  private long windowBytes = 1 << 20;
  private long underWayBytes;
  private long nextNanos;
  private long bestNanosPerMiB = Long.MAX_VALUE;
  private long bestSinceNanos;
  private long nextBestNanosPerMiB = Long.MAX_VALUE;
  private long reducedNanos;

  HealingPace(long nowNanos) {
    this.nextNanos = nowNanos;
    this.bestSinceNanos = nowNanos;
    this.reducedNanos = nowNanos;
  }

  private static long cost(int lengthBytes) {
    return FETCH_BYTES + lengthBytes;
  }

  /** Whether a fetch of so many bytes may start now; if so it counts as under way. */
  boolean start(int lengthBytes, long nowNanos) {
    long cost = cost(lengthBytes);
    boolean fits = underWayBytes == 0 || underWayBytes + cost <= windowBytes;
    if (!fits || nowNanos - nextNanos < 0) {
      return false;
    }
    underWayBytes += cost;
    nextNanos =
        Math.max(nextNanos, nowNanos - BURST_NANOS) + cost * 1_000_000_000L / MAX_BYTES_PER_SECOND;
    return true;
  }

  /** A fetch has ended. */
  void ended(int lengthBytes, long startedNanos, boolean came, long nowNanos) {
    long cost = cost(lengthBytes);
    underWayBytes -= cost;
    if (!came) {
      return; // how long nobody had it says nothing about load
    }
    long tookNanos = nowNanos - startedNanos;
    long perMiB = (tookNanos << 20) / cost;
    if (nowNanos - bestSinceNanos >= BEST_NANOS) {
      bestNanosPerMiB = nextBestNanosPerMiB;
      nextBestNanosPerMiB = Long.MAX_VALUE;
      bestSinceNanos = nowNanos;
    }
    bestNanosPerMiB = Math.min(bestNanosPerMiB, perMiB);
    nextBestNanosPerMiB = Math.min(nextBestNanosPerMiB, perMiB);
    if (tookNanos <= NOISE_NANOS || perMiB <= 2 * bestNanosPerMiB) {
      windowBytes = Math.min(MAX_WINDOW_BYTES, windowBytes + cost / 8);
    } else if (nowNanos - reducedNanos >= tookNanos) {
      // Once for all that was under way at the same time.
      reducedNanos = nowNanos;
      windowBytes = Math.max(MIN_WINDOW_BYTES, windowBytes / 2);
    }
  }

  /** Bytes that may be under way, fetches' own cost included. */
  long windowBytes() {
    return windowBytes;
  }
}

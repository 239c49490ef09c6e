package io.quorate.store.peer;

/** How many bytes came in each of the last seconds. Not thread-safe. */
final class RateMeter {
  private static final long BUCKET_NANOS = 500_000_000L;
  private static final int BUCKETS = 8;

  private final long[] bytes = new long[BUCKETS];
  private final long startNanos;
  private long bucket;
  private long total;

  RateMeter(long nowNanos) {
    this.startNanos = nowNanos;
  }

  void add(long count, long nowNanos) {
    advance(nowNanos);
    bytes[(int) (bucket % BUCKETS)] += count;
    total += count;
  }

  /** The mean of the last four seconds, or of those since the beginning. */
  long perSecond(long nowNanos) {
    advance(nowNanos);
    long sum = 0;
    for (long each : bytes) {
      sum += each;
    }
    long sinceStart = nowNanos - startNanos;
    // The present bucket is not full yet: only what has passed of it counts.
    long covered =
        bucket >= BUCKETS ? (BUCKETS - 1) * BUCKET_NANOS + sinceStart % BUCKET_NANOS : sinceStart;
    return (long) (sum * 1e9 / Math.max(covered, BUCKET_NANOS));
  }

  /** All bytes since the beginning. */
  long total() {
    return total;
  }

  private void advance(long nowNanos) {
    long now = (nowNanos - startNanos) / BUCKET_NANOS;
    for (long next = Math.max(bucket + 1, now - BUCKETS + 1); next <= now; next++) {
      bytes[(int) (next % BUCKETS)] = 0;
    }
    bucket = Math.max(bucket, now);
  }
}

package io.quorate.store.net.transport;

import java.util.function.LongSupplier;

/**
 * Lets a few log lines through in each period, so that a stranger can not fill a disk with ours.
 */
final class LineLimiter {
  private static final long PERIOD_NANOS = 10_000_000_000L;
  private static final int LINES = 10;

  private final LongSupplier nanoTime;
  private long periodStart;
  private int lines;

  LineLimiter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    periodStart = nanoTime.getAsLong();
  }

  synchronized boolean allows() {
    long now = nanoTime.getAsLong();
    if (now - periodStart > PERIOD_NANOS) {
      periodStart = now;
      lines = 0;
    }
    return lines++ < LINES;
  }
}

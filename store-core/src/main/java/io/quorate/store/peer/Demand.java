package io.quorate.store.peer;

/**
 * Whether anybody at this peer waits for what is committed to be applied, or did a moment ago. Who
 * reads or changes something here does so again: at once is then worth a batch of its own.
 */
final class Demand {
  private final long lingersNanos;
  private long untilNanos;

  Demand(long lingersNanos, long nowNanos) {
    this.lingersNanos = lingersNanos;
    this.untilNanos = nowNanos;
  }

  /** Notes whether somebody waits now. Returns whether there is demand. */
  boolean isThere(boolean waits, long nowNanos) {
    if (waits) {
      untilNanos = nowNanos + lingersNanos;
    }
    return waits || untilNanos - nowNanos > 0;
  }
}

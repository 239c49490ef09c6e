package io.quorate.store.peer;

/**
 * When a peer's loop looks after what nobody tells it: deadlines, repetitions, duties.
 *
 * <p>Every quarter of a heartbeat while anything is under way, since something may be due then. A
 * peer with nothing under way ticks in turns that there are anyway, those of heartbeats, and for no
 * other reason than consensus needing it: being woken is most of what an idle peer costs.
 */
final class Ticks {
  /** No longer than this without a tick, whatever the heartbeat: duties come as often. */
  private static final long MAX_QUIET_NANOS = 100_000_000L;

  private final long busyNanos;
  private final long quietNanos;
  private long lastNanos;

  Ticks(long heartbeatNanos, long nowNanos) {
    this.busyNanos = heartbeatNanos / 4;
    this.quietNanos = Math.max(busyNanos, MAX_QUIET_NANOS);
    this.lastNanos = nowNanos;
  }

  /** Whether this turn ticks. */
  boolean mayCome(long nowNanos, long consensusNanos) {
    return nowNanos - lastNanos >= busyNanos
        || isOpen(consensusNanos) && nowNanos - consensusNanos >= 0;
  }

  /** What was due before the last tick is not due again: consensus may take no steps at all yet. */
  private boolean isOpen(long consensusNanos) {
    return consensusNanos - lastNanos > 0;
  }

  /** This turn has. */
  void came(long nowNanos) {
    lastNanos = nowNanos;
  }

  /**
   * When the next turn is to come at the latest.
   *
   * @param consensusNanos when consensus needs it
   */
  long nextNanos(boolean isQuiet, long consensusNanos) {
    long ownNanos = lastNanos + (isQuiet ? quietNanos : busyNanos);
    return isOpen(consensusNanos) && consensusNanos - ownNanos < 0 ? consensusNanos : ownNanos;
  }
}

package io.quorate.store.consensus;

/**
 * The follower's side of read leases: for how long this peer may answer reads by itself.
 *
 * <p>While a peer holds a lease, no entry is committed anywhere that it has not acknowledged (see
 * {@link LeaseGrants}). So whatever was acknowledged to anybody before a read began is among the
 * entries that this peer knows to match the leader's log, or at or below the commit index that came
 * with the lease. Once those are applied here, the read may be answered here.
 *
 * <p>A lease is named by the moment at which this peer stood by the leader to get it, read from its
 * own clock, and lasts {@link ConsensusOptions#leaseHolderNanos} from then. So nothing has to be
 * remembered of what was asked; and what an earlier process of this peer asked for is known by
 * being from before this one began. A lease ends early with the term, with the leader, and when the
 * leader calls it back.
 */
final class ReadLease {
  private final PeerState state;

  /** What was asked for before is not taken. */
  private long sinceNanos;

  private final long restoredTerm;
  private long restoredIndex;
  private long calledBack;
  private long untilNanos;
  private boolean declined;

  ReadLease(PeerState state) {
    this.state = state;
    this.sinceNanos = state.now();
    this.untilNanos = state.now();
    this.restoredTerm = state.term();
    this.restoredIndex = state.log.lastIndex();
  }

  /** Ends what the leader has granted. */
  void drop() {
    untilNanos = state.now();
  }

  /** Ends it for good: this peer is going to stop, and commits need not wait for it. */
  void decline() {
    declined = true;
    calledBack = state.now();
    drop();
  }

  /**
   * Entries at or above {@code index} are superseded: nobody has acknowledged them in this term.
   */
  void truncateFrom(long index) {
    restoredIndex = Math.min(restoredIndex, index - 1);
  }

  /** What {@link ConsensusMessage.AppendReply#leaseAsked} says. */
  long asks() {
    return declined ? ConsensusMessage.NO_LEASE : state.now();
  }

  /**
   * What {@link ConsensusMessage.AppendEntries#lease} and {@code calledBack} say. Returns whether
   * the leader waits to hear that a lease is given up.
   */
  boolean told(long lease, boolean isCalledBack) {
    if (declined || lease == ConsensusMessage.NO_LEASE) {
      return false;
    }
    if (isCalledBack) {
      // With it all that was asked for so far: messages that grant some of it may still come.
      boolean isNews = calledBack != lease;
      calledBack = lease;
      sinceNanos = state.now() + 1;
      drop();
      return isNews;
    }
    if (lease - sinceNanos >= 0 && state.now() - lease >= 0) {
      untilNanos = Math.max(untilNanos, lease + state.options.leaseHolderNanos());
    }
    return false;
  }

  /** What {@link ConsensusMessage.AppendReply#calledBack} says. */
  long calledBack() {
    return calledBack;
  }

  /**
   * By this peer's clock; in the past if it holds none.
   *
   * @param matched up to where this log is known to match the leader's. An earlier process of this
   *     peer may have acknowledged to the same leader all that was found in the log
   */
  long untilNanos(long matched) {
    boolean knowsWhatIsAcknowledged = state.term() != restoredTerm || matched >= restoredIndex;
    return knowsWhatIsAcknowledged ? untilNanos : state.now();
  }
}

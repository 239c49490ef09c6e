package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.log.Entry;

/**
 * The follower's part: makes its log match the leader's and says how much of it is on disk.
 *
 * <p>Within one term a leader never takes anything back, so {@code matched} only rises. Replies are
 * collected over a step: one says all. A reply leaves when more than was acknowledged is durable,
 * when the leader began a new read round (that is also how heartbeats ask for an answer), when
 * entries come a second time, since then a reply was lost, when a read lease is given up, for which
 * the leader waits, and when somebody here begins to wait for a commit of which the leader would
 * not tell at once. A commit notice needs no reply.
 */
final class Following {
  private static final long NONE = -1;

  private final PeerState state;
  private long matched;
  private long leaderCommit;
  private long acknowledged;
  private long roundSeen;
  private long roundEchoed;
  private long rejectHint = NONE;
  private boolean replyDue;
  private boolean leaderWritable = true;
  private long lastHeardNanos;
  private boolean awaited;
  private long eagerUntilNanos;
  private boolean eagerTold;
  private final ReadLease lease;

  Following(PeerState state) {
    this.state = state;
    this.lease = new ReadLease(state);
    this.eagerUntilNanos = state.now();
    enterTerm();
  }

  /** Forgets what a leader of an earlier term said. */
  void enterTerm() {
    // Whoever leads has all that is committed, so that much matches without asking.
    matched = state.commitIndex();
    leaderCommit = state.commitIndex();
    acknowledged = 0;
    roundSeen = 0;
    roundEchoed = 0;
    rejectHint = NONE;
    replyDue = false;
    leaderWritable = true;
    eagerTold = false;
    lease.drop();
  }

  /** This peer holds to its leader no more, be it for a while. */
  void leaveLeader() {
    lease.drop();
  }

  /** Gives up the lease and takes none any more; the leader hears of it at once. */
  void declineLeases() {
    lease.decline();
    replyDue = true;
  }

  /** Whether somebody here waits for commits, beside readers. */
  void awaits(boolean newAwaited) {
    if (awaited) {
      staysEager();
    }
    awaited = newAwaited;
  }

  /** Who waited just now does so again, as a rule. */
  private void staysEager() {
    eagerUntilNanos = state.now() + state.options.eagerNanos();
  }

  /** Until when this peer may answer reads by itself; in the past if it may not. */
  long leaseUntilNanos() {
    boolean counts =
        state.role() == Role.FOLLOWER
            && state.memberships.current().voters().containsKey(state.self())
            && state.rules.counts(state.memberships, state.self(), state.incarnation());
    return counts ? lease.untilNanos(matched) : state.now();
  }

  /** What must be applied here for reads under a lease. */
  long leasedIndex() {
    return state.rules.leasedIndex(matched, leaderCommit);
  }

  /** Whether the leader says that it has a write quorum. */
  boolean leaderWritable() {
    return leaderWritable;
  }

  /** Whether a leader that can write was heard from so lately that no other should be elected. */
  boolean sticksToLeader() {
    return state.leader() != 0
        && leaderWritable
        && state.now() - lastHeardNanos < state.options.electionMinNanos();
  }

  /** Whether a leader that can write was heard from just now: nothing is due but its next word. */
  boolean isQuiet() {
    return state.leader() != 0
        && state.leader() != state.self()
        && leaderWritable
        && state.now() < quietUntilNanos();
  }

  /** Until when it is quiet if nothing is heard. An election is not due before: see the options. */
  long quietUntilNanos() {
    return lastHeardNanos + state.options.quietNanos();
  }

  /** Handles a message of the present term's leader. */
  void onAppend(AppendEntries message) {
    lastHeardNanos = state.now();
    // Not only when it answers: who has a newer membership has it from a leader that may have
    // granted
    // leases before, with the help of peers that the newer one does not need.
    state.stands();
    leaderWritable = message.writable();
    leaderCommit = Math.max(leaderCommit, message.commitIndex());
    roundSeen = Math.max(roundSeen, message.round());
    if (matches(message.prevIndex(), message.prevTerm())) {
      long end = message.prevIndex() + message.entries().size();
      replyDue |= !message.entries().isEmpty() && end <= acknowledged;
      append(message);
      matched = Math.max(matched, end);
      rejectHint = NONE;
    } else {
      rejectHint =
          Math.max(
              state.commitIndex(), state.log.backOffHint(message.prevIndex(), message.prevTerm()));
    }
    adoptCommit(leaderCommit);
    replyDue |= lease.told(message.lease(), message.calledBack());
  }

  /** The leader of this term says that everything up to {@code index} is committed. */
  void adoptCommit(long index) {
    leaderCommit = Math.max(leaderCommit, index);
    state.commitTo(state.rules.followerCommit(leaderCommit, matched));
  }

  /** What is committed is known from elsewhere: it matches whatever leader there is. */
  void matchesCommitted() {
    matched = Math.max(matched, state.commitIndex());
    rejectHint = NONE;
  }

  /** The log begins anew after what is committed. */
  void installed() {
    lease.truncateFrom(state.commitIndex() + 1);
    matchesCommitted();
  }

  private boolean matches(long prevIndex, long prevTerm) {
    if (prevIndex > state.commitIndex()) {
      return state.log.matches(prevIndex, prevTerm);
    }
    if (prevIndex >= state.log.startIndex() && state.log.termAt(prevIndex) != prevTerm) {
      throw new IllegalStateException(
          "the leader of term "
              + state.term()
              + " has another entry "
              + prevIndex
              + " than this peer, where it is committed: was a quorum forced without this peer?");
    }
    return true;
  }

  private void append(AppendEntries message) {
    long expected = message.prevIndex();
    for (Entry entry : message.entries()) {
      expected++;
      if (entry.index() != expected || entry.term() > message.term()) {
        throw new IllegalStateException(
            "the leader of term " + message.term() + " sent " + entry + " as entry " + expected);
      }
      if (entry.index() <= state.log.startIndex()
          || state.log.matches(entry.index(), entry.term())) {
        continue;
      }
      if (entry.index() <= state.log.lastIndex()) {
        state.truncateFrom(entry.index());
        lease.truncateFrom(entry.index());
      }
      state.append(entry);
    }
  }

  /**
   * Sends what this step has to say to the leader.
   *
   * @param readsAwait whether reads wait for something to be committed
   */
  void flush(boolean readsAwait) {
    if (awaited || readsAwait) {
      staysEager();
    }
    if (state.leader() == 0 || state.leader() == state.self()) {
      return;
    }
    if (rejectHint != NONE) {
      reply(false, rejectHint);
      rejectHint = NONE;
    }
    // What is not acknowledged yet can not be applied here either, and its reply will say so.
    replyDue |= isEager() && !eagerTold && acknowledged > state.commitIndex();
    long durable = state.rules.acknowledged(matched, state.durability.index());
    if (durable > acknowledged || roundSeen > roundEchoed || replyDue) {
      acknowledged = Math.max(acknowledged, durable);
      replyDue = false;
      reply(true, durable);
    }
  }

  private boolean isEager() {
    return eagerUntilNanos - state.now() > 0;
  }

  private void reply(boolean accepted, long index) {
    roundEchoed = roundSeen;
    eagerTold = isEager();
    state.stands();
    state.send(
        state.leader(),
        new AppendReply(
            state.term(),
            state.incarnation(),
            accepted,
            index,
            state.commitIndex(),
            roundSeen,
            state.usableBytes(),
            lease.asks(),
            lease.calledBack(),
            eagerTold));
  }
}

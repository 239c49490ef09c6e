package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.log.Membership;
import java.util.TreeSet;

/**
 * When to stand, and the votes collected: first promises (pre-vote), which change no state, so that
 * a peer that was cut off disturbs nobody when it returns; then votes.
 */
final class Election {
  private final PeerState state;
  private final TreeSet<Integer> granted = new TreeSet<>();
  private boolean preVote;
  private long highestCommit;
  private long deadlineNanos;

  Election(PeerState state) {
    this.state = state;
    restartTimer();
  }

  /** A leader was heard from, or a vote was given: the next election is a whole timeout away. */
  void restartTimer() {
    deadlineNanos =
        state.now()
            + state.random.between(
                state.options.electionMinNanos(), state.options.electionMaxNanos());
  }

  /** Gives messages that may be waiting a chance: this peer itself was slow. */
  void postpone(long nanos) {
    deadlineNanos = Math.max(deadlineNanos, state.now() + nanos);
  }

  boolean isDue() {
    return state.now() >= deadlineNanos;
  }

  /** Asks every other voter: for the promise of a vote in the next term, or for one in this. */
  void begin(boolean asPreVote, boolean transfer) {
    preVote = asPreVote;
    granted.clear();
    highestCommit = state.commitIndex();
    restartAsCandidate();
    long term = asPreVote ? state.term() + 1 : state.term();
    RequestVote request =
        new RequestVote(
            term,
            state.incarnation(),
            asPreVote,
            transfer,
            state.log.lastIndex(),
            state.log.lastTerm(),
            state.commitIndex());
    for (int voter : state.memberships.current().voters().keySet()) {
      if (voter != state.self()) {
        state.send(voter, request);
      }
    }
  }

  /**
   * A promise may be asked for again soon: it costs one message each, and a peer may only have
   * refused because it heard the old leader last. A vote was perhaps split; then whoever waits less
   * wins.
   */
  private void restartAsCandidate() {
    long heartbeat = state.options.heartbeatNanos();
    long min = state.options.electionMinNanos();
    deadlineNanos =
        state.now()
            + (preVote
                ? state.random.between(2 * heartbeat, 4 * heartbeat)
                : state.random.between(min / 2, min));
  }

  /** Counts a vote or promise for the present attempt. */
  void onReply(int from, VoteReply reply) {
    if (!state.rules.counts(state.memberships, from, reply.incarnation())) {
      return;
    }
    highestCommit = Math.max(highestCommit, reply.commitIndex());
    if (reply.granted()) {
      granted.add(from);
    }
  }

  /** Whether the votes suffice. One's own counts once it is durable, like any other. */
  boolean isWon() {
    Membership membership = state.memberships.current();
    boolean own = preVote || state.isHardStateDurable();
    int votes = 0;
    for (int voter : membership.voters().keySet()) {
      votes += (voter == state.self() ? own : granted.contains(voter)) ? 1 : 0;
    }
    return votes >= state.rules.voteQuorum(membership);
  }

  /** Highest commit index that a voter told; the winner's log holds all of it. */
  long highestCommit() {
    return highestCommit;
  }
}

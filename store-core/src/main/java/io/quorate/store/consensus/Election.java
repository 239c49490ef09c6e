package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.log.Membership;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * When to stand, and the votes collected: first promises (pre-vote), which change no state, so that
 * a peer that was cut off disturbs nobody when it returns; then votes.
 *
 * <p><b>Elected by all.</b> Peers that may have forgotten what they promised do not count, and when
 * too many have forgotten something (the power of all failed, and durability is memory) no majority
 * is left. But when every voter votes, forgetting does no harm. Whoever voted has no entry that the
 * winner lacks, so all is there that is left of the log; a log that ends in a later term, or is
 * longer in the same, has all that is committed of what the others have. And the term is above that
 * of every voter, those included who voted for another in one that was forgotten. So such a winner
 * leads, and its first entry names the incarnations that elected it: it readmits them. It counts
 * them by that entry from the beginning, as each has kept all that it said as what it is now. The
 * entry commits on a majority of them, and from then on they count for everybody.
 */
final class Election {
  private final PeerState state;
  private final TreeSet<Integer> granted = new TreeSet<>();

  /** Incarnation of each other elector that has granted, whether that counts or not. */
  private final TreeMap<Integer, Long> grantedBy = new TreeMap<>();

  private boolean preVote;
  private long highestCommit;
  private long olderLeasesEndNanos;
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
    grantedBy.clear();
    highestCommit = state.commitIndex();
    olderLeasesEndNanos = state.stoodNanos() + state.options.leaseNanos();
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
            state.commitIndex(),
            state.memberships.current().forced());
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
    boolean counts = state.rules.counts(state.memberships, from, reply.incarnation());
    if (reply.granted()) {
      long leftNanos = Math.max(0, state.options.leaseNanos() - reply.stoodNanosAgo());
      olderLeasesEndNanos = Math.max(olderLeasesEndNanos, state.now() + leftNanos);
    }
    if (reply.granted() && (counts || reply.elector())) {
      grantedBy.put(from, reply.incarnation());
    }
    if (!counts) {
      return;
    }
    highestCommit = Math.max(highestCommit, reply.commitIndex());
    if (reply.granted()) {
      granted.add(from);
    }
  }

  /** Whether the votes suffice. One's own counts once it is durable, like any other. */
  boolean isWon() {
    return hasMajority() || hasAll();
  }

  /** Whether those that count suffice, for one that counts itself. */
  boolean hasMajority() {
    if (!state.mayLead()) {
      return false;
    }
    Membership membership = state.memberships.current();
    boolean own = isOwnGranted();
    int votes = 0;
    for (int voter : membership.voters().keySet()) {
      votes += (voter == state.self() ? own : granted.contains(voter)) ? 1 : 0;
    }
    return votes >= state.rules.voteQuorum(membership);
  }

  private boolean hasAll() {
    TreeSet<Integer> all = new TreeSet<>(grantedBy.keySet());
    if (isOwnGranted()) {
      all.add(state.self());
    }
    return state.rules.winsWithAll(state.memberships.current(), all);
  }

  private boolean isOwnGranted() {
    return preVote || state.isHardStateDurable();
  }

  /** Those who granted, this peer among them, and in which incarnation. */
  SortedMap<Integer, Long> electors() {
    TreeMap<Integer, Long> electors = new TreeMap<>(grantedBy);
    electors.put(state.self(), state.incarnation());
    return Collections.unmodifiableSortedMap(electors);
  }

  /**
   * When the last lease has ended that an earlier leader granted, as far as the voters can tell.
   */
  long olderLeasesEndNanos() {
    return olderLeasesEndNanos;
  }

  /** Highest commit index that a voter told; the winner's log holds all of it. */
  long highestCommit() {
    return highestCommit;
  }
}

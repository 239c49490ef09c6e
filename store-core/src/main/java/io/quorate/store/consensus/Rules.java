package io.quorate.store.consensus;

import io.quorate.store.log.Membership;
import java.util.Set;

/**
 * The decisions on which safety hangs, in one place: so that they can be read together, and so that
 * the tests can break them one at a time and see that the checkers notice.
 */
class Rules {

  /** How far the log is committed. */
  CommitRule commitRule() {
    return CommitRule.MAJORITY;
  }

  /** Whose copies count for a commit: those of voters, not of peers that learn. */
  Set<Integer> acknowledging(Set<Integer> voters, Set<Integer> members) {
    return voters;
  }

  /** A term has one vote: the first to ask has it, and may ask again. */
  boolean mayVoteFor(int candidate, int votedFor) {
    return votedFor == 0 || votedFor == candidate;
  }

  /**
   * The vote goes only to a log at least as up to date, so that every leader has all that is
   * committed.
   */
  boolean isUpToDate(RaftLog log, long lastIndex, long lastTerm) {
    return log.isUpToDate(lastIndex, lastTerm);
  }

  /** Votes that win an election. */
  int voteQuorum(Membership membership) {
    return needsAllVotes(membership) ? membership.voters().size() : membership.commitQuorum();
  }

  /**
   * Whether all voters must vote: an operator has forced this membership, and the candidate's log
   * does not name it. What was acknowledged to the voters that were given up may be on a single one
   * of those that are left; with the votes of all, it is in the log of the winner. Whose log names
   * the membership has all that the first winner had, so that then a majority is enough, as ever.
   */
  boolean needsAllVotes(Membership membership) {
    return membership.forced() > 0 && membership.index() == 0;
  }

  /**
   * Whether to hear one that asks for a vote, or appends. Who knows of fewer forced quorums may
   * have the votes of those that were given up, and log entries that only they had.
   */
  boolean hears(int forcedThere, int forcedHere) {
    return forcedThere >= forcedHere;
  }

  /** A follower acknowledges what it has on disk of what matches the leader's log. */
  long acknowledged(long matchedIndex, long durableIndex) {
    return Math.min(matchedIndex, durableIndex);
  }

  /**
   * A leader commits by counting only entries of its own term; older ones commit with them. An
   * older entry on a majority may still be superseded (Raft, figure 8).
   */
  boolean mayCommit(long entryTerm, long leaderTerm) {
    return entryTerm == leaderTerm;
  }

  /** Voters, the leader among them, that must stand by the leader for a read. */
  int readQuorum(Membership membership) {
    return membership.readQuorum();
  }

  /**
   * Reads wait until the leader has committed an entry of its term: only then it knows the newest.
   */
  boolean mayServeReads(boolean ownTermCommitted) {
    return ownTermCommitted;
  }

  /**
   * Votes, acknowledgements and confirmations count only from the incarnation that the committed
   * membership names, and never against a newer one that an uncommitted change names: an
   * incarnation ends when its peer has lost something that it had promised to keep.
   */
  boolean counts(Memberships memberships, int peer, long incarnation) {
    return memberships.trusted().names(peer, incarnation)
        && memberships.current().names(peer, incarnation);
  }

  /**
   * Whether an election is won although too few of those that voted count: all voters have to have
   * voted, each in whatever incarnation.
   */
  boolean winsWithAll(Membership membership, Set<Integer> voted) {
    return voted.containsAll(membership.voters().keySet());
  }

  /** A new term and a vote are on disk before any message that depends on them leaves. */
  boolean mustWaitForHardState(boolean hardStateIsDurable) {
    return !hardStateIsDurable;
  }

  /** Whether a commit passes over those that hold a read lease and have not acknowledged it. */
  boolean commitsPastHolders() {
    return false;
  }

  /** Whether a new leader commits while peers may hold leases of earlier leaders. */
  boolean ignoresOlderLeases() {
    return false;
  }

  /** Whether a lease that lasts until then is good now. */
  boolean isLeased(long untilNanos, long nowNanos) {
    return untilNanos - nowNanos > 0;
  }

  /** What the holder of a lease must have applied to answer: all that may have been committed. */
  long leasedIndex(long matchedIndex, long leaderCommit) {
    return Math.max(matchedIndex, leaderCommit);
  }

  /** A follower commits no further than its log is known to match the leader's. */
  long followerCommit(long leaderCommit, long matchedIndex) {
    return Math.min(leaderCommit, matchedIndex);
  }

  /**
   * Whether another change of the membership may begin: one at a time, after an own-term commit.
   */
  boolean mayChangeMembership(Memberships memberships, boolean ownTermCommitted) {
    return ownTermCommitted && memberships.isSettled();
  }
}

package io.quorate.store.consensus;

import io.quorate.store.log.Membership;
import java.util.Set;

/** Rules with one thing wrong each; every one must be noticed by the {@link ModelChecker}. */
enum BrokenRules {
  VOTE_TWICE(
      new Rules() {
        @Override
        boolean mayVoteFor(int candidate, int votedFor) {
          return true;
        }
      }),
  VOTE_FOR_ANY_LOG(
      new Rules() {
        @Override
        boolean isUpToDate(RaftLog log, long lastIndex, long lastTerm) {
          return true;
        }
      }),
  WIN_WITH_ONE_VOTE_LESS(
      new Rules() {
        @Override
        int voteQuorum(Membership membership) {
          return membership.commitQuorum() - 1;
        }
      }),
  ACKNOWLEDGE_BEFORE_DURABLE(
      new Rules() {
        @Override
        long acknowledged(long matchedIndex, long durableIndex) {
          return matchedIndex;
        }
      }),
  COMMIT_WITH_ONE_COPY_LESS(
      new Rules() {
        @Override
        CommitRule commitRule() {
          return (membership, counted, durableIndex) ->
              CommitRule.highestOn(membership.commitQuorum() - 1, counted, durableIndex);
        }
      }),
  COUNT_LEARNERS_COPIES(
      new Rules() {
        @Override
        Set<Integer> acknowledging(Set<Integer> voters, Set<Integer> members) {
          return members;
        }
      }),
  COMMIT_ENTRIES_OF_EARLIER_TERMS(
      new Rules() {
        @Override
        boolean mayCommit(long entryTerm, long leaderTerm) {
          return true;
        }
      }),
  FOLLOWER_COMMITS_UNMATCHED_ENTRIES(
      new Rules() {
        @Override
        long followerCommit(long leaderCommit, long matchedIndex) {
          return leaderCommit;
        }
      }),
  READ_WITHOUT_ASKING(
      new Rules() {
        @Override
        int readQuorum(Membership membership) {
          return 1;
        }
      }),
  READ_BEFORE_OWN_TERM_COMMIT(
      new Rules() {
        @Override
        boolean mayServeReads(boolean ownTermCommitted) {
          return true;
        }
      }),
  COUNT_ANY_INCARNATION(
      new Rules() {
        @Override
        boolean counts(Memberships memberships, int peer, long incarnation) {
          return true;
        }
      }),
  SEND_BEFORE_TERM_AND_VOTE_ARE_DURABLE(
      new Rules() {
        @Override
        boolean mustWaitForHardState(boolean hardStateIsDurable) {
          return false;
        }
      }),
  COMMIT_WITHOUT_THE_HOLDERS_OF_LEASES(
      new Rules() {
        @Override
        boolean commitsPastHolders() {
          return true;
        }
      }),
  COMMIT_WHILE_OLDER_LEASES_LAST(
      new Rules() {
        @Override
        boolean ignoresOlderLeases() {
          return true;
        }
      }),
  HOLD_A_LEASE_FOR_TOO_LONG(
      new Rules() {
        @Override
        boolean isLeased(long untilNanos, long nowNanos) {
          return untilNanos + 500_000_000 - nowNanos > 0;
        }
      }),
  READ_UNDER_A_LEASE_WITHOUT_THE_NEWEST_ENTRIES(
      new Rules() {
        @Override
        long leasedIndex(long matchedIndex, long leaderCommit) {
          return leaderCommit;
        }
      }),
  CHANGE_MEMBERSHIP_AT_ANY_TIME(
      new Rules() {
        @Override
        boolean mayChangeMembership(Memberships memberships, boolean ownTermCommitted) {
          return true;
        }
      });

  final Rules rules;

  BrokenRules(Rules rules) {
    this.rules = rules;
  }
}

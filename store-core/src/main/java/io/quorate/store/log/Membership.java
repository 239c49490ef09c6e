package io.quorate.store.log;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The members of the cluster, by peer id (1 and up).
 *
 * @param index log index of the entry that set it; 0 for the membership that `init` wrote
 * @param voters id → incarnation of each voting peer; nothing counts from another incarnation
 * @param learners id → incarnation of peers that receive the log but do not vote
 */
public record Membership(
    long index, SortedMap<Integer, Long> voters, SortedMap<Integer, Long> learners) {

  public Membership {
    voters = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(voters));
    learners = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(learners));
  }

  /** Voters that make a commit: floor(N / 2) + 1 (3 of 4). */
  public int commitQuorum() {
    return voters.size() / 2 + 1;
  }

  /** Voters that make a read: N − commitQuorum + 1 (2 of 4), so that each meets every commit. */
  public int readQuorum() {
    return voters.size() - commitQuorum() + 1;
  }
}

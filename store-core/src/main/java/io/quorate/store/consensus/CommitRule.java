package io.quorate.store.consensus;

import io.quorate.store.log.Membership;
import java.util.Arrays;
import java.util.Set;
import java.util.function.IntToLongFunction;

/**
 * Decides how far the log may be committed by the copies that there are. Whom else a commit waits
 * for, {@link LeaseGrants} says.
 */
interface CommitRule {

  /**
   * The highest index that may be called committed, by what is durable where. Whether the leader
   * may commit an entry of that term is not asked here.
   *
   * @param counted whose copies count
   * @param durableIndex by peer: highest index known to match the leader's log and to be durable
   */
  long committable(Membership membership, Set<Integer> counted, IntToLongFunction durableIndex);

  /** Durable on floor(N / 2) + 1 voters. */
  CommitRule MAJORITY =
      (membership, counted, durableIndex) ->
          highestOn(membership.commitQuorum(), counted, durableIndex);

  /** The highest index that {@code copies} of those that count hold. */
  static long highestOn(int copies, Set<Integer> counted, IntToLongFunction durableIndex) {
    long[] indexes = new long[counted.size()];
    int at = 0;
    for (int voter : counted) {
      indexes[at++] = durableIndex.applyAsLong(voter);
    }
    Arrays.sort(indexes);
    return indexes[indexes.length - copies];
  }
}

package io.quorate.store.gateway;

import java.util.List;

/**
 * The members of the cluster that are agreed on, or why a change of them was refused.
 *
 * @param index log index of the entry that made them the members; 0 if no change was ever made
 * @param refusal why what was asked for is not done, for people; empty if it is
 * @param audit who forced a quorum last, when, and without whom, if anybody ever did; else empty
 */
public record ClusterMembers(long index, List<Member> members, String refusal, String audit) {

  public ClusterMembers {
    members = List.copyOf(members);
  }

  /** Members upon whom nothing was forced. */
  public ClusterMembers(long index, List<Member> members, String refusal) {
    this(index, members, refusal, "");
  }

  /** What a member may do. */
  public enum Standing {
    /** Its vote counts. */
    VOTER,
    /** It learns what the others have, and votes once it has it. */
    LEARNER,
    /** It was added and has not come yet. */
    AWAITED
  }

  /**
   * One member.
   *
   * @param address where it is reached, as host:port; empty if only the configuration says
   * @param replaces id of the member that leaves once this one votes; 0 if none does
   */
  public record Member(int id, String address, Standing standing, int replaces) {}

  /** The same members, and why something was refused. */
  public ClusterMembers refusing(String why) {
    return new ClusterMembers(index, members, why, audit);
  }
}

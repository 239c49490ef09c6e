package io.quorate.store.gateway;

import java.util.List;

/**
 * The cluster as one peer sees it. For a person's glance and for monitoring.
 *
 * @param reporter id of the peer that answers
 * @param leader id of the leader, 0 if there is none
 * @param writable whether a write quorum is reachable
 * @param digestsAgree false when two peers' metadata differed at the same applied index
 * @param lost content that no peer has any more, as far as the reporter knows; the first of it if
 *     it is much
 * @param features what the cluster may be told to do
 */
public record ClusterStatus(
    String cluster,
    int reporter,
    int leader,
    long term,
    long commitIndex,
    boolean writable,
    boolean digestsAgree,
    List<PeerStatus> peers,
    List<LostContent> lost,
    Features features) {

  public ClusterStatus {
    peers = List.copyOf(peers);
    lost = List.copyOf(lost);
  }

  /**
   * One peer.
   *
   * @param state what it does now
   * @param appliedIndex last index it is known to have applied; −1 if unknown
   * @param lagEntries how far it is behind the commit index; −1 if unknown
   * @param usableBytes free space for content; −1 if unknown
   * @param digest metadata digest at appliedIndex, in hex; empty if unknown
   * @param silentMillis since it was last heard; 0 for the reporter
   * @param detail what is wrong, in a sentence; empty if nothing
   * @param upkeep what it mends, looks over and stores
   */
  public record PeerStatus(
      int id,
      String address,
      State state,
      long appliedIndex,
      long lagEntries,
      long usableBytes,
      long totalBytes,
      String digest,
      long silentMillis,
      String detail,
      Upkeep upkeep) {

    /** What the peer is at: its state, and of one that is in step whether it has all content. */
    public Activity activity() {
      boolean reached = state != State.UNREACHABLE;
      if (reached && upkeep.checkpoint().isComing()) {
        return Activity.RECEIVING_CHECKPOINT;
      }
      return switch (state) {
        case UNREACHABLE -> Activity.UNREACHABLE;
        case SUSPECT -> Activity.READMITTING;
        case CATCHING_UP -> Activity.CATCHING_UP_BY_LOG;
        case CANDIDATE -> Activity.ELECTING;
        case LEARNER -> Activity.LEARNING;
        case FULL -> Activity.FULL;
        case LEADER, FOLLOWER -> inStep();
      };
    }

    private Activity inStep() {
      Upkeep.Content content = upkeep.content();
      if (content.isComplete()) {
        return Activity.SERVING;
      }
      return content.isHopeless() ? Activity.DAMAGED : Activity.HEALING;
    }
  }

  /** What a peer is at. */
  public enum Activity {
    /** It is in step and has all content. */
    SERVING,
    /** It is in step and serves, and fetches content that it lacks or looks for what that is. */
    HEALING,
    /** It is in step and serves, but for content that no peer has any more. */
    DAMAGED,
    /** It takes entries that it missed from its leader's log. */
    CATCHING_UP_BY_LOG,
    /** It missed more than the log has, and is sent another peer's state. */
    RECEIVING_CHECKPOINT,
    /** It may have forgotten what it promised, and does not count until it is readmitted. */
    READMITTING,
    /** It has no vote. */
    LEARNING,
    /** It knows of no leader. */
    ELECTING,
    /** Its disk takes no more content. */
    FULL,
    /** It does not run, or can not be reached. */
    UNREACHABLE
  }

  /** State of a peer. */
  public enum State {
    LEADER,
    FOLLOWER,
    LEARNER,
    CATCHING_UP,
    CANDIDATE,
    UNREACHABLE,
    FULL,
    SUSPECT
  }

  /**
   * Whether everything is as it should be: a leader, every peer in step and with all content,
   * digests equal.
   */
  public boolean healthy() {
    return leader != 0
        && writable
        && digestsAgree
        && peers.stream().allMatch(peer -> peer.activity() == Activity.SERVING);
  }
}

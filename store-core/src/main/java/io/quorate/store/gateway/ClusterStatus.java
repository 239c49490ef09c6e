package io.quorate.store.gateway;

import java.util.List;

/**
 * The cluster as one peer sees it. For a person's glance and for monitoring.
 *
 * @param reporter id of the peer that answers
 * @param leader id of the leader, 0 if there is none
 * @param writable whether a write quorum is reachable
 * @param digestsAgree false when two peers' metadata differed at the same applied index
 */
public record ClusterStatus(
    String cluster,
    int reporter,
    int leader,
    long term,
    long commitIndex,
    boolean writable,
    boolean digestsAgree,
    List<PeerStatus> peers) {

  public ClusterStatus {
    peers = List.copyOf(peers);
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
      String detail) {}

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

  /** Whether everything is as it should be: a leader, every peer in step, digests equal. */
  public boolean healthy() {
    return leader != 0
        && writable
        && digestsAgree
        && peers.stream()
            .allMatch(peer -> peer.state() == State.LEADER || peer.state() == State.FOLLOWER);
  }
}

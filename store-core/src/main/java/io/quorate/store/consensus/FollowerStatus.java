package io.quorate.store.consensus;

/**
 * What a leader knows of a follower, for the status display and for admission.
 *
 * @param peer its id
 * @param incarnation its incarnation; nothing it says counts if the committed membership names
 *     another
 * @param voter false for a learner
 * @param state how the log is sent to it
 * @param matchIndex highest index known to match and to be durable there
 * @param nextIndex next index to be sent
 * @param inFlightBytes bytes of entries sent and not acknowledged
 * @param lastHeardNanos time of its last reply, on the clock that is given to {@link
 *     Consensus#step}
 * @param usableBytes free space for content there; −1 until it has said so
 */
public record FollowerStatus(
    int peer,
    long incarnation,
    boolean voter,
    State state,
    long matchIndex,
    long nextIndex,
    long inFlightBytes,
    long lastHeardNanos,
    long usableBytes) {

  /** How the log is sent to a follower. */
  public enum State {
    /** One append at a time, to find out what the follower has. */
    PROBE,
    /** Pipelined. */
    REPLICATE
  }
}

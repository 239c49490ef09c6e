package io.quorate.store.log;

/**
 * What Raft must remember across restarts: the newest term seen and the vote given in it.
 *
 * @param term newest term
 * @param votedFor peer voted for in {@code term}, 0 for none
 */
public record HardState(long term, int votedFor) {
  /** The state of a peer that has never run. */
  public static final HardState INITIAL = new HardState(0, 0);
}

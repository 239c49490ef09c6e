package io.quorate.store.metadata;

/**
 * A command as the log carries it, so that a retry applies once.
 *
 * @param session id of the session; 0 for {@link Command.OpenSession} and for the leader's own
 * @param sequence number within the session, from 1; a random number when the session is 0
 * @param lowestOutstanding all lower numbers of this session are answered and may be forgotten
 */
public record SessionCommand(long session, long sequence, long lowestOutstanding, Command command) {

  /**
   * Most answers that the state keeps for a session: a sender never uses a sequence number of
   * lowestOutstanding + WINDOW or above, and one that does is refused as INVALID.
   */
  public static final int WINDOW = 1024;
}

package io.quorate.store.peer;

import java.util.HashMap;
import java.util.Map;

/**
 * Tells the first copy of a message with proposals from a later one. What is said of an attempt
 * ("not appended, and will not be") must hold for all of its copies: were each looked at by itself,
 * one could be refused while another is in the log.
 *
 * <p>A ticket has the number of the origin's run in its upper half, drawn at random when that
 * starts, and counts up in its lower half. A message that was overtaken passes for a copy, and so
 * for lost: its origin sends those proposals again under another ticket.
 */
final class Attempts {
  private final Map<Integer, Long> newest = new HashMap<>();

  /** Ticket before the first one of a run. */
  static long beginning(long random) {
    return (random & Integer.MAX_VALUE) << Integer.SIZE;
  }

  /** Whether this ticket of that origin comes for the first time. */
  boolean isFirst(int origin, long ticket) {
    Long last = newest.get(origin);
    if (last != null && run(last) == run(ticket) && ticket <= last) {
      return false;
    }
    newest.put(origin, ticket);
    return true;
  }

  private static long run(long ticket) {
    return ticket >>> Integer.SIZE;
  }
}

package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AttemptsTest {
  private static final long RUN = Attempts.beginning(-77);

  private final Attempts attempts = new Attempts();

  @Test
  void eachTicketOnce() {
    assertTrue(attempts.isFirst(2, RUN + 1));
    assertFalse(attempts.isFirst(2, RUN + 1));
    assertTrue(attempts.isFirst(2, RUN + 3));
    assertFalse(attempts.isFirst(2, RUN + 2), "overtaken: as if it were lost");
    assertTrue(attempts.isFirst(3, RUN + 1), "another origin has its own");
  }

  @Test
  void anOriginThatStartedAgainIsHeard() {
    for (long random : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x7FFFFFFFL}) {
      long run = Attempts.beginning(random);
      assertTrue(run >= 0, () -> run + " does not fit its field");
      assertTrue(new Attempts().isFirst(2, run + 1));
    }
    assertTrue(attempts.isFirst(2, RUN + 9));
    long next = Attempts.beginning(5);
    assertNotEquals(RUN, next);
    assertTrue(attempts.isFirst(2, next + 1), "however small its tickets are");
    assertFalse(attempts.isFirst(2, next + 1));
  }
}

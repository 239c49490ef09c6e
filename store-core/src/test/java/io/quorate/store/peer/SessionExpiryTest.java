package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.metadata.Metadata.SessionInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionExpiryTest {
  private static final long MILLI = 1_000_000L;

  private final SessionExpiry expiry = new SessionExpiry();

  private List<Long> expired(long signOfLife, long nowMillis) {
    return expiry.expired(List.of(new SessionInfo(7, "t", 100, signOfLife)), nowMillis * MILLI);
  }

  @Test
  void aSilentSessionExpires() {
    assertEquals(List.of(), expired(1, 0));
    assertEquals(List.of(), expired(1, 99));
    assertEquals(List.of(7L), expired(1, 100));
  }

  @Test
  void aSignOfLifeStartsItsTimeAgain() {
    expired(1, 0);
    assertEquals(List.of(), expired(2, 100));
    assertEquals(List.of(), expired(2, 199));
    assertEquals(List.of(7L), expired(2, 200));
  }

  @Test
  void aNewLeaderStartsAllTimesAgain() {
    expired(1, 0);
    expiry.reset();
    assertEquals(List.of(), expired(1, 100));
  }
}

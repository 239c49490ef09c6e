package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TicksTest {
  private static final long MILLI = 1_000_000;
  private static final long FAR = 1_000 * MILLI;
  private static final long QUARTER = 12_500_000;

  private final Ticks ticks = new Ticks(50 * MILLI, 0);

  @Test
  void whoIsBusyTicksEveryQuarterOfAHeartbeat() {
    assertEquals(QUARTER, ticks.nextNanos(false, FAR));
    assertFalse(ticks.mayCome(QUARTER - 1, FAR));
    assertTrue(ticks.mayCome(QUARTER, FAR));
  }

  @Test
  void whoIsQuietWaitsForConsensusButTicksInTurnsThatThereAre() {
    assertEquals(50 * MILLI, ticks.nextNanos(true, 50 * MILLI));
    assertEquals(100 * MILLI, ticks.nextNanos(true, FAR));
    assertTrue(ticks.mayCome(20 * MILLI, FAR));
  }

  @Test
  void consensusNeedNotWaitForAQuarter() {
    ticks.came(45 * MILLI);
    assertEquals(50 * MILLI, ticks.nextNanos(false, 50 * MILLI));
    assertTrue(ticks.mayCome(50 * MILLI, 50 * MILLI));
  }

  /** As while a peer asks the others what it has promised: the loop must not spin. */
  @Test
  void whatConsensusDoesNotTakeIsNotDueAgainAtOnce() {
    ticks.came(60 * MILLI);
    assertEquals(60 * MILLI + QUARTER, ticks.nextNanos(false, 50 * MILLI));
    assertFalse(ticks.mayCome(61 * MILLI, 50 * MILLI));
  }
}

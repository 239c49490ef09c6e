package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ConsensusOptionsTest {
  @Test
  void badValueNamesFieldAndRange() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConsensusOptions.of(1, 1, 1).withTiming(50_000_000, 100_000_000, 900_000_000));
    assertEquals(
        "electionMinNanos is 100000000; it must be between 150000000 and 100000000000",
        refused.getMessage());
  }

  @Test
  void windowHoldsAtLeastOneAppend() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> ConsensusOptions.of(1, 1, 1).withBounds(1000, 999, 0, 1000));
    assertEquals(
        "maxInFlightBytes is 999; it must be between 1000 and 1073741824", refused.getMessage());
  }

  @Test
  void peerIdsBeginAtOne() {
    assertThrows(IllegalArgumentException.class, () -> ConsensusOptions.of(0, 1, 1));
  }
}

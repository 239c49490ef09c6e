package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class DemandTest {
  private final Demand demand = new Demand(100, -50);

  @Test
  void isNotThereBeforeAnybodyWaits() {
    assertFalse(demand.isThere(false, -50));
    assertFalse(demand.isThere(false, 40));
  }

  @Test
  void lingersAfterTheLastWait() {
    assertTrue(demand.isThere(true, 0));
    assertTrue(demand.isThere(true, 60));
    assertTrue(demand.isThere(false, 159));
    assertFalse(demand.isThere(false, 160));
  }
}

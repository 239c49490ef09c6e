package io.quorate.store.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Changes that are made one after the other and sent as one. */
final class AttributeChangeTest {
  private static final AttributeChange OWNER = new AttributeChange(null, 5, 6, null, null, null);

  @Test
  void aLaterChangeIsOnTopOfAnEarlier() {
    AttributeChange times = AttributeChange.ofTimes(1L, 2L).then(AttributeChange.ofTimes(null, 3L));
    assertEquals(AttributeChange.ofTimes(1L, 3L), times);
  }

  @Test
  void anOwnerThatComesAfterPermissionsTakesPrivilegesAway() {
    assertEquals(
        new AttributeChange(0755, 5, 6, null, null, null),
        AttributeChange.ofPermissions(06755).then(OWNER));
    assertEquals(
        new AttributeChange(02745, 5, 6, null, null, null),
        AttributeChange.ofPermissions(06745).then(OWNER),
        "without group execute it is no privilege");
  }

  @Test
  void permissionsThatComeAfterAnOwnerStay() {
    assertEquals(
        new AttributeChange(06755, 5, 6, null, null, null),
        OWNER.then(AttributeChange.ofPermissions(06755)));
  }

  @Test
  void nowIsTheTimeOfTheChange() {
    AttributeChange now = AttributeChange.ofTimes(AttributeChange.NOW, 7L);
    assertEquals(AttributeChange.ofTimes(42L, 7L), now.at(42));
  }
}

package io.quorate.store.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The bytes of a membership, and the changes that operators ask for. */
final class MembershipBodyTest {
  private static final Membership FOUR =
      new Membership(9, new TreeMap<>(Map.of(1, 1L, 2, 1L, 3, 7L, 4, 1L)), new TreeMap<>(Map.of()));

  @Test
  void everyFieldComesBack() {
    Membership full =
        FOUR.reachedAt(new TreeMap<>(Map.of(1, "a:7400", 2, "[::1]:7400", 8, "elsewhere:1")))
            .awaiting(5, "höst:7400")
            .replacing(3, 5)
            .forcedOnto(Set.of(1, 2), "by an öperator");
    assertEquals(full, Membership.decode(9, full.encode()));
    assertEquals("höst:7400", full.addresses().get(5));
    assertTrue(!full.addresses().containsKey(8), "an address of nobody");
    assertEquals(1, full.forced());
    assertEquals(2, full.forcedOnto(Set.of(1), "again").forced());
  }

  @Test
  void bodiesOfEarlierBuildsAreRead() {
    ByteBuffer old = ByteBuffer.allocate(29);
    old.putShort((short) 2).putInt(1).putLong(1).putInt(2).putLong(6).putShort((short) 0);
    old.put((byte) 1);
    Membership plain = Membership.decode(3, Arrays.copyOf(old.array(), 28));
    assertEquals(Map.of(1, 1L, 2, 6L), plain.voters());
    assertEquals(Map.of(), plain.addresses());
    assertTrue(Membership.decode(3, old.array()).byAll());
    assertEquals(28, plain.encode().length);
  }

  @Test
  void damagedBodiesAreRefused() {
    byte[] body =
        FOUR.reachedAt(new TreeMap<>(Map.of(1, "a:7400"))).forcedOnto(Set.of(1), "x").encode();
    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      // One that ends where its flags would begin is whole: of an earlier build.
      if (length != 2 + 12 + 2 + 36) {
        assertThrows(IllegalArgumentException.class, () -> Membership.decode(1, cut), "" + length);
      }
    }
    byte[] more = Arrays.copyOf(body, body.length + 1);
    assertThrows(IllegalArgumentException.class, () -> Membership.decode(1, more));
  }

  @Test
  void whoLeavesTakesItsAddressAndItsReplacementAlong() {
    Membership replacing =
        FOUR.reachedAt(new TreeMap<>(Map.of(3, "c:1"))).awaiting(5, "e:1").replacing(3, 5);
    assertEquals(Map.of(5, 3), replacing.replacing());
    Membership done = replacing.learning(5, 77).voting(5).without(3);
    assertEquals(Map.of(), done.replacing());
    assertEquals(Map.of(5, "e:1"), done.addresses());
    assertEquals(77L, done.incarnationOf(5));
    assertEquals(Membership.AWAITED, replacing.incarnationOf(5));
  }

  @Test
  void aQuorumIsForcedOnlyWhereThereIsNone() {
    Membership forced = FOUR.forcedOnto(Set.of(3, 4), "so it was");
    assertEquals(Map.of(3, 7L, 4, 1L), forced.voters());
    assertEquals(Map.of(1, Membership.AWAITED, 2, Membership.AWAITED), forced.learners());
    assertEquals("so it was", forced.awaiting(5, "e:1").without(1).audit());
    assertThrows(
        IllegalArgumentException.class, () -> FOUR.forcedOnto(Set.of(1, 2, 3), "needless"));
    assertThrows(IllegalArgumentException.class, () -> FOUR.forcedOnto(Set.of(9), "a stranger"));
    assertThrows(IllegalArgumentException.class, () -> FOUR.forcedOnto(Set.of(), "nobody"));
  }
}

package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.log.Membership;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MembershipTest {
  private static Membership members(Map<Integer, Long> voters, Map<Integer, Long> learners) {
    return new Membership(7, new TreeMap<>(voters), new TreeMap<>(learners));
  }

  private final Membership four =
      members(Map.of(1, 11L, 2, 12L, 3, 13L, 4, -14L), Map.of(5, Long.MAX_VALUE));

  @Test
  void comesBackFromBytes() {
    assertEquals(four, Membership.decode(7, four.encode()));
    Membership elected = four.readmitting(new TreeMap<>(Map.of(1, 99L, 3, 98L)));
    assertEquals(elected, Membership.decode(7, elected.encode()));
    assertEquals(Map.of(1, 99L, 2, 12L, 3, 98L, 4, -14L), elected.voters());
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] body = four.encode();
    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      assertThrows(IllegalArgumentException.class, () -> Membership.decode(7, cut));
    }
    byte[] longer = Arrays.copyOf(body, body.length + 1);
    longer[body.length] = 2;
    assertThrows(IllegalArgumentException.class, () -> Membership.decode(7, longer));
  }

  @Test
  void quorumsMeet() {
    int[][] expected = {
      {1, 1, 1}, {2, 2, 1}, {3, 2, 2}, {4, 3, 2}, {5, 3, 3}, {6, 4, 3}, {7, 4, 4}
    };
    for (int[] row : expected) {
      TreeMap<Integer, Long> voters = new TreeMap<>();
      for (int peer = 1; peer <= row[0]; peer++) {
        voters.put(peer, 1L);
      }
      Membership membership = members(voters, Map.of());
      assertEquals(row[1], membership.commitQuorum(), "commit quorum of " + row[0]);
      assertEquals(row[2], membership.readQuorum(), "read quorum of " + row[0]);
    }
  }

  @Test
  void onePeerChangesAtATime() {
    Map<Integer, Long> voters = Map.of(1, 11L, 2, 12L, 3, 13L);
    Membership now = members(voters, Map.of(4, 14L));
    String none = "";
    assertEquals(none, objection(now, Map.of(1, 11L, 2, 12L, 3, 13L, 4, 14L), Map.of()));
    assertEquals(none, objection(now, voters, Map.of(4, 14L, 5, 15L)));
    assertEquals(none, objection(now, Map.of(1, 11L, 2, 99L, 3, 13L), Map.of(4, 14L)));
    assertEquals(none, objection(now, Map.of(1, 11L, 2, 12L), Map.of(4, 14L)));
    assertEquals("2 peers change at once", objection(now, Map.of(1, 11L, 2, 12L), Map.of()));
    assertEquals("it has no voter", objection(now, Map.of(), Map.of(4, 14L)));
    assertEquals(
        "peer 5 becomes a voter without having been a learner",
        objection(now, Map.of(1, 11L, 2, 12L, 3, 13L, 5, 15L), Map.of(4, 14L)));
    assertEquals(
        "peer 4 becomes a voter with another incarnation than it learned with",
        objection(now, Map.of(1, 11L, 2, 12L, 3, 13L, 4, 99L), Map.of()));
    assertEquals(
        "peer 3 is both voter and learner", objection(now, voters, Map.of(3, 13L, 4, 14L)));
  }

  private static String objection(
      Membership now, Map<Integer, Long> voters, Map<Integer, Long> learners) {
    return Memberships.objectionTo(now, members(voters, learners));
  }
}

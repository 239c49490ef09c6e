package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.metadata.Digest;
import io.quorate.store.peer.DigestComparison.Verdict;
import org.junit.jupiter.api.Test;

class DigestComparisonTest {
  private static final Digest GOOD = new Digest(1, 1);
  private static final Digest BAD = new Digest(1, 2);

  private final DigestComparison comparison = new DigestComparison(1, () -> 4);

  @Test
  void equalDigestsAgree() {
    for (int peer = 1; peer <= 4; peer++) {
      comparison.add(peer, 10, GOOD);
    }
    assertEquals(Verdict.AGREE, comparison.verdict());
  }

  @Test
  void differentIndexesAreNotCompared() {
    comparison.add(1, 10, GOOD);
    comparison.add(2, 11, BAD);
    assertEquals(Verdict.AGREE, comparison.verdict());
  }

  @Test
  void thisPeerAgainstThreeIsTheMinority() {
    comparison.add(1, 10, BAD);
    comparison.add(2, 10, GOOD);
    comparison.add(3, 10, GOOD);
    assertEquals(Verdict.OTHER_DIFFERS, comparison.verdict(), "two of four are no majority");
    comparison.add(4, 10, GOOD);
    assertEquals(Verdict.MINORITY, comparison.verdict());
  }

  @Test
  void oneOtherAgainstThreeDiffers() {
    comparison.add(1, 10, GOOD);
    comparison.add(2, 10, GOOD);
    comparison.add(3, 10, BAD);
    comparison.add(4, 10, GOOD);
    assertEquals(Verdict.OTHER_DIFFERS, comparison.verdict());
  }

  @Test
  void twoAgainstTwoLeavesNoMajority() {
    comparison.add(1, 10, GOOD);
    comparison.add(2, 10, GOOD);
    comparison.add(3, 10, BAD);
    comparison.add(4, 10, BAD);
    assertEquals(Verdict.NO_MAJORITY, comparison.verdict());
  }

  @Test
  void aDifferenceIsNotForgotten() {
    comparison.add(1, 10, BAD);
    comparison.add(2, 10, GOOD);
    comparison.add(3, 10, GOOD);
    comparison.add(4, 10, GOOD);
    for (long index = 11; index < 200; index++) {
      for (int peer = 1; peer <= 4; peer++) {
        comparison.add(peer, index, GOOD);
      }
    }
    assertEquals(Verdict.MINORITY, comparison.verdict());
  }
}

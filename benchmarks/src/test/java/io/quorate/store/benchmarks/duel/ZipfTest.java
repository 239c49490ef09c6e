package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ZipfTest {
  /** With s = 1, three things are wanted as 6 : 3 : 2. */
  @Test
  void sharesFallWithTheRank() {
    Zipf zipf = new Zipf(3, 1);
    assertEquals(0, zipf.at(0));
    assertEquals(0, zipf.at(5.99 / 11));
    assertEquals(1, zipf.at(6.01 / 11));
    assertEquals(1, zipf.at(8.99 / 11));
    assertEquals(2, zipf.at(9.01 / 11));
    assertEquals(2, zipf.at(Math.nextDown(1.0)));
  }

  @Test
  void withExponentZeroAllAreAlike() {
    Zipf zipf = new Zipf(4, 0);
    assertEquals(0, zipf.at(0.24));
    assertEquals(1, zipf.at(0.25), "where one ends, the next begins");
    assertEquals(3, zipf.at(0.99));
  }

  @Test
  void whatIsDrawnIsDistributedSo() {
    Zipf zipf = new Zipf(100, 0.99);
    SplittableRandom random = new SplittableRandom(1);
    int[] drawn = new int[100];
    for (int i = 0; i < 1_000_000; i++) {
      drawn[zipf.next(random)]++;
    }
    assertEquals(Math.pow(10, 0.99), (double) drawn[0] / drawn[9], 0.3);
    assertEquals(Math.pow(2, 0.99), (double) drawn[0] / drawn[1], 0.05);
  }

  @Test
  void sizesOfTheSiteAreWithinTheirEnds() {
    long sum = 0;
    for (int number = 0; number < 10_000; number++) {
      int bytes = SiteOperations.bytes(number);
      assertEquals(true, bytes >= SiteOperations.LEAST_BYTES && bytes <= SiteOperations.MOST_BYTES);
      sum += bytes;
    }
    assertEquals(SiteOperations.MEAN_BYTES, sum / 10_000.0, SiteOperations.MEAN_BYTES / 10.0);
  }
}

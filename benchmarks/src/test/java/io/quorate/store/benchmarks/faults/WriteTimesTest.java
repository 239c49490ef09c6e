package io.quorate.store.benchmarks.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class WriteTimesTest {
  private final WriteTimes times = new WriteTimes();

  @Test
  void aPauseIsTheTimeFromOneFileDoneToTheNext() {
    times.take("done 100 110");
    times.take("done 110 150");
    times.take("failed 150 300 java.io.IOException: no quorum");
    times.take("done 300 320");
    times.take("done 320 325");

    WriteTimes.Summary all = times.between(0, 1_000);
    assertEquals(4, all.files());
    assertEquals(1, all.failures());
    assertEquals(170, all.pauseNanos(), "from 150, over the one that failed, to 320");
    assertEquals(150, all.p99Nanos(), "the one that failed took longest");
  }

  @Test
  void onlyWhatTouchesTheTimeCounts() {
    times.take("done 100 110");
    times.take("done 110 190");
    times.take("done 190 200");

    WriteTimes.Summary late = times.between(195, 1_000);
    assertEquals(1, late.files());
    assertEquals(10, late.pauseNanos());
    assertEquals(80, times.between(120, 180).pauseNanos());
    assertEquals(0, times.between(500, 1_000).files());
  }

  @Test
  void aFileCountsInTheWindowInWhichItWasDone() {
    times.take("done 90 99");
    times.take("done 99 100");
    times.take("done 100 109");
    times.take("failed 109 112 java.io.IOException: no quorum");
    times.take("done 112 130");
    times.take("done 130 140");

    assertArrayEquals(new long[] {2, 0, 0, 1}, times.perWindow(100, 10, 4));
  }

  @Test
  void waitingEndsWithTheWriter() {
    times.take("done 100 110");
    times.end();
    assertThrows(IllegalStateException.class, () -> times.awaitDoneSince(105));
  }
}

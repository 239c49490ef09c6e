package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class LatenciesTest {
  @Test
  void aHistogramIsTheSameAfterItWasText() {
    Histogram nanos = Latencies.histogram();
    for (int i = 1; i <= 1000; i++) {
      Latencies.record(nanos, i * 1000L);
    }
    String text = Latencies.text(nanos);
    assertTrue(text.indexOf(' ') < 0);
    assertEquals(nanos, Latencies.parse(text));
    assertEquals(990_000, Latencies.parse(text).getValueAtPercentile(99), 9_900);
    assertThrows(IllegalArgumentException.class, () -> Latencies.parse("AAAA"));
  }

  @Test
  void whatIsOutOfRangeCountsAsItsEnds() {
    Histogram nanos = Latencies.histogram();
    Latencies.record(nanos, -5);
    Latencies.record(nanos, Long.MAX_VALUE);
    assertEquals(2, nanos.getTotalCount());
    assertEquals(0, nanos.getMinValue());
    assertEquals(30 * 60e9, nanos.getMaxValue(), 30 * 60e9 / 100);
  }

  @Test
  void operationsAreDueAtEvenDistancesAndDoNotDrift() {
    assertEquals(0, Latencies.dueNanos(0, 3));
    assertEquals(333_333_333, Latencies.dueNanos(1, 3));
    assertEquals(1_000_000_000, Latencies.dueNanos(3, 3));
    assertEquals(100_000_000_000_000L, Latencies.dueNanos(300_000, 3));
  }
}

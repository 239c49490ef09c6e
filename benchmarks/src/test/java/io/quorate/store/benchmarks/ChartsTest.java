package io.quorate.store.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ChartsTest {
  @Test
  void ninesAreWrittenOut() {
    assertEquals("0 %", Charts.share(1));
    assertEquals("90 %", Charts.share(10));
    assertEquals("99 %", Charts.share(100));
    assertEquals("99.9 %", Charts.share(1000));
    assertEquals("99.99 %", Charts.share(10_000));
  }
}

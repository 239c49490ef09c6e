package io.quorate.store.benchmarks.duel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.benchmarks.Spread;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
  private static final Map<String, String> STORES = Map.of("quorate", "Quorate");

  private static Run run(boolean paced, double... values) {
    Spread spread = Spread.of(values);
    Run.Speeds speeds = new Run.Speeds(spread, spread, Latencies.histogram());
    return new Run(
        Map.of("kernel", "6.1", "load", Double.toString(values[0])),
        STORES,
        List.of(new Run.Measured("stat", "stat", "/s", paced, Map.of("quorate", speeds))));
  }

  private static Comparison.Verdict verdict(boolean paced, double[] before, double[] after) {
    Comparison comparison = new Comparison(run(paced, before), run(paced, after), 0.05);
    Comparison.Verdict verdict = comparison.changes().getFirst().verdict();
    assertEquals(verdict == Comparison.Verdict.SLOWER, comparison.isSlower("quorate"));
    return verdict;
  }

  @Test
  void roundsThatOverlapAreNoise() {
    assertEquals(
        Comparison.Verdict.SAME,
        verdict(false, new double[] {100, 110, 200}, new double[] {40, 50, 101}));
  }

  @Test
  void roundsThatDoNotAreAChange() {
    double[] low = {100, 110, 120};
    double[] high = {121, 130, 140};
    assertEquals(Comparison.Verdict.FASTER, verdict(false, low, high));
    assertEquals(Comparison.Verdict.SLOWER, verdict(false, high, low));
  }

  @Test
  void ofLatenciesMoreIsWorse() {
    double[] low = {100, 110, 120};
    double[] high = {121, 130, 140};
    assertEquals(Comparison.Verdict.SLOWER, verdict(true, low, high));
    assertEquals(Comparison.Verdict.FASTER, verdict(true, high, low));
  }

  @Test
  void aLittleIsNoChangeHoweverSteady() {
    assertEquals(Comparison.Verdict.SAME, verdict(false, new double[] {100}, new double[] {104}));
    assertEquals(Comparison.Verdict.FASTER, verdict(false, new double[] {100}, new double[] {106}));
  }

  @Test
  void whatOnlyOneRunHasIsNotCompared() {
    assertTrue(new Comparison(run(false, 1), run(true, 1), 0).changes().isEmpty());
  }

  @Test
  void whatElseDiffersIsTold() {
    Run other = new Run(Map.of("kernel", "6.2", "load", "9"), STORES, List.of());
    assertEquals(
        List.of("kernel: 6.1 → 6.2"), new Comparison(run(false, 1), other, 0).differentFacts());
  }

  @Test
  void theTableLeavesOutWhatIsTheSameUnlessAsked() {
    Comparison comparison = new Comparison(run(false, 100), run(false, 50), 0.05);
    assertTrue(
        comparison.table(false).contains("| stat, /s | Quorate | 100 | 50 | 0.50 | slower |"));
    Comparison same = new Comparison(run(false, 100), run(false, 100), 0.05);
    assertFalse(same.table(false).contains("stat"));
    assertTrue(same.table(true).contains("| stat, /s | Quorate | 100 | 100 | 1.00 |  |"));
    assertTrue(same.table(true).endsWith("1 of 1 have not changed beyond noise."));
  }
}

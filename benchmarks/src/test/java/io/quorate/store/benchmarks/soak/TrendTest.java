package io.quorate.store.benchmarks.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.benchmarks.soak.Trend.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

final class TrendTest {
  private static final double TOLERANCE = 0.05;
  private static final double SAMPLE_HOURS = 10.0 / 3600;
  private static final int SEEDS = 50;

  /** Values that {@code course} tells by the hour, with noise on them. */
  private static Trend trend(
      double hours, DoubleUnaryOperator course, double noise, Random random) {
    List<Trend.Point> points = new ArrayList<>();
    for (double at = 0; at <= hours; at += SAMPLE_HOURS) {
      points.add(new Trend.Point(at, course.applyAsDouble(at) + noise * random.nextGaussian()));
    }
    return Trend.of(Quantity.ANONYMOUS, points, hours, TOLERANCE);
  }

  private static int count(
      Verdict verdict, double hours, DoubleUnaryOperator course, double noise) {
    int count = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      count += trend(hours, course, noise, new Random(seed)).verdict() == verdict ? 1 : 0;
    }
    return count;
  }

  @Test
  void noiseIsFlat() {
    assertEquals(SEEDS, count(Verdict.FLAT, 0.5, _ -> 200, 0.1));
    assertEquals(SEEDS, count(Verdict.FLAT, 0.5, _ -> 200, 20));
    assertTrue(count(Verdict.GROWS, 0.5, _ -> 20, 20) <= 1);
  }

  @Test
  void aSawtoothIsFlat() {
    // As where a journal is compacted every four minutes.
    DoubleUnaryOperator sawtooth = hours -> 200 + 300 * (hours % (4.0 / 60));
    assertEquals(SEEDS, count(Verdict.FLAT, 1, sawtooth, 1));
  }

  @Test
  void aSmallLeakShowsInNoise() {
    DoubleUnaryOperator leak = hours -> 60 + 6 * hours;
    assertTrue(count(Verdict.GROWS, 1, leak, 1) >= SEEDS - 5);
    Trend trend = trend(1, leak, 1, new Random(1));
    assertEquals(6, trend.perHour(), trend.spreadPerHour());
    assertTrue(trend.words().contains("grows by"), trend.words());
    // The longer the run, the slower a leak that is found.
    assertEquals(0, count(Verdict.GROWS, 1, hours -> 60 + 2 * hours, 1));
    assertTrue(count(Verdict.GROWS, 6, hours -> 60 + 2 * hours, 1) >= SEEDS - 1);
  }

  @Test
  void aRampAtTheBeginningDoesNotCount() {
    DoubleUnaryOperator ramp = hours -> 100 + 100 * Math.min(1, hours / 0.15);
    assertEquals(SEEDS, count(Verdict.FLAT, 0.5, ramp, 1));
    assertEquals(0, count(Verdict.GROWS, 0.5, ramp, 10));
    Trend trend = trend(0.5, ramp, 1, new Random(1));
    assertEquals(200, trend.warm(), 1);
    assertEquals(0, trend.perHour(), 5);
  }

  @Test
  void whatFillsUpLaterLevelsOff() {
    DoubleUnaryOperator ramp = hours -> 100 + 200 * Math.min(1, hours / 0.65);
    assertEquals(SEEDS, count(Verdict.LEVELS_OFF, 1, ramp, 1));
    DoubleUnaryOperator filling = hours -> 100 + 200 * (1 - Math.exp(-hours / 0.14));
    assertEquals(0, count(Verdict.GROWS, 1, filling, 1));
  }

  @Test
  void aLeakThatBeginsLateIsNoLess() {
    assertEquals(SEEDS, count(Verdict.GROWS, 1, hours -> 100 + 100 * Math.max(0, hours - 0.5), 1));
  }

  @Test
  void whatShrinksDoesNotGrow() {
    assertEquals(SEEDS, count(Verdict.FLAT, 1, hours -> 200 - 100 * hours, 1));
  }

  @Test
  void aLittleMeansNothingWhereThereIsLittle() {
    assertEquals(Verdict.FLAT, trend(0.5, hours -> 0.1 + hours, 0, new Random(1)).verdict());
    assertEquals(Verdict.GROWS, trend(0.5, hours -> 0.1 + 4 * hours, 0, new Random(1)).verdict());
  }

  @Test
  void aFewSamplesTellNothing() {
    List<Trend.Point> points =
        List.of(new Trend.Point(0, 1), new Trend.Point(0.5, 50), new Trend.Point(1, 100));
    assertEquals(Verdict.TOO_SHORT, Trend.of(Quantity.HEAP, points, 1, TOLERANCE).verdict());
    assertEquals("-", Trend.of(Quantity.HEAP, points, 1, TOLERANCE).slope());
  }
}

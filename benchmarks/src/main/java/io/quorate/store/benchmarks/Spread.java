package io.quorate.store.benchmarks;

import java.util.Arrays;

/** The same measured several times: the median counts, and the ends tell how far to trust it. */
public record Spread(double least, double median, double most) {
  /** Of one value or more. */
  public static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("nothing was measured");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double median = (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    return new Spread(sorted[0], median, sorted[sorted.length - 1]);
  }

  Figure.Details describe(Figure.Details details) {
    return details.with("least of the rounds", least).with("most of the rounds", most);
  }
}

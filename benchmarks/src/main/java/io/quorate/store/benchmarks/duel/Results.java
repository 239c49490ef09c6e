package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What was measured, by store and row, and what comes of it. */
final class Results {
  /**
   * One work of one round.
   *
   * @param perSecond operations
   * @param servingMicros processor time that all processes of the store took for an operation
   * @param callingMicros processor time that the load generators took for an operation, with what
   *     the kernel did for it
   * @param latencies of each operation
   */
  record Sample(
      double perSecond, double servingMicros, double callingMicros, Histogram latencies) {}

  private final Map<String, Map<Row, List<Sample>>> samples = new LinkedHashMap<>();

  void add(String contender, Row row, Sample sample) {
    samples
        .computeIfAbsent(contender, _ -> new LinkedHashMap<>())
        .computeIfAbsent(row, _ -> new ArrayList<>())
        .add(sample);
  }

  List<Sample> samples(String contender, Row row) {
    return samples.getOrDefault(contender, Map.of()).getOrDefault(row, List.of());
  }

  /** Over the rounds; null if there was none. */
  @Nullable Spread spread(String contender, Row row, ToDoubleFunction<Sample> of) {
    List<Sample> all = samples(contender, row);
    return all.isEmpty() ? null : Spread.of(all.stream().mapToDouble(of).toArray());
  }

  /** Of all rounds together. */
  Histogram latencies(String contender, Row row) {
    Histogram all = Latencies.histogram();
    samples(contender, row).forEach(sample -> all.add(sample.latencies()));
    return all;
  }

  /** How many times as much the first does in the median as the second; NaN if one is missing. */
  double ratio(String contender, String other, Row row) {
    Spread one = spread(contender, row, Sample::perSecond);
    Spread two = spread(other, row, Sample::perSecond);
    return one == null || two == null ? Double.NaN : one.median() / two.median();
  }
}

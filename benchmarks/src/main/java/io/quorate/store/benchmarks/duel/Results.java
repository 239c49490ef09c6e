package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Spread;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What was measured, by store and work, and what comes of it. */
final class Results {
  /**
   * One work of one round.
   *
   * @param perSecond operations
   * @param servingMicros processor time that all processes of the store took for an operation
   * @param callingMicros processor time that the load generator took for an operation, with what
   *     the kernel did for it
   */
  record Sample(double perSecond, double servingMicros, double callingMicros) {}

  private final Map<String, Map<Work, List<Sample>>> samples = new LinkedHashMap<>();

  void add(String contender, Work work, Sample sample) {
    samples
        .computeIfAbsent(contender, _ -> new EnumMap<>(Work.class))
        .computeIfAbsent(work, _ -> new ArrayList<>())
        .add(sample);
  }

  List<Sample> samples(String contender, Work work) {
    return samples.getOrDefault(contender, Map.of()).getOrDefault(work, List.of());
  }

  /** Over the rounds; null if there was none. */
  @Nullable Spread spread(String contender, Work work, ToDoubleFunction<Sample> of) {
    List<Sample> all = samples(contender, work);
    return all.isEmpty() ? null : Spread.of(all.stream().mapToDouble(of).toArray());
  }

  /** How many times as much the first does in the median as the second; NaN if one is missing. */
  double ratio(String contender, String other, Work work) {
    Spread one = spread(contender, work, Sample::perSecond);
    Spread two = spread(other, work, Sample::perSecond);
    return one == null || two == null ? Double.NaN : one.median() / two.median();
  }
}

package io.quorate.store.benchmarks.duel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * At which rate work is done that has a fixed one: the same for all stores and rounds, so that
 * their latencies compare. It is half of what the slowest of the replicated stores did in the first
 * round when it went as fast as it could, unless it is given.
 */
final class Rates {
  /** A rate counts as kept when so much of it was. */
  static final double KEPT = 0.98;

  private static final double SHARE = 0.5;

  private final List<String> stores;
  private final double given;
  private final Scale scale;
  private final Map<Work, Double> rates = new HashMap<>();

  /**
   * Those of a run.
   *
   * @param stores by their names, that it must not be too high for
   * @param given by whoever measures; 0 if it is not
   */
  Rates(List<String> stores, double given, Scale scale) {
    this.stores = List.copyOf(stores);
    this.given = given;
    this.scale = scale;
  }

  /** Operations per second; 0 if it has no fixed rate; NaN if nothing is known to make one of. */
  double of(Row row, Results results) {
    Work unpaced = row.work().unpaced(scale);
    if (unpaced == null || given > 0) {
      return unpaced == null ? 0 : given;
    }
    return rates.computeIfAbsent(
        row.work(),
        _ -> {
          double least = Double.NaN;
          for (String store : stores) {
            for (Results.Sample sample : results.samples(store, Row.first(unpaced, scale))) {
              least = least <= sample.perSecond() ? least : sample.perSecond();
            }
          }
          return SHARE * least;
        });
  }

  /** What has been found, by the names of the works. */
  Map<String, Double> known() {
    Map<String, Double> known = new TreeMap<>();
    rates.forEach(
        (work, rate) -> {
          if (!Double.isNaN(rate)) {
            known.put(work.key(), rate);
          }
        });
    return known;
  }

  /** The task at a rate, for as long as it is to be; of files that are read only as many. */
  static Task pace(Task task, double perSecond, Scale scale) {
    long operations = Math.max(1, Math.round(perSecond * scale.pacedSeconds()));
    boolean once = task.kind() == Task.Kind.READ;
    return task.paced(
        perSecond, (int) Math.min(operations, once ? task.count() : Integer.MAX_VALUE));
  }
}

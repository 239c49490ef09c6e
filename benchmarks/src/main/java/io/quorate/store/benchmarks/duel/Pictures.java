package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Charts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;

/** What a run measured, drawn: throughput as bars, latencies as curves. */
final class Pictures {
  /** Where the points of a curve are: this many for each digit that nines are told by. */
  private static final int POINTS_PER_DECADE = 10;

  /** In one picture. */
  private static final int ROWS = 12;

  private final Run run;

  Pictures(Run run) {
    this.run = run;
  }

  /** Answers the files that were made. */
  List<Path> draw(Path directory, String name) throws IOException {
    List<Path> made = new ArrayList<>();
    made.addAll(draw("/s", directory.resolve(name + "-throughput")));
    made.addAll(draw("MiB/s", directory.resolve(name + "-streaming")));
    for (Run.Measured row : run.figures()) {
      if (row.paced()) {
        made.add(Charts.save(curves(row), directory.resolve(name + "-" + row.name())));
      }
    }
    return made;
  }

  /** In as many pictures as it takes; those after the first have numbers. */
  private List<Path> draw(String unit, Path name) throws IOException {
    List<Run.Measured> rows =
        run.figures().stream().filter(row -> !row.paced() && row.unit().equals(unit)).toList();
    List<Path> made = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += ROWS) {
      List<Run.Measured> some = rows.subList(from, Math.min(rows.size(), from + ROWS));
      Path file = from == 0 ? name : Path.of(name + "-" + (from / ROWS + 1));
      made.add(Charts.save(bars(some, unit), file));
    }
    return made;
  }

  private CategoryChart bars(List<Run.Measured> rows, String unit) {
    CategoryChart chart = Charts.bars("medians of the rounds; more is better", "", unit);
    for (Map.Entry<String, String> store : run.stores().entrySet()) {
      List<String> names = new ArrayList<>();
      List<Double> medians = new ArrayList<>();
      for (Run.Measured row : rows) {
        Run.Speeds speeds = row.of().get(store.getKey());
        names.add(row.name());
        // On a logarithmic axis a bar that is not there has this.
        medians.add(speeds == null ? 1.0 : Math.max(1, speeds.perSecond().median()));
      }
      chart.addSeries(store.getValue(), names, medians);
    }
    return chart;
  }

  /** Over 1 / (1 - share of operations), so that each nine has as much room. */
  private XYChart curves(Run.Measured row) {
    XYChart chart = Charts.curves(row.what(), "share of operations that took no longer", "ms");
    for (Map.Entry<String, String> store : run.stores().entrySet()) {
      Run.Speeds speeds = row.of().get(store.getKey());
      if (speeds == null) {
        continue;
      }
      Histogram nanos = speeds.latencies();
      List<Double> places = new ArrayList<>();
      List<Double> millis = new ArrayList<>();
      double most = Math.max(10, nanos.getTotalCount());
      for (int i = 0; Math.pow(10, (double) i / POINTS_PER_DECADE) <= most; i++) {
        double place = Math.pow(10, (double) i / POINTS_PER_DECADE);
        places.add(place);
        millis.add(nanos.getValueAtPercentile(100 - 100 / place) / 1e6);
      }
      chart.addSeries(store.getValue(), places, millis);
    }
    return chart;
  }
}

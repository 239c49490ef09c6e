package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Figure;
import io.quorate.store.benchmarks.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Shows results to people, as tables in Markdown, and to programs. */
final class Report {
  private final Results results;
  private final Scale scale;
  private final List<Row> rows;

  /** Titles by the names of the stores, in the order of the columns. */
  private final Map<String, String> titles;

  Report(Results results, Scale scale, List<Row> rows, Map<String, String> titles) {
    this.results = results;
    this.scale = scale;
    this.rows = rows;
    this.titles = titles;
  }

  /** Titles by the names of the stores. */
  Map<String, String> titles() {
    return titles;
  }

  /** Medians, with the least and the most of the rounds, and how many times Quorate is as fast. */
  String rates() {
    List<String> rivals = new ArrayList<>();
    if (titles.containsKey(QuorateContender.NAME)) {
      for (String name : titles.keySet()) {
        if (!name.equals(QuorateContender.NAME) && !name.equals(LocalContender.NAME)) {
          rivals.add(name);
        }
      }
    }
    List<String> head = new ArrayList<>(List.of("work"));
    head.addAll(titles.values());
    rivals.forEach(name -> head.add("Quorate ÷ " + titles.get(name)));
    StringBuilder table = head(head);
    for (Row row : unpacedRows()) {
      List<String> cells = new ArrayList<>();
      cells.add(row.what(scale) + ", " + row.work().unit());
      for (String name : titles.keySet()) {
        Spread spread = results.spread(name, row, Results.Sample::perSecond);
        cells.add(
            spread == null
                ? "-"
                : Figure.number(spread.median())
                    + " ("
                    + Figure.number(spread.least())
                    + "–"
                    + Figure.number(spread.most())
                    + ")");
      }
      for (String rival : rivals) {
        double ratio = results.ratio(QuorateContender.NAME, rival, row);
        cells.add(Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.2f", ratio));
      }
      line(table, cells);
    }
    return table.toString();
  }

  /** Processor time of all the processes of a store together. */
  String costs() {
    List<String> head = new ArrayList<>(List.of("CPU µs of the store for one"));
    titles.forEach(
        (name, title) -> {
          if (!name.equals(LocalContender.NAME)) {
            head.add(title);
          }
        });
    StringBuilder table = head(head);
    for (Row row : rows) {
      List<String> cells = new ArrayList<>();
      cells.add(row.what(scale) + (row.work().unit().equals("MiB/s") ? ", MiB" : ""));
      for (String name : titles.keySet()) {
        Spread spread = results.spread(name, row, Results.Sample::servingMicros);
        if (!name.equals(LocalContender.NAME)) {
          cells.add(spread == null ? "-" : Figure.number(spread.median()));
        }
      }
      line(table, cells);
    }
    return table.toString();
  }

  /** Of work at a fixed rate: how long half, 99 of 100 and the slowest of all operations took. */
  String latencies() {
    List<String> head = new ArrayList<>(List.of("ms, 50 % / 99 % / 99.9 % / all"));
    head.addAll(titles.values());
    StringBuilder table = head(head);
    for (Row row : pacedRows()) {
      List<String> cells = new ArrayList<>(List.of(row.what(scale)));
      for (String name : titles.keySet()) {
        Histogram all = results.latencies(name, row);
        cells.add(all.getTotalCount() == 0 ? "-" : percentiles(all));
      }
      line(table, cells);
    }
    return table.toString();
  }

  private List<Row> unpacedRows() {
    return rows.stream().filter(row -> row.work().unpaced(scale) == null).toList();
  }

  private List<Row> pacedRows() {
    return rows.stream().filter(row -> row.work().unpaced(scale) != null).toList();
  }

  boolean hasLatencies() {
    return !pacedRows().isEmpty();
  }

  private static String percentiles(Histogram nanos) {
    StringBuilder text = new StringBuilder();
    for (double percentile : new double[] {50, 99, 99.9, 100}) {
      text.append(text.isEmpty() ? "" : " / ");
      text.append(Figure.number(nanos.getValueAtPercentile(percentile) / 1e6));
    }
    return text.toString();
  }

  private static StringBuilder head(List<String> cells) {
    StringBuilder table = new StringBuilder();
    line(table, cells);
    table.append("|---").append("|---:".repeat(cells.size() - 1)).append("|\n");
    return table;
  }

  private static void line(StringBuilder table, List<String> cells) {
    table.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** All figures, for JSON. */
  List<Map<String, Object>> figures() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> figure = new LinkedHashMap<>();
      figure.put("name", row.key());
      figure.put("what", row.what(scale));
      figure.put("unit", row.work().unit());
      figure.put("paced", row.work().unpaced(scale) != null);
      Map<String, Object> stores = new TreeMap<>();
      for (String name : titles.keySet()) {
        Spread spread = results.spread(name, row, Results.Sample::perSecond);
        if (spread != null) {
          stores.put(
              name, figure(spread, results.samples(name, row), results.latencies(name, row)));
        }
      }
      figure.put("stores", stores);
      all.add(figure);
    }
    return all;
  }

  private static Map<String, Object> figure(
      Spread spread, List<Results.Sample> samples, Histogram latencies) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("median", spread.median());
    map.put("least", spread.least());
    map.put("most", spread.most());
    map.put("rounds", samples.stream().map(Results.Sample::perSecond).toList());
    map.put("servingMicros", samples.stream().map(Results.Sample::servingMicros).toList());
    map.put("callingMicros", samples.stream().map(Results.Sample::callingMicros).toList());
    map.put(
        "p99Micros",
        samples.stream().map(sample -> sample.latencies().getValueAtPercentile(99) / 1e3).toList());
    Map<String, Object> micros = new LinkedHashMap<>();
    for (double percentile : new double[] {50, 90, 99, 99.9, 100}) {
      micros.put(Double.toString(percentile), latencies.getValueAtPercentile(percentile) / 1e3);
    }
    map.put("latencyMicros", micros);
    map.put("latencies", Latencies.text(latencies));
    return map;
  }
}

package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Figure;
import io.quorate.store.benchmarks.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Shows results to people, as tables in Markdown, and to programs. */
final class Report {
  private final Results results;
  private final Scale scale;
  private final List<Work> works;

  /** Titles by the names of the stores, in the order of the columns. */
  private final Map<String, String> titles;

  Report(Results results, Scale scale, List<Work> works, Map<String, String> titles) {
    this.results = results;
    this.scale = scale;
    this.works = works;
    this.titles = titles;
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
    for (Work work : works) {
      List<String> cells = new ArrayList<>();
      cells.add(work.what(scale) + ", " + work.unit());
      for (String name : titles.keySet()) {
        Spread spread = results.spread(name, work, Results.Sample::perSecond);
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
        double ratio = results.ratio(QuorateContender.NAME, rival, work);
        cells.add(Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.2f", ratio));
      }
      row(table, cells);
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
    for (Work work : works) {
      List<String> cells = new ArrayList<>();
      cells.add(work.what(scale) + (work.unit().equals("MiB/s") ? ", MiB" : ""));
      for (String name : titles.keySet()) {
        Spread spread = results.spread(name, work, Results.Sample::servingMicros);
        if (!name.equals(LocalContender.NAME)) {
          cells.add(spread == null ? "-" : Figure.number(spread.median()));
        }
      }
      row(table, cells);
    }
    return table.toString();
  }

  private static StringBuilder head(List<String> cells) {
    StringBuilder table = new StringBuilder();
    row(table, cells);
    table.append("|---").append("|---:".repeat(cells.size() - 1)).append("|\n");
    return table;
  }

  private static void row(StringBuilder table, List<String> cells) {
    table.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  /** All figures, for JSON. */
  List<Map<String, Object>> figures() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Work work : works) {
      Map<String, Object> figure = new LinkedHashMap<>();
      figure.put("name", work.key());
      figure.put("what", work.what(scale));
      figure.put("unit", work.unit());
      Map<String, Object> stores = new TreeMap<>();
      for (String name : titles.keySet()) {
        Spread spread = results.spread(name, work, Results.Sample::perSecond);
        if (spread != null) {
          stores.put(name, figure(spread, results.samples(name, work)));
        }
      }
      figure.put("stores", stores);
      all.add(figure);
    }
    return all;
  }

  private static Map<String, Object> figure(Spread spread, List<Results.Sample> samples) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("median", spread.median());
    map.put("least", spread.least());
    map.put("most", spread.most());
    map.put("rounds", samples.stream().map(Results.Sample::perSecond).toList());
    map.put("servingMicros", samples.stream().map(Results.Sample::servingMicros).toList());
    map.put("callingMicros", samples.stream().map(Results.Sample::callingMicros).toList());
    return map;
  }
}

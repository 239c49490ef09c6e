package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.Charts;
import io.quorate.store.benchmarks.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;

/** What a run came to: tables, the JSON, pictures. */
final class SoakReport {
  private static final double MINUTES_PER_HOUR = 60;

  private final Course course;
  private final Map<Integer, Map<Quantity, Trend>> trends = new LinkedHashMap<>();

  /**
   * Of a run with one look or more.
   *
   * @param tolerance of {@link Trend}
   */
  SoakReport(Course course, double tolerance) {
    this.course = course;
    for (int peer : Course.peers()) {
      trends.put(peer, course.trends(peer, tolerance));
    }
  }

  /** Whether anything of any peer does. */
  boolean grows() {
    return trends.values().stream().flatMap(each -> each.values().stream()).anyMatch(Trend::grows);
  }

  /** A table for each peer, in Markdown. */
  String tables() {
    StringBuilder text = new StringBuilder();
    trends.forEach((peer, each) -> text.append(table(peer, each)).append('\n'));
    return text.toString();
  }

  private static String table(int peer, Map<Quantity, Trend> trends) {
    StringBuilder text = new StringBuilder();
    text.append("| peer ").append(peer);
    text.append(" | | after a third | at the end | per hour | seen from | verdict |\n");
    text.append("|---|---|---:|---:|---:|---:|---|\n");
    trends.forEach(
        (quantity, trend) -> {
          List<String> cells =
              List.of(
                  quantity.title(),
                  quantity.unit(),
                  number(trend.warm()),
                  number(trend.last()),
                  trend.slope(),
                  number(trend.seenFromPerHour()),
                  trend.words());
          text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        });
    return text.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : Figure.number(value);
  }

  /** For JSON. */
  Map<String, Object> figures() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("grows", grows());
    Map<String, Object> peers = new LinkedHashMap<>();
    trends.forEach((peer, each) -> peers.put(Integer.toString(peer), figures(each)));
    all.put("trends", peers);
    all.put("samples", course.figures());
    return all;
  }

  private static Map<String, Object> figures(Map<Quantity, Trend> trends) {
    Map<String, Object> all = new LinkedHashMap<>();
    trends.forEach(
        (quantity, trend) -> {
          Map<String, Object> map = new LinkedHashMap<>();
          map.put("unit", quantity.unit());
          putKnown(map, "warm", trend.warm());
          putKnown(map, "last", trend.last());
          putKnown(map, "perHour", trend.perHour());
          putKnown(map, "spreadPerHour", trend.spreadPerHour());
          putKnown(map, "seenFromPerHour", trend.seenFromPerHour());
          map.put("verdict", trend.verdict().name());
          all.put(quantity.key(), map);
        });
    return all;
  }

  /** JSON has no NaN. */
  private static void putKnown(Map<String, Object> map, String name, double value) {
    if (!Double.isNaN(value)) {
      map.put(name, value);
    }
  }

  /** A picture for each quantity, with a line for each peer; answers the files. */
  List<Path> draw(Path directory, String name) throws IOException {
    List<Path> made = new ArrayList<>();
    for (Quantity quantity : Quantity.values()) {
      boolean known = false;
      XYChart chart = Charts.lines(quantity.title(), "minutes", quantity.unit());
      for (int peer : Course.peers()) {
        List<Trend.Point> points = course.points(quantity, peer);
        if (!points.isEmpty()) {
          known = true;
          chart.addSeries(
              "peer " + peer,
              points.stream().map(point -> point.hours() * MINUTES_PER_HOUR).toList(),
              points.stream().map(Trend.Point::value).toList());
        }
      }
      if (known) {
        chart.getStyler().setYAxisMin(0.0);
        made.add(Charts.save(chart, directory.resolve(name + "-" + quantity.key())));
      }
    }
    return made;
  }
}

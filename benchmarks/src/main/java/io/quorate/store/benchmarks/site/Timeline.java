package io.quorate.store.benchmarks.site;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A picture of requests per second over the time of each site, with what happened to it. */
final class Timeline {
  private static final int WIDTH = 1500;
  private static final int HEIGHT = 420;
  private static final float LINE = 1.5f;

  private Timeline() {}

  /** Writes a PNG, one site under the other. */
  static void write(List<SiteResults> sites, Path target) throws IOException {
    System.setProperty("java.awt.headless", "true");
    List<XYChart> charts = sites.stream().map(Timeline::chart).toList();
    BitmapEncoder.saveBitmap(
        charts, charts.size(), 1, target.toString(), BitmapEncoder.BitmapFormat.PNG);
  }

  private static XYChart chart(SiteResults site) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(site.title())
            .xAxisTitle("seconds")
            .yAxisTitle("requests/s")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    double[] good = perSecond(site, request -> request.outcome() == Request.Outcome.ANSWERED);
    add(chart, "answered", good, new Color(0x2c7fb8));
    add(
        chart,
        "answered by the retry",
        perSecond(site, request -> request.outcome() == Request.Outcome.RETRIED),
        new Color(0xe6a100));
    add(
        chart,
        "failed or wrong",
        perSecond(site, request -> !request.outcome().isGood()),
        new Color(0xd7191c));
    double top = 1;
    for (double value : good) {
      top = Math.max(top, value);
    }
    int number = 0;
    for (SiteResults.Mark mark : site.marks()) {
      double second = (mark.nanos() - site.beginNanos()) / 1e9;
      chart.addAnnotation(new AnnotationLine(second, true, false));
      if (!mark.title().isEmpty()) {
        // One above the other, so that those of short phases can be read.
        double height = top * (1.28 - 0.07 * (number++ % 4));
        AnnotationText text = new AnnotationText(mark.title(), second, height, false);
        chart.addAnnotation(text);
      }
    }
    chart.getStyler().setAnnotationLineColor(new Color(0xa0a0a0));
    chart.getStyler().setAnnotationLineStroke(new BasicStroke(1));
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(top * 1.35);
    return chart;
  }

  private static void add(XYChart chart, String name, double[] values, Color color) {
    double[] seconds = new double[values.length];
    for (int second = 0; second < values.length; second++) {
      seconds[second] = second;
    }
    chart
        .addSeries(name, seconds, values)
        .setMarker(SeriesMarkers.NONE)
        .setLineColor(color)
        .setLineWidth(LINE);
  }

  private static double[] perSecond(SiteResults site, Predicate<Request> wanted) {
    List<Integer> counts = new ArrayList<>();
    for (Request request : site.requests()) {
      int second = (int) Math.max(0, (request.endNanos() - site.beginNanos()) / 1_000_000_000L);
      while (counts.size() <= second) {
        counts.add(0);
      }
      if (wanted.test(request)) {
        counts.set(second, counts.get(second) + 1);
      }
    }
    return counts.stream().mapToDouble(Integer::doubleValue).toArray();
  }
}

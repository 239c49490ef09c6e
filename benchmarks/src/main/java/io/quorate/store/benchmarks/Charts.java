package io.quorate.store.benchmarks;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Charts that look alike, as PNG files; no display is needed. */
public final class Charts {
  private static final int HEIGHT_PIXELS = 520;
  private static final int WIDTH_PIXELS = 1080;

  /** They differ in lightness too, for those who do not see their colours. */
  private static final Color[] COLORS = {
    new Color(0x1f4e9c), new Color(0xe08214), new Color(0x4dac26), new Color(0xb0b0b0)
  };

  static {
    System.setProperty("java.awt.headless", "true");
  }

  private Charts() {}

  /** Bars side by side, over a logarithmic axis. */
  public static CategoryChart bars(String title, String xTitle, String yTitle) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    look(chart.getStyler());
    chart.getStyler().setAvailableSpaceFill(0.8);
    chart.getStyler().setXAxisLabelRotation(35);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setYAxisMin(1.0);
    return chart;
  }

  /** Latencies over shares of operations, given as 1 / (1 - share), both logarithmic. */
  public static XYChart curves(String title, String xTitle, String yTitle) {
    XYChart chart = lines(title, xTitle, yTitle);
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setXAxisLogarithmicDecadeOnly(true);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(Charts::share);
    return chart;
  }

  /** {@code 1000} as {@code 99.9 %}. */
  static String share(double place) {
    int digits = Math.max(0, (int) Math.round(Math.log10(place)) - 2);
    return String.format(Locale.ROOT, "%." + digits + "f %%", 100 - 100 / place);
  }

  /** Lines over a linear axis. */
  public static XYChart lines(String title, String xTitle, String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH_PIXELS)
            .height(HEIGHT_PIXELS)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    look(chart.getStyler());
    return chart;
  }

  private static void look(AxesChartStyler styler) {
    styler.setLegendPosition(Styler.LegendPosition.OutsideS);
    styler.setLegendLayout(Styler.LegendLayout.Horizontal);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setSeriesColors(COLORS);
    styler.setSeriesMarkers(new Marker[] {SeriesMarkers.NONE});
  }

  /** Answers the file, which is {@code name} with {@code .png}. */
  public static Path save(IChart chart, Path name) throws IOException {
    Path file = Path.of(name + ".png");
    return Files.write(file, ChartEncoder.getBytes(chart, "png"));
  }
}

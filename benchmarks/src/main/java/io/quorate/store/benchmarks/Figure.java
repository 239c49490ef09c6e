package io.quorate.store.benchmarks;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One number that was measured, or why it was not.
 *
 * @param name what {@code --only} and the JSON call it
 * @param what in words
 * @param unit of {@code measured} and {@code target}
 * @param measured NaN when skipped
 * @param atLeast whether more is better
 * @param skipped why there is no number; empty if there is one
 * @param details more numbers, in the order in which to show them
 */
public record Figure(
    String name,
    String what,
    String unit,
    double measured,
    double target,
    boolean atLeast,
    String skipped,
    Map<String, Double> details) {

  static Figure atLeast(
      String name, String what, String unit, double measured, double target, Details details) {
    return new Figure(name, what, unit, measured, target, true, "", details.values);
  }

  static Figure atMost(
      String name, String what, String unit, double measured, double target, Details details) {
    return new Figure(name, what, unit, measured, target, false, "", details.values);
  }

  static Figure skipped(String name, String what, String unit, double target, String reason) {
    return new Figure(name, what, unit, Double.NaN, target, true, reason, Map.of());
  }

  boolean reached() {
    return atLeast ? measured >= target : measured <= target;
  }

  String verdict() {
    if (!skipped.isEmpty()) {
      return "skipped: " + skipped;
    }
    return reached() ? "reached" : "NOT REACHED";
  }

  String measuredText() {
    return skipped.isEmpty() ? number(measured) + " " + unit : "-";
  }

  String targetText() {
    return (atLeast ? "≥ " : "≤ ") + number(target) + " " + unit;
  }

  /** Three digits or all before the point, as people compare them. */
  public static String number(double value) {
    double size = Math.abs(value);
    String format =
        size >= 99.95 || value == Math.rint(value) ? "%,.0f" : size >= 9.995 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }

  /** Numbers beside the one that counts. */
  static final class Details {
    private final Map<String, Double> values = new LinkedHashMap<>();

    Details with(String label, double value) {
      values.put(label, value);
      return this;
    }
  }
}

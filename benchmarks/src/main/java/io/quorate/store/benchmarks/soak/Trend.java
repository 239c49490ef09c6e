package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.Figure;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of a quantity in the last two thirds of a run. The first third does not count: code
 * is loaded and compiled in it, pools and caches fill.
 *
 * <p><b>Slope.</b> The last two thirds are cut into {@value #PARTS} parts of the same length, and a
 * line is fitted to the means of these by least squares. Samples that follow each other are alike,
 * as where a journal is compacted now and then or a pool breathes, so they prove less than their
 * number suggests; means of parts are nearly independent. The spread is that of the slope with a
 * confidence of 99 %, by Student's distribution.
 *
 * <p><b>Verdict.</b> A quantity grows if its slope is more than its spread, so that noise does not
 * explain it, <i>and</i> the line rises by more than a tolerance, a share of the value or at least
 * {@link Quantity#leastGrowth}. The tolerance is a growth, not a rate: the longer the run, the
 * slower a leak that it finds. A short run can only say that nothing grows fast; {@link
 * #seenFromPerHour} is how fast.
 *
 * <p>What has grown but nearly stopped, levels off: the line through the later half of the parts
 * rises less than a third as fast. A cache that was not full after the first third does so, and so
 * does a step; only a longer run can tell whether another step follows.
 *
 * @param warm the mean of the first part
 * @param last the mean of the last part
 * @param perHour the slope
 * @param spreadPerHour the slope is within this of the true one; NaN if there is too little to tell
 * @param seenFromPerHour what grows by less is not told from what is flat
 */
record Trend(
    Quantity quantity,
    double warm,
    double last,
    double perHour,
    double spreadPerHour,
    double seenFromPerHour,
    Verdict verdict) {
  private static final int PARTS = 8;

  /** So few tell nothing. */
  private static final int LEAST_PARTS = 5;

  private static final double LEVEL = 1.0 / 3;

  /** Student's t for 99 % on both sides together, by degrees of freedom from 1. */
  private static final double[] STUDENT = {
    63.66, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169
  };

  enum Verdict {
    FLAT,
    GROWS,
    LEVELS_OFF,
    TOO_SHORT
  }

  /** A value at a time. */
  record Point(double hours, double value) {}

  /** A line through points, and how far its slope is to be trusted. */
  private record Line(double slope, double slopeSpread) {
    static Line through(List<Point> points) {
      double meanHours = points.stream().mapToDouble(Point::hours).average().orElseThrow();
      double meanValue = points.stream().mapToDouble(Point::value).average().orElseThrow();
      double squares = 0;
      double products = 0;
      for (Point point : points) {
        squares += Math.pow(point.hours - meanHours, 2);
        products += (point.hours - meanHours) * (point.value - meanValue);
      }
      double slope = products / squares;
      double residuals = 0;
      for (Point point : points) {
        double fitted = meanValue + slope * (point.hours - meanHours);
        residuals += Math.pow(point.value - fitted, 2);
      }
      int freedom = points.size() - 2;
      double error = Math.sqrt(residuals / freedom / squares);
      return new Line(slope, STUDENT[Math.min(freedom, STUDENT.length) - 1] * error);
    }
  }

  /**
   * Of a whole run.
   *
   * @param points in the order of time, from the beginning of the run on
   * @param runHours how long the run was
   * @param tolerance the share of the value that it may grow by
   */
  static Trend of(Quantity quantity, List<Point> points, double runHours, double tolerance) {
    double fromHours = runHours / 3;
    List<Point> parts = parts(points, fromHours, runHours);
    if (parts.size() < LEAST_PARTS) {
      double last = points.isEmpty() ? Double.NaN : points.getLast().value;
      double warm = parts.isEmpty() ? last : parts.getFirst().value;
      return new Trend(quantity, warm, last, Double.NaN, Double.NaN, Double.NaN, Verdict.TOO_SHORT);
    }
    double warm = parts.getFirst().value;
    double judgedHours = runHours - fromHours;
    Line line = Line.through(parts);
    double tolerated = Math.max(tolerance * Math.abs(warm), quantity.leastGrowth()) / judgedHours;
    double seenFrom = Math.max(tolerated, line.slopeSpread);
    Verdict verdict = Verdict.FLAT;
    if (line.slope > seenFrom) {
      double later = Line.through(parts.subList(parts.size() / 2, parts.size())).slope;
      verdict = later < LEVEL * line.slope ? Verdict.LEVELS_OFF : Verdict.GROWS;
    }
    return new Trend(
        quantity, warm, parts.getLast().value, line.slope, line.slopeSpread, seenFrom, verdict);
  }

  /** The means of the parts in which there is something. */
  private static List<Point> parts(List<Point> points, double fromHours, double toHours) {
    List<Point> means = new ArrayList<>();
    double partHours = (toHours - fromHours) / PARTS;
    for (int part = 0; part < PARTS; part++) {
      double begin = fromHours + part * partHours;
      double end = part == PARTS - 1 ? Double.POSITIVE_INFINITY : begin + partHours;
      List<Point> within =
          points.stream().filter(point -> point.hours >= begin && point.hours < end).toList();
      if (!within.isEmpty()) {
        means.add(
            new Point(
                within.stream().mapToDouble(Point::hours).average().orElseThrow(),
                within.stream().mapToDouble(Point::value).average().orElseThrow()));
      }
    }
    return means;
  }

  boolean grows() {
    return verdict == Verdict.GROWS;
  }

  /** The verdict in words. */
  String words() {
    return switch (verdict) {
      case FLAT -> "flat";
      case GROWS -> "**grows by " + quantity.text(perHour) + "/h**";
      case LEVELS_OFF -> "levels off";
      case TOO_SHORT -> "too short to tell";
    };
  }

  /** The slope with its spread. */
  String slope() {
    return Double.isNaN(perHour)
        ? "-"
        : Figure.number(perHour) + " ± " + Figure.number(spreadPerHour);
  }
}

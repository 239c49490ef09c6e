package io.quorate.store.benchmarks.site;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was measured at one site. */
final class SiteResults {
  static final String CLOSED = "visitors without a pause";
  static final String FIXED = "fixed rate";

  private static final int MOST_COMPLAINTS = 5;

  /**
   * A moment to show in the picture.
   *
   * @param title of what begins; empty if something ends
   */
  record Mark(String title, long nanos) {}

  /**
   * How requests went for a while.
   *
   * @param gapSeconds longest time without a good answer
   * @param healingSeconds from the end of a fault until all was in order; NaN if there was none
   * @param costMillis processor time for each request, by program; empty if it was not measured
   * @param complaints what was wrong with requests, with how often
   */
  record Part(
      String title,
      RequestLog.Summary summary,
      double seconds,
      double gapSeconds,
      double healingSeconds,
      Map<String, Double> costMillis,
      List<String> complaints) {

    static Part of(String title, List<Request> all, long fromNanos, long toNanos) {
      List<Request> due = RequestLog.due(all, fromNanos, toNanos);
      return new Part(
          title,
          RequestLog.Summary.of(due),
          (toNanos - fromNanos) / 1e9,
          RequestLog.longestGapNanos(all, fromNanos, toNanos) / 1e9,
          Double.NaN,
          Map.of(),
          complaints(due));
    }

    Part withHealing(double value) {
      return new Part(title, summary, seconds, gapSeconds, value, costMillis, complaints);
    }

    Part withCost(Map<String, Double> value) {
      return new Part(title, summary, seconds, gapSeconds, healingSeconds, value, complaints);
    }

    double perSecond() {
      return summary.good() / seconds;
    }

    private static List<String> complaints(List<Request> requests) {
      Map<String, Integer> counts = new TreeMap<>();
      for (Request request : requests) {
        if (!request.why().isEmpty()) {
          String what = request.outcome() + " " + request.kind().title() + ": " + request.why();
          counts.merge(what, 1, Integer::sum);
        }
      }
      return counts.entrySet().stream()
          .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
          .limit(MOST_COMPLAINTS)
          .map(entry -> entry.getValue() + " × " + entry.getKey())
          .toList();
    }
  }

  private final String title;
  private final long beginNanos;
  private final List<Mark> marks = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();
  private final Map<String, FileCheck.Result> compared = new LinkedHashMap<>();
  private List<Request> requests = List.of();

  SiteResults(String title, long beginNanos) {
    this.title = title;
    this.beginNanos = beginNanos;
  }

  String title() {
    return title;
  }

  long beginNanos() {
    return beginNanos;
  }

  void mark(String what, long nanos) {
    marks.add(new Mark(what, nanos));
  }

  void add(Part part) {
    parts.add(part);
  }

  void requests(List<Request> all) {
    requests = all;
  }

  void compared(String where, FileCheck.Result result) {
    compared.put(where, result);
  }

  List<Mark> marks() {
    return marks;
  }

  List<Part> parts() {
    return parts;
  }

  List<Request> requests() {
    return requests;
  }

  Map<String, FileCheck.Result> compared() {
    return compared;
  }
}

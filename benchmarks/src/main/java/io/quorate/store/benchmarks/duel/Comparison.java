package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Figure;
import io.quorate.store.benchmarks.Spread;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Two runs beside each other. */
final class Comparison {
  /** What differs from run to run and says nothing. */
  private static final Set<String> PASSING = Set.of("load");

  private final Run before;
  private final Run after;
  private final List<Change> changes = new ArrayList<>();

  /** What came of a figure. */
  enum Verdict {
    FASTER,
    SLOWER,
    SAME
  }

  /**
   * One figure of one store.
   *
   * @param times how many times the earlier one the later one is
   */
  record Change(
      String what, String store, double before, double after, double times, Verdict verdict) {}

  /**
   * Compares what both have.
   *
   * @param tolerance by how much the medians must differ, of the earlier one
   */
  Comparison(Run before, Run after, double tolerance) {
    this.before = before;
    this.after = after;
    for (Run.Measured was : before.figures()) {
      for (Run.Measured is : after.figures()) {
        if (was.name().equals(is.name()) && was.paced() == is.paced()) {
          compare(was, is, tolerance);
        }
      }
    }
  }

  private void compare(Run.Measured was, Run.Measured is, double tolerance) {
    was.of()
        .forEach(
            (store, old) -> {
              Run.Speeds now = is.of().get(store);
              if (now != null) {
                changes.add(change(was, store, old, now, tolerance));
              }
            });
  }

  /** Of work at a fixed rate the latencies count, and less is better. */
  private static Change change(
      Run.Measured figure, String store, Run.Speeds old, Run.Speeds now, double tolerance) {
    if (figure.paced()) {
      Spread was = old.p99Micros();
      Spread is = now.p99Micros();
      String what = figure.name() + ", p99 in µs";
      double times = is.median() / was.median();
      Verdict verdict = verdict(is, was, tolerance);
      return new Change(what, store, was.median(), is.median(), times, verdict);
    }
    Spread was = old.perSecond();
    Spread is = now.perSecond();
    String what = figure.name() + ", " + figure.unit();
    double times = is.median() / was.median();
    return new Change(what, store, was.median(), is.median(), times, verdict(was, is, tolerance));
  }

  /** Of numbers of which more is better. */
  private static Verdict verdict(Spread was, Spread is, double tolerance) {
    double times = is.median() / was.median();
    if (is.least() > was.most() && times > 1 + tolerance) {
      return Verdict.FASTER;
    }
    return is.most() < was.least() && times < 1 - tolerance ? Verdict.SLOWER : Verdict.SAME;
  }

  List<Change> changes() {
    return changes;
  }

  boolean isSlower(String store) {
    return changes.stream()
        .anyMatch(change -> change.store.equals(store) && change.verdict == Verdict.SLOWER);
  }

  /** What the runs say differently of themselves, a line each. */
  List<String> differentFacts() {
    Set<String> names = new LinkedHashSet<>(before.facts().keySet());
    names.addAll(after.facts().keySet());
    names.removeAll(PASSING);
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      String was = before.facts().getOrDefault(name, "-");
      String is = after.facts().getOrDefault(name, "-");
      if (!was.equals(is)) {
        lines.add(name + ": " + was + " → " + is);
      }
    }
    return lines;
  }

  /**
   * In Markdown.
   *
   * @param all whether also what has not changed
   */
  String table(boolean all) {
    StringBuilder table = new StringBuilder("| work | store | before | after | × | |\n");
    table.append("|---|---|---:|---:|---:|---|\n");
    Map<String, String> titles = after.stores();
    for (Change change : changes) {
      if (all || change.verdict != Verdict.SAME) {
        table.append(
            String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %.2f | %s |%n",
                change.what,
                titles.getOrDefault(change.store, change.store),
                Figure.number(change.before),
                Figure.number(change.after),
                change.times,
                change.verdict == Verdict.SAME
                    ? ""
                    : change.verdict.name().toLowerCase(Locale.ROOT)));
      }
    }
    long same = changes.stream().filter(change -> change.verdict == Verdict.SAME).count();
    return table.append('\n').append(same).append(" of ").append(changes.size())
        + " have not changed beyond noise.";
  }
}

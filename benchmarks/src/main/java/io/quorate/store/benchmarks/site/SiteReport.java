package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.site.Request.Kind;
import io.quorate.store.fuse.command.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What was measured at some sites, beside each other. */
final class SiteReport {
  /** When nothing is served, as announced. */
  private static final Set<String> PLANNED = Set.of(Migration.SWITCH_OVER, Migration.ROLL_BACK);

  private final List<SiteResults> sites;
  private final double wantedPerSecond;

  /**
   * A report.
   *
   * @param wantedPerSecond requests that the first site is to answer each second
   */
  SiteReport(List<SiteResults> sites, double wantedPerSecond) {
    this.sites = List.copyOf(sites);
    this.wantedPerSecond = wantedPerSecond;
  }

  /** What a site did not reach, in words; empty if it reached everything. */
  List<String> misses(SiteResults site) {
    List<String> misses = new ArrayList<>();
    for (SiteResults.Part part : site.parts()) {
      RequestLog.Summary summary = part.summary();
      if (part.title().equals(SiteResults.CLOSED) && part.perSecond() < wantedPerSecond) {
        misses.add(text("%.0f requests/s instead of %.0f", part.perSecond(), wantedPerSecond));
      }
      if (summary.failed() > 0 && !PLANNED.contains(part.title())) {
        misses.add(text("%d requests failed twice: %s", summary.failed(), part.title()));
      }
      if (summary.wrong() > 0) {
        misses.add(text("%d wrong answers: %s", summary.wrong(), part.title()));
      }
    }
    site.compared()
        .forEach(
            (where, result) -> {
              if (!result.isGood()) {
                misses.add(
                    text(
                        "%s: %d missing, %d different, as %s",
                        where, result.missing(), result.different(), result.first()));
              }
            });
    return misses;
  }

  void print(PrintStream out) {
    out.println();
    line(out, "", sites.stream().map(SiteResults::title).toList());
    List<String> titles =
        sites.stream()
            .flatMap(site -> site.parts().stream())
            .map(SiteResults.Part::title)
            .distinct()
            .toList();
    for (String title : titles) {
      out.println(title);
      rows(title).forEach((name, values) -> line(out, "  " + name, values));
    }
    out.println("acknowledged uploads, compared after all that");
    line(out, "  files", each(site -> files(site)));
    line(out, "  missing or different, on all mounts and disks", each(site -> bad(site)));
    for (SiteResults site : sites) {
      List<String> misses = misses(site);
      out.println(site.title() + ": " + (misses.isEmpty() ? "all reached" : "NOT REACHED"));
      misses.forEach(miss -> out.println("  " + miss));
    }
  }

  private static void line(PrintStream out, String name, List<String> values) {
    StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-48s", name));
    values.forEach(value -> line.append(String.format(Locale.ROOT, "%22s", value)));
    out.println(line.toString().stripTrailing());
  }

  private interface Value<T> {
    String of(T source);
  }

  private List<String> each(Value<SiteResults> value) {
    return sites.stream().map(value::of).toList();
  }

  private static String files(SiteResults site) {
    return site.compared().values().stream()
        .findFirst()
        .map(result -> text("%,d", result.files()))
        .orElse("-");
  }

  private static String bad(SiteResults site) {
    long bad = 0;
    for (FileCheck.Result result : site.compared().values()) {
      bad += result.missing() + result.different();
    }
    return site.compared().isEmpty() ? "-" : text("%,d", bad);
  }

  /** The rows of a part, each with a value for every site. */
  private Map<String, List<String>> rows(String title) {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    row(rows, title, "requests/s", part -> text("%.0f", part.perSecond()));
    for (Kind kind : Kind.values()) {
      row(
          rows,
          title,
          kind.title() + ", p50 / p99 / most, ms",
          part -> latencies(part.summary().took().get(kind)));
    }
    row(rows, title, "needed the retry", part -> text("%d", part.summary().retried()));
    row(rows, title, "failed twice", part -> text("%d", part.summary().failed()));
    row(rows, title, "wrong", part -> text("%d", part.summary().wrong()));
    row(rows, title, "longest time without an answer, s", part -> text("%.2f", part.gapSeconds()));
    row(
        rows,
        title,
        "until all is in order again, s",
        part -> Double.isNaN(part.healingSeconds()) ? "-" : text("%.1f", part.healingSeconds()));
    for (String program : programs(title)) {
      row(
          rows,
          title,
          "processor time per request, " + program + ", ms",
          part -> {
            Double millis = part.costMillis().get(program);
            return millis == null ? "-" : text("%.2f", millis);
          });
    }
    rows.values().removeIf(values -> values.stream().allMatch("-"::equals));
    return rows;
  }

  private List<String> programs(String title) {
    return sites.stream()
        .flatMap(site -> site.parts().stream())
        .filter(part -> part.title().equals(title))
        .flatMap(part -> part.costMillis().keySet().stream())
        .distinct()
        .sorted()
        .toList();
  }

  private void row(
      Map<String, List<String>> rows, String title, String name, Value<SiteResults.Part> value) {
    rows.put(
        name,
        each(
            site ->
                site.parts().stream()
                    .filter(part -> part.title().equals(title))
                    .findFirst()
                    .map(value::of)
                    .orElse("-")));
  }

  private static String latencies(@Nullable Histogram took) {
    return took == null
        ? "-"
        : text(
            "%.0f / %.0f / %.0f",
            took.getValueAtPercentile(50) / 1e6,
            took.getValueAtPercentile(99) / 1e6,
            took.getMaxValue() / 1e6);
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  void writeJson(Path target, Map<String, String> machine) throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", machine);
    for (SiteResults site : sites) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("parts", site.parts().stream().map(SiteReport::asMap).toList());
      Map<String, Object> compared = new LinkedHashMap<>();
      site.compared()
          .forEach(
              (where, result) ->
                  compared.put(
                      where,
                      Map.of(
                          "files", result.files(),
                          "bytes", result.bytes(),
                          "missing", result.missing(),
                          "different", result.different())));
      one.put("compared", compared);
      one.put("notReached", misses(site));
      all.put(site.title(), one);
    }
    Files.writeString(target, Json.of(all) + "\n");
  }

  private static Map<String, Object> asMap(SiteResults.Part part) {
    RequestLog.Summary summary = part.summary();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("title", part.title());
    map.put("seconds", part.seconds());
    map.put("requests", summary.count());
    map.put("perSecond", part.perSecond());
    map.put("retried", summary.retried());
    map.put("failed", summary.failed());
    map.put("wrong", summary.wrong());
    map.put("contentBytes", summary.bytes());
    map.put("gapSeconds", part.gapSeconds());
    if (!part.costMillis().isEmpty()) {
      map.put("processorMillisPerRequest", part.costMillis());
    }
    if (!Double.isNaN(part.healingSeconds())) {
      map.put("healingSeconds", part.healingSeconds());
    }
    Map<String, Object> latencies = new LinkedHashMap<>();
    summary
        .took()
        .forEach(
            (kind, took) -> {
              Map<String, Object> figures = new LinkedHashMap<>();
              figures.put("count", took.getTotalCount());
              figures.put("p50Millis", took.getValueAtPercentile(50) / 1e6);
              figures.put("p90Millis", took.getValueAtPercentile(90) / 1e6);
              figures.put("p99Millis", took.getValueAtPercentile(99) / 1e6);
              figures.put("mostMillis", took.getMaxValue() / 1e6);
              latencies.put(kind.title(), figures);
            });
    map.put("latencies", latencies);
    map.put("complaints", part.complaints());
    return map;
  }
}

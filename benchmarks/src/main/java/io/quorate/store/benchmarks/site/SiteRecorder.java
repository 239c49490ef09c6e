package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** Takes down what happens to a site, and tells it as it happens. */
final class SiteRecorder {
  private final SiteNetwork network;
  private final Visitors visitors;
  private final PrintStream progress;
  private final SiteResults results;

  SiteRecorder(SiteNetwork network, Visitors visitors, String title, PrintStream progress) {
    this.network = network;
    this.visitors = visitors;
    this.progress = progress;
    this.results = new SiteResults(title, System.nanoTime());
  }

  /** All that was taken down, with all requests so far. */
  SiteResults results() {
    results.requests(visitors.log().all());
    return results;
  }

  void say(String format, Object... arguments) {
    progress.printf(Locale.ROOT, "  %-18s %s%n", results.title(), text(format, arguments));
  }

  static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** Something begins. */
  void phase(String title) {
    results.mark(title, System.nanoTime());
    say("%s", title);
  }

  /** What began ends. */
  void end() {
    results.mark("", System.nanoTime());
  }

  /** The requests that were due in a time; all of them have ended. */
  SiteResults.Part part(String title, long fromNanos, long toNanos) {
    return SiteResults.Part.of(title, visitors.log().all(), fromNanos, toNanos);
  }

  void add(SiteResults.Part part) {
    results.add(part);
    RequestLog.Summary summary = part.summary();
    say(
        "  %.0f good/s, %d retried, %d failed, %d wrong; longest gap %.2f s",
        summary.good() / part.seconds(),
        summary.retried(),
        summary.failed(),
        summary.wrong(),
        part.gapSeconds());
    part.costMillis()
        .forEach((program, millis) -> say("    %.2f ms per request: %s", millis, program));
    for (String complaint : part.complaints()) {
      say("    %s", complaint);
    }
  }

  /**
   * Compares the files that must be there with those that are, on every mount and every disk.
   *
   * @param files where they are, from the root of the store
   * @param work a directory for lists
   */
  void compare(SiteStore store, String files, Path work) throws IOException, InterruptedException {
    Path list = compareMounts(store, files, work);
    for (int host = 1; host <= WEB_HOSTS; host++) {
      Path disk = store.disk(host).resolve(files);
      judge(store, "disk of host " + host, FileCheck.check(list, disk));
    }
  }

  /** The same on the mounts alone, while all goes on; answers the list. */
  Path compareMounts(SiteStore store, String files, Path work)
      throws IOException, InterruptedException {
    phase("comparing files: " + store.title());
    Path list = work.resolve("files.txt");
    visitors.list(list);
    for (int host = 1; host <= WEB_HOSTS && store.isMounted(); host++) {
      Path mount = store.mount(host).resolve(files);
      judge(store, "mount of host " + host, FileCheck.on(network.host(host), list, mount));
    }
    return list;
  }

  private void judge(SiteStore store, String where, FileCheck.Result result) {
    say(
        "  %s: %,d files, %,d MiB; %d missing, %d different %s",
        where,
        result.files(),
        result.bytes() >> 20,
        result.missing(),
        result.different(),
        result.first());
    results.compared(store.title() + ", " + where, result);
  }
}

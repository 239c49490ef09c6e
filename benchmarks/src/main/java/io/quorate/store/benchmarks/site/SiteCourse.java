package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A site goes through all that is measured, and then its files are compared. */
final class SiteCourse {
  /**
   * How much of it.
   *
   * @param files uploads that are there from the beginning
   * @param crowd visitors who do not pause
   * @param warmUpSeconds before anything counts
   * @param seconds of each measurement without faults
   * @param rate requests per second otherwise
   * @param faultRate the same, under faults
   * @param faultSeconds how long a fault lasts, and what follows is looked at
   * @param largeFiles of 200 MiB, while requests come at the fixed rate
   */
  record Amounts(
      int files,
      int crowd,
      double warmUpSeconds,
      double seconds,
      double rate,
      double faultRate,
      double faultSeconds,
      int largeFiles) {}

  private final WebSite site;
  private final Visitors visitors;
  private final Amounts amounts;
  private final List<SiteFault> faults;
  private final PrintStream progress;
  private final SiteResults results;

  SiteCourse(
      WebSite site,
      Visitors visitors,
      Amounts amounts,
      List<SiteFault> faults,
      String title,
      PrintStream progress) {
    this.site = site;
    this.visitors = visitors;
    this.amounts = amounts;
    this.faults = faults;
    this.progress = progress;
    this.results = new SiteResults(title, System.nanoTime());
  }

  SiteResults run(Path directory) throws IOException, InterruptedException {
    say("uploading %,d files", amounts.files);
    visitors.login();
    visitors.upload(amounts.files);
    phase("warm-up");
    visitors.crowd(amounts.crowd, amounts.warmUpSeconds);
    closedLoop();
    fixedRate();
    for (SiteFault fault : faults) {
      fault(fault);
    }
    results.requests(visitors.log().all());
    compare(directory);
    return results;
  }

  private void say(String format, Object... arguments) {
    progress.printf(Locale.ROOT, "  %-18s %s%n", results.title(), text(format, arguments));
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  private void phase(String title) {
    results.mark(title, System.nanoTime());
    say("%s", title);
  }

  private void closedLoop() throws IOException, InterruptedException {
    phase(amounts.crowd + " visitors without a pause");
    ProcessorTime before = ProcessorTime.now();
    long beginNanos = System.nanoTime();
    visitors.crowd(amounts.crowd, amounts.seconds);
    long endNanos = System.nanoTime();
    List<Request> all = visitors.log().all();
    SiteResults.Part part = SiteResults.Part.of(SiteResults.CLOSED, all, beginNanos, endNanos);
    add(part.withCost(ProcessorTime.now().millisSince(before, part.summary().good())));
  }

  private void fixedRate() throws IOException, InterruptedException {
    phase(text("%.0f requests/s", amounts.rate));
    long beginNanos = System.nanoTime();
    visitors.beginRate(amounts.rate);
    for (int file = 0; file < amounts.largeFiles; file++) {
      pause(amounts.seconds / (amounts.largeFiles + 1));
      visitors.beginLarge();
    }
    pause(amounts.seconds / (amounts.largeFiles + 1));
    long endNanos = System.nanoTime();
    visitors.endRate();
    add(SiteResults.Part.of(SiteResults.FIXED, visitors.log().all(), beginNanos, endNanos));
  }

  /** Requests go on for that long: with the rest of what is measured, time is what it takes. */
  private static void pause(double seconds) throws InterruptedException {
    Thread.sleep((long) (seconds * 1000));
  }

  private void fault(SiteFault fault) throws IOException, InterruptedException {
    int host = fault.victim(site);
    visitors.beginRate(amounts.faultRate);
    visitors.log().awaitGoodSince(System.nanoTime(), (int) (2 * amounts.faultRate));
    phase(fault.title());
    long beginNanos = System.nanoTime();
    fault.begin(site, host);
    if (fault.lasts()) {
      pause(amounts.faultSeconds);
    }
    long mendNanos = System.nanoTime();
    results.mark("", mendNanos);
    fault.end(site, host);
    site.store().awaitHealed();
    site.awaitInService();
    long healedNanos = System.nanoTime();
    pause(amounts.faultSeconds / 2);
    long endNanos = System.nanoTime();
    visitors.endRate();
    List<Request> all = visitors.log().all();
    SiteResults.Part part = SiteResults.Part.of(fault.title(), all, beginNanos, endNanos);
    add(part.withHealing((healedNanos - mendNanos) / 1e9));
  }

  private void add(SiteResults.Part part) {
    results.add(part);
    RequestLog.Summary summary = part.summary();
    say(
        "  %.0f good/s, %d retried, %d failed, %d wrong; longest gap %.2f s",
        summary.good() / part.seconds(),
        summary.retried(),
        summary.failed(),
        summary.wrong(),
        part.gapSeconds());
    for (String complaint : part.complaints()) {
      say("    %s", complaint);
    }
  }

  private void compare(Path directory) throws IOException, InterruptedException {
    phase("comparing files");
    Path list = directory.resolve("files.txt");
    visitors.list(list);
    String files = site.application().directory();
    for (int host = 1; host <= WEB_HOSTS && site.store().isMounted(); host++) {
      Path mount = site.store().mount(host).resolve(files);
      judge("mount of host " + host, FileCheck.on(site.network().host(host), list, mount));
    }
    for (int host = 1; host <= WEB_HOSTS; host++) {
      Path disk = site.store().disk(host).resolve(files);
      judge("disk of host " + host, FileCheck.check(list, disk));
    }
  }

  private void judge(String where, FileCheck.Result result) {
    say(
        "  %s: %,d files, %,d MiB; %d missing, %d different %s",
        where,
        result.files(),
        result.bytes() >> 20,
        result.missing(),
        result.different(),
        result.first());
    results.compared(where, result);
  }
}

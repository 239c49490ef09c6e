package io.quorate.store.benchmarks.site;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

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
  private final SiteRecorder recorder;

  SiteCourse(
      WebSite site,
      Visitors visitors,
      Amounts amounts,
      List<SiteFault> faults,
      SiteRecorder recorder) {
    this.site = site;
    this.visitors = visitors;
    this.amounts = amounts;
    this.faults = faults;
    this.recorder = recorder;
  }

  SiteResults run(Path directory) throws IOException, InterruptedException {
    recorder.say("uploading %,d files", amounts.files);
    visitors.login();
    visitors.upload(amounts.files);
    recorder.phase("warm-up");
    visitors.crowd(amounts.crowd, amounts.warmUpSeconds);
    closedLoop();
    fixedRate();
    for (SiteFault fault : faults) {
      fault(fault);
    }
    recorder.compare(site.store(), site.application().directory(), directory);
    return recorder.results();
  }

  private void closedLoop() throws IOException, InterruptedException {
    recorder.phase(amounts.crowd + " visitors without a pause");
    ProcessorTime before = ProcessorTime.now();
    long beginNanos = System.nanoTime();
    visitors.crowd(amounts.crowd, amounts.seconds);
    long endNanos = System.nanoTime();
    SiteResults.Part part = recorder.part(SiteResults.CLOSED, beginNanos, endNanos);
    recorder.add(
        part.withCost(ProcessorTime.now().millisSince(before, (double) part.summary().good())));
  }

  private void fixedRate() throws IOException, InterruptedException {
    recorder.phase(SiteRecorder.text("%.0f requests/s", amounts.rate));
    long beginNanos = System.nanoTime();
    visitors.beginRate(amounts.rate);
    for (int file = 0; file < amounts.largeFiles; file++) {
      pause(amounts.seconds / (amounts.largeFiles + 1));
      visitors.beginLarge();
    }
    pause(amounts.seconds / (amounts.largeFiles + 1));
    long endNanos = System.nanoTime();
    visitors.endRate();
    recorder.add(recorder.part(SiteResults.FIXED, beginNanos, endNanos));
  }

  /** Requests go on for that long: with the rest of what is measured, time is what it takes. */
  private static void pause(double seconds) throws InterruptedException {
    Thread.sleep((long) (seconds * 1000));
  }

  private void fault(SiteFault fault) throws IOException, InterruptedException {
    int host = fault.victim(site);
    visitors.beginRate(amounts.faultRate);
    visitors.log().awaitGoodSince(System.nanoTime(), (int) (2 * amounts.faultRate));
    recorder.phase(fault.title());
    long beginNanos = System.nanoTime();
    fault.begin(site, host);
    if (fault.lasts()) {
      pause(amounts.faultSeconds);
    }
    long mendNanos = System.nanoTime();
    recorder.end();
    fault.end(site, host);
    site.store().awaitHealed();
    site.awaitInService();
    long healedNanos = System.nanoTime();
    pause(amounts.faultSeconds / 2);
    long endNanos = System.nanoTime();
    visitors.endRate();
    SiteResults.Part part = recorder.part(fault.title(), beginNanos, endNanos);
    recorder.add(part.withHealing((healedNanos - mendNanos) / 1e9));
  }
}

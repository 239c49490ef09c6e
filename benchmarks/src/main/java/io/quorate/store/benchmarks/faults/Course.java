package io.quorate.store.benchmarks.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One site goes through all faults, with a writer that goes on all the time. */
final class Course {
  /**
   * A number that was measured at a site.
   *
   * @param name the same at every site
   * @param target that Quorate is to reach, at most; NaN if there is none
   */
  record Measured(String name, String unit, double value, double target) {}

  /** A fault lasts at least so long, and what follows its end is looked at for so long. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(8);

  /** Beyond what happens without any fault, nobody notices this. */
  private static final double NOTICED_SECONDS = 0.1;

  private static final double PAUSE_TARGET_SECONDS = 1.5;
  private static final double HEALING_BEGINS_TARGET_SECONDS = 1;

  private final Site site;
  private final long missedFiles;
  private final long quietNanos;
  private final PrintStream progress;
  private final List<Measured> measured = new ArrayList<>();
  private double quietPauseSeconds;
  private int round;

  Course(Site site, long missedFiles, double quietSeconds, PrintStream progress) {
    this.site = site;
    this.missedFiles = missedFiles;
    this.quietNanos = (long) (quietSeconds * 1e9);
    this.progress = progress;
  }

  List<Measured> run() throws IOException, InterruptedException {
    quiet();
    pauses(Fault.SILENT, false);
    pauses(Fault.SILENT, true);
    pauses(Fault.KILLED, true);
    pauses(Fault.STOPPED, true);
    healing();
    return measured;
  }

  /** Without a fault; it warms up, too. */
  private void quiet() throws IOException, InterruptedException {
    try (Writer writer = writer(1)) {
      long beginNanos = awaitQuiet(writer);
      WriteTimes.Summary summary = writer.times().between(beginNanos, System.nanoTime());
      quietPauseSeconds = seconds(summary.pauseNanos());
      add("longest pause, no fault", "s", quietPauseSeconds, Double.NaN);
      double perSecond = summary.files() / seconds(System.nanoTime() - beginNanos);
      add("files written and fsynced, one writer", "/s", perSecond, Double.NaN);
    }
  }

  private Writer writer(int host) throws IOException {
    round++;
    return Writer.start(site.fileLoop(host, "foreground-" + round, 0));
  }

  /** Lets the writer go on for a while; answers when what is counted began. */
  private long awaitQuiet(Writer writer) throws InterruptedException {
    long startNanos = System.nanoTime();
    writer.times().awaitDoneSince(startNanos + quietNanos);
    long beginNanos = System.nanoTime();
    writer.times().awaitDoneSince(beginNanos + quietNanos);
    return beginNanos;
  }

  private void pauses(Fault fault, boolean mostNeeded) throws IOException, InterruptedException {
    int needed = site.mostNeeded();
    int[] spared = IntStream.rangeClosed(1, Site.HOSTS).filter(host -> host != needed).toArray();
    int victim = mostNeeded ? needed : spared[spared.length - 1];
    String what = (mostNeeded ? "the leader: " : "a follower: ") + fault.words();
    try (Writer writer = writer(spared[0])) {
      awaitQuiet(writer);
      long faultNanos = System.nanoTime();
      fault.begin(site, victim);
      writer.times().awaitDoneSince(System.nanoTime() + SETTLED_NANOS);
      long returnNanos = System.nanoTime();
      fault.end(site, victim);
      writer.times().awaitDoneSince(System.nanoTime() + SETTLED_NANOS);
      WriteTimes.Summary during = writer.times().between(faultNanos, returnNanos);
      add(what, "s", seconds(during.pauseNanos()), PAUSE_TARGET_SECONDS);
      WriteTimes.Summary after = writer.times().between(returnNanos, System.nanoTime());
      double target = quietPauseSeconds + NOTICED_SECONDS;
      add(what + "; back", "s", seconds(after.pauseNanos()), target);
      if (during.failures() + after.failures() > 0) {
        add(what + "; failed writes", "", during.failures() + after.failures(), 0);
      }
    }
  }

  /** A host misses files, and gets them when it is back, while others go on writing. */
  private void healing() throws IOException, InterruptedException {
    int needed = site.mostNeeded();
    int[] others = IntStream.rangeClosed(1, Site.HOSTS).filter(host -> host != needed).toArray();
    int victim = others[others.length - 1];
    try (Writer writer = writer(others[0])) {
      long quietSinceNanos = awaitQuiet(writer);
      WriteTimes.Summary quiet = writer.times().between(quietSinceNanos, System.nanoTime());
      site.cut(victim);
      try (Writer missed = Writer.start(site.fileLoop(others[1], "missed", missedFiles))) {
        missed.awaitEnd();
      }
      try (Site.Arrivals arrivals = site.arrivals(victim, "missed", missedFiles)) {
        site.mend(victim);
        long returnNanos = System.nanoTime();
        arrivals.awaitFirst();
        double begun = seconds(System.nanoTime() - returnNanos);
        add("healing begins after return", "s", begun, HEALING_BEGINS_TARGET_SECONDS);
        arrivals.awaitAll();
        long healedNanos = System.nanoTime();
        String all = String.format(Locale.ROOT, "until %,d missed files are in place", missedFiles);
        add(all, "s", seconds(healedNanos - returnNanos), Double.NaN);
        WriteTimes.Summary healing = writer.times().between(returnNanos, healedNanos);
        double quietMillis = quiet.p99Nanos() / 1e6;
        add("p99 of writes, no fault", "ms", quietMillis, Double.NaN);
        add("p99 of writes, healing", "ms", healing.p99Nanos() / 1e6, 2 * quietMillis);
      }
    }
  }

  private void add(String name, String unit, double value, double target) {
    measured.add(new Measured(name, unit, value, target));
    progress.printf(Locale.ROOT, "  %-10s %-45s %10.3f %s%n", site.name(), name, value, unit);
  }

  private static double seconds(long nanos) {
    return nanos / 1e9;
  }
}

package io.quorate.store.benchmarks.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * One site goes through a cut link, the kill of the host that is needed most and a healing, with
 * writers on one host that go on all the time.
 */
final class TimelineCourse {
  static final long WINDOW_MILLIS = 100;

  private static final int WRITERS = 4;
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(WINDOW_MILLIS);

  /** Something that was done, and when. */
  record Event(double atSeconds, String what) {}

  /**
   * What came of it.
   *
   * @param files that were done in each window of {@link #WINDOW_MILLIS}
   */
  record Line(String site, List<Long> files, List<Event> events) {}

  private final Site site;
  private final long phaseMillis;
  private final long missedFiles;
  private final long healingSeconds;
  private final PrintStream progress;
  private final List<Event> events = new ArrayList<>();
  private final List<Writer> writers = new ArrayList<>();
  private long zeroNanos;

  /**
   * One.
   *
   * @param phaseMillis how long each thing is left as it is
   * @param missedFiles that a host misses before it heals
   * @param healingSeconds for how long that is waited for, at most
   */
  TimelineCourse(
      Site site, long phaseMillis, long missedFiles, long healingSeconds, PrintStream progress) {
    this.site = site;
    this.phaseMillis = phaseMillis;
    this.missedFiles = missedFiles;
    this.healingSeconds = healingSeconds;
    this.progress = progress;
  }

  Line run() throws IOException, InterruptedException {
    int needed = site.mostNeeded();
    int writing = others(needed)[0];
    try {
      for (int number = 1; number <= WRITERS; number++) {
        writers.add(Writer.start(site.fileLoop(writing, "writer-" + number, 0)));
      }
      long warmNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(phaseMillis);
      for (Writer writer : writers) {
        writer.times().awaitDoneSince(warmNanos);
      }
      zeroNanos = System.nanoTime();
      pause();
      cutLink(bystander(writing, needed));
      killLeader(writing);
      heal(writing);
      return new Line(site.name(), files(), events);
    } finally {
      for (Writer writer : writers) {
        writer.close();
      }
    }
  }

  private static int[] others(int... spared) {
    return IntStream.rangeClosed(1, Site.HOSTS)
        .filter(host -> Arrays.stream(spared).noneMatch(one -> one == host))
        .toArray();
  }

  /** One whose loss changes least. */
  private static int bystander(int writing, int needed) {
    int[] others = others(writing, needed);
    return others[others.length - 1];
  }

  private void cutLink(int victim) throws IOException, InterruptedException {
    site.cut(victim);
    tell("a link cut");
    pause();
    site.mend(victim);
    tell("back");
    pause();
  }

  private void killLeader(int writing) throws IOException, InterruptedException {
    int victim = site.mostNeeded();
    if (victim == writing) {
      throw new IOException("the leader moved to where the writers are; try again");
    }
    site.kill(victim);
    tell("leader killed");
    pause();
    site.restart(victim);
    tell("started again");
    pause();
  }

  private void heal(int writing) throws IOException, InterruptedException {
    int victim = bystander(writing, site.mostNeeded());
    site.cut(victim);
    tell("a link cut");
    try (Writer missed = Writer.start(site.fileLoop(writing, "missed", missedFiles))) {
      missed.awaitEnd();
    }
    try (Site.Arrivals arrivals = site.arrivals(victim, "missed", missedFiles)) {
      site.mend(victim);
      tell("back, heals");
      tell(awaitAll(arrivals) ? "healed" : "not healed yet");
      pause();
    }
  }

  private boolean awaitAll(Site.Arrivals arrivals) throws IOException, InterruptedException {
    FutureTask<Void> all =
        new FutureTask<>(
            () -> {
              arrivals.awaitAll();
              return null;
            });
    Thread.ofPlatform().daemon().start(all);
    try {
      all.get(healingSeconds, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      all.cancel(true);
      return false;
    } catch (ExecutionException e) {
      throw new IOException("healing was not seen: " + e.getCause(), e);
    }
  }

  private void tell(String what) {
    Event event = new Event((System.nanoTime() - zeroNanos) / 1e9, what);
    events.add(event);
    progress.printf(Locale.ROOT, "  %-10s %7.1f s  %s%n", site.name(), event.atSeconds, what);
  }

  /** Time has to pass; there is nothing to wait for. */
  private void pause() throws InterruptedException {
    Thread.sleep(phaseMillis);
  }

  private List<Long> files() {
    int windows = Math.toIntExact((System.nanoTime() - zeroNanos) / WINDOW_NANOS);
    long[] sums = new long[windows];
    for (Writer writer : writers) {
      long[] files = writer.times().perWindow(zeroNanos, WINDOW_NANOS, windows);
      Arrays.setAll(sums, window -> sums[window] + files[window]);
    }
    return Arrays.stream(sums).boxed().toList();
  }
}

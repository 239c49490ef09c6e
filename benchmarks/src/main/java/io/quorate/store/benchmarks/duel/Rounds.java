package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Cost;
import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * All stores do the same work by turns, one at a time and each time another first, so that what
 * happens on the machine meanwhile happens to all of them.
 */
final class Rounds {
  private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long WINDOW_MILLIS = 100;

  /** Of one core, for all processes of all stores: what they take when they have nothing to do. */
  private static final double IDLE = 0.15;

  /** A store, and who uses it on hosts 1 and 2. */
  record Entrant(Contender store, Generator first, Generator second) {
    Generator on(int host) {
      return host == 1 ? first : second;
    }
  }

  private final List<Entrant> entrants;
  private final List<Work> works;
  private final Scale scale;
  private final Path disk;
  private final PrintStream progress;
  private final Results results = new Results();
  private final Map<String, String> failures = new LinkedHashMap<>();

  Rounds(List<Entrant> entrants, List<Work> works, Scale scale, Path disk, PrintStream progress) {
    this.entrants = new ArrayList<>(entrants);
    this.works = works;
    this.scale = scale;
    this.disk = disk;
    this.progress = progress;
  }

  Results results() {
    return results;
  }

  /** Why a store does no more, by its name. */
  Map<String, String> failures() {
    return failures;
  }

  /** All that is measured, over and over for so long, on stores that gain by it. */
  void warmUp(double seconds) throws InterruptedException {
    for (Entrant entrant : List.copyOf(entrants)) {
      long deadlineNanos = System.nanoTime() + (long) (seconds * 1e9);
      if (entrant.store.warmsUp() && seconds > 0) {
        progress.println("warm-up of " + entrant.store.title());
        for (int again = 1; System.nanoTime() - deadlineNanos < 0; again++) {
          if (!warmUp(entrant, "warm-up-" + again, deadlineNanos)) {
            break;
          }
        }
      }
    }
  }

  /** Once; answers whether the store did it. */
  private boolean warmUp(Entrant entrant, String directory, long deadlineNanos)
      throws InterruptedException {
    try {
      for (Work work : works) {
        if (System.nanoTime() - deadlineNanos < 0) {
          prepare(entrant, work, directory).run();
        }
      }
    } catch (IOException e) {
      fail(entrant, "warming up: " + e.getMessage());
      return false;
    }
    return cleanUp(entrant, directory);
  }

  /** Goes through all work, so many times. */
  void run(int rounds) throws IOException, InterruptedException {
    for (int round = 1; round <= rounds && !entrants.isEmpty(); round++) {
      progress.println("round " + round + " of " + rounds);
      String directory = "round-" + round;
      for (Work work : works) {
        for (Entrant entrant : inTurn(round + work.ordinal())) {
          attempt(entrant, work, directory);
        }
      }
      for (Entrant entrant : List.copyOf(entrants)) {
        cleanUp(entrant, directory);
      }
    }
  }

  private List<Entrant> inTurn(int turn) {
    List<Entrant> order = new ArrayList<>(entrants);
    Collections.rotate(order, turn);
    return order;
  }

  private void attempt(Entrant entrant, Work work, String directory) throws InterruptedException {
    try {
      Results.Sample sample = measure(entrant, work, directory);
      progress.printf(
          Locale.ROOT,
          "  %-14s %-14s %,12.1f %-6s %,10.0f µs of CPU in the store%n",
          work.key(),
          entrant.store.name(),
          sample.perSecond(),
          work.unit(),
          sample.servingMicros());
      results.add(entrant.store.name(), work, sample);
    } catch (IOException e) {
      fail(entrant, work.key() + ": " + e.getMessage());
    }
  }

  private void fail(Entrant entrant, String why) {
    progress.println("  " + entrant.store.title() + " FAILED and goes on no more: " + why);
    entrant.store.lastWords().lines().forEach(line -> progress.println("    " + line));
    failures.put(entrant.store.name(), why);
    entrants.remove(entrant);
  }

  private Results.Sample measure(Entrant entrant, Work work, String directory)
      throws IOException, InterruptedException {
    Generator generator = prepare(entrant, work, directory);
    settle();
    List<Long> serving = serving(entrant);
    long servingBefore = micros(serving);
    long callingBefore = Cost.processMicros(generator.pid());
    Generator.Done done = generator.run();
    double servingMicros = micros(serving) - servingBefore;
    double callingMicros = Cost.processMicros(generator.pid()) - callingBefore;
    return new Results.Sample(
        done.count() / (done.nanos() / 1e9),
        servingMicros / done.count(),
        callingMicros / done.count());
  }

  /** Answers who is ready to do it. */
  private Generator prepare(Entrant entrant, Work work, String directory)
      throws IOException, InterruptedException {
    Generator generator = entrant.on(work.host());
    generator.prepare(work.task(entrant.store.mount(work.host()).resolve(directory), scale));
    return generator;
  }

  /** Answers whether the store did it. */
  private boolean cleanUp(Entrant entrant, String directory) throws InterruptedException {
    try {
      entrant.first.prepare(Work.cleanUp(entrant.store.mount(1).resolve(directory)));
      entrant.first.run();
      return true;
    } catch (IOException e) {
      fail(entrant, "cleaning up: " + e.getMessage());
      return false;
    }
  }

  /** What was left to do by what came before is not charged to what comes next. */
  private void settle() throws IOException, InterruptedException {
    Programs.run(List.of("sync", "-f", disk.toString()));
    long deadlineNanos = System.nanoTime() + SETTLING_NANOS;
    double busy;
    do {
      long before = allMicros();
      Thread.sleep(WINDOW_MILLIS);
      busy = (allMicros() - before) / (WINDOW_MILLIS * 1e3);
    } while (busy > IDLE && System.nanoTime() - deadlineNanos < 0);
  }

  private long allMicros() {
    long all = 0;
    for (Entrant entrant : entrants) {
      all += micros(serving(entrant));
    }
    return all;
  }

  private static List<Long> serving(Entrant entrant) {
    List<Long> pids = new ArrayList<>(entrant.store.processes());
    pids.removeAll(List.of(entrant.first.pid(), entrant.second.pid()));
    return pids;
  }

  private static long micros(List<Long> pids) {
    long all = 0;
    for (long pid : pids) {
      try {
        all += Cost.processMicros(pid);
      } catch (IOException e) {
        // It ended by itself, as some that are only started for a moment do.
        continue;
      }
    }
    return all;
  }
}

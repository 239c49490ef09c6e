package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Cost;
import io.quorate.store.benchmarks.Machine;
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
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * All stores do the same work by turns, one at a time and each time another first, so that what
 * happens on the machine meanwhile happens to all of them.
 */
final class Rounds {
  private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long WINDOW_MILLIS = 100;

  /** Of one core, for all processes of all stores: what they take when they have nothing to do. */
  private static final double IDLE = 0.15;

  /** A store, and who uses it on each host. */
  record Entrant(Contender store, List<Generator> generators) {
    Generator on(int host) {
      return generators.get(host - 1);
    }
  }

  private final List<Entrant> entrants;
  private final List<Row> rows;
  private final Scale scale;
  private final Path disk;
  private final PrintStream progress;
  private final BooleanSupplier ended;
  private final Rates rates;
  private final Results results = new Results();
  private final Map<String, String> failures = new LinkedHashMap<>();

  /**
   * Those of a run.
   *
   * @param rates at which work is done that has a fixed one
   * @param ended whether all that runs is being taken away, so that what fails then tells nothing
   */
  Rounds(
      List<Entrant> entrants,
      List<Row> rows,
      Scale scale,
      Rates rates,
      Path disk,
      PrintStream progress,
      BooleanSupplier ended) {
    this.entrants = new ArrayList<>(entrants);
    this.rows = rows;
    this.scale = scale;
    this.rates = rates;
    this.disk = disk;
    this.progress = progress;
    this.ended = ended;
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
      for (Row row : rows) {
        boolean usual = row.isFirst(scale) && row.work().unpaced(scale) == null;
        if (usual && System.nanoTime() - deadlineNanos < 0) {
          prepare(entrant, row, directory, 0);
          perform(entrant, row);
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
      for (int i = 0; i < rows.size(); i++) {
        for (Entrant entrant : inTurn(round + i)) {
          attempt(entrant, rows.get(i), directory);
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

  private void attempt(Entrant entrant, Row row, String directory) throws InterruptedException {
    try {
      double rate = rates.of(row, results);
      if (Double.isNaN(rate)) {
        return;
      }
      Results.Sample sample = measure(entrant, row, directory, rate);
      progress.printf(
          Locale.ROOT,
          "  %-25s %-10s %,11.1f %-6s %,9.0f µs of CPU in the store%s%n",
          row.key(),
          entrant.store.name(),
          sample.perSecond(),
          row.work().unit(),
          sample.servingMicros(),
          rate == 0 ? "" : inTime(sample, rate));
      results.add(entrant.store.name(), row, sample);
    } catch (IOException e) {
      fail(entrant, row.key() + ": " + e.getMessage());
    }
  }

  private static String inTime(Results.Sample sample, double rate) {
    String latency =
        String.format(
            Locale.ROOT, ", p99 %.1f ms", sample.latencies().getValueAtPercentile(99) / 1e6);
    return sample.perSecond() < Rates.KEPT * rate
        ? latency + String.format(Locale.ROOT, ", MISSED the rate of %.0f/s", rate)
        : latency;
  }

  private void fail(Entrant entrant, String why) {
    if (ended.getAsBoolean()) {
      entrants.clear();
      return;
    }
    progress.println("  " + entrant.store.title() + " FAILED and goes on no more: " + why);
    entrant.store.lastWords().lines().forEach(line -> progress.println("    " + line));
    failures.put(entrant.store.name(), why);
    entrants.remove(entrant);
  }

  private Results.Sample measure(Entrant entrant, Row row, String directory, double rate)
      throws IOException, InterruptedException {
    prepare(entrant, row, directory, rate);
    settle();
    if (row.work().isCold()) {
      Machine.dropCaches();
    }
    List<Long> serving = serving(entrant);
    long servingBefore = micros(serving);
    List<Long> calling = entrant.generators.stream().map(Generator::pid).toList();
    long callingBefore = micros(calling);
    Generator.Done done = perform(entrant, row);
    double servingMicros = micros(serving) - servingBefore;
    double callingMicros = micros(calling) - callingBefore;
    return new Results.Sample(
        done.count() / (done.nanos() / 1e9),
        servingMicros / done.count(),
        callingMicros / done.count(),
        done.latencies());
  }

  private void prepare(Entrant entrant, Row row, String directory, double rate)
      throws IOException, InterruptedException {
    List<Integer> hosts = row.work().hosts();
    for (int host : hosts) {
      Task task = row.task(host, entrant.store.mount(host).resolve(directory), scale);
      entrant.on(host).prepare(rate == 0 ? task : Rates.pace(task, rate / hosts.size(), scale));
    }
  }

  /** Does what was prepared, on all hosts at once. */
  private static Generator.Done perform(Entrant entrant, Row row)
      throws IOException, InterruptedException {
    for (int host : row.work().hosts()) {
      entrant.on(host).begin();
    }
    long nanos = 0;
    long count = 0;
    Histogram latencies = Latencies.histogram();
    for (int host : row.work().hosts()) {
      Generator.Done done = entrant.on(host).awaitDone();
      nanos = Math.max(nanos, done.nanos());
      count += done.count();
      latencies.add(done.latencies());
    }
    return new Generator.Done(nanos, count, latencies);
  }

  /** Answers whether the store did it. */
  private boolean cleanUp(Entrant entrant, String directory) throws InterruptedException {
    try {
      entrant.on(1).prepare(Work.cleanUp(entrant.store.mount(1).resolve(directory)));
      entrant.on(1).run();
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
    entrant.generators.forEach(generator -> pids.remove(generator.pid()));
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

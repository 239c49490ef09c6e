package io.quorate.store.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/**
 * Runs many seeds, several at once, and gathers what happened.
 *
 * <p>Runs share nothing but the JVM. Its class loading and printing use locks that two runs may
 * contend for, which a run reports as an escape; so a seed that fails is run once more with nothing
 * beside it, and only what fails then counts.
 */
public final class SeedRunner {

  /** A seed and why it failed. */
  public record Failure(long seed, Throwable cause) {}

  /**
   * What happened in all runs together.
   *
   * @param traces sum of the runs' trace hashes: two builds that behave alike agree on it
   * @param counters sums of the runs' counters
   */
  public record Summary(
      long seeds,
      long steps,
      long nanos,
      long traces,
      SortedMap<String, Long> counters,
      List<Failure> failures) {

    /** For people: totals, then each counter. */
    public String describe() {
      StringBuilder text = new StringBuilder();
      text.append(
          String.format(
              "%,d seeds, %,d steps, %,.1f simulated seconds, traces %016x, %d failed",
              seeds, steps, nanos / 1e9, traces, failures.size()));
      counters.forEach((what, count) -> text.append(String.format("%n  %,12d %s", count, what)));
      return text.toString();
    }
  }

  private final LongFunction<Simulation.Result> run;
  private final int maxFailures;
  private final SortedMap<String, Long> counters = new TreeMap<>();
  private final List<Failure> suspects = new ArrayList<>();
  private long seeds;
  private long steps;
  private long nanos;
  private long traces;

  public SeedRunner(LongFunction<Simulation.Result> run, int maxFailures) {
    this.run = run;
    this.maxFailures = maxFailures;
  }

  /** Runs seeds from {@code first} on, at most {@code count}, for as long as {@code goOn} says. */
  public Summary run(long first, long count, int threads, BooleanSupplier goOn)
      throws InterruptedException {
    AtomicLong next = new AtomicLong(first);
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread worker =
          new Thread(
              () -> {
                long seed;
                while (goOn.getAsBoolean()
                    && suspectCount() < maxFailures
                    && (seed = next.getAndIncrement()) < first + count) {
                  one(seed);
                }
              },
              "seeds-" + i);
      worker.start();
      workers.add(worker);
    }
    for (Thread worker : workers) {
      worker.join();
    }
    List<Failure> failures = new ArrayList<>();
    for (Failure suspect : suspects) {
      try {
        add(run.apply(suspect.seed));
        counters.merge("run failed beside others but not alone", 1L, Long::sum);
        System.out.println("seed " + suspect.seed + " failed once, not again: " + suspect.cause);
      } catch (SimulationError again) {
        failures.add(new Failure(suspect.seed, again));
      }
    }
    return new Summary(seeds, steps, nanos, traces, counters, failures);
  }

  private void one(long seed) {
    try {
      add(run.apply(seed));
    } catch (SimulationError e) {
      synchronized (this) {
        seeds++;
        suspects.add(new Failure(seed, e));
      }
    }
  }

  private synchronized int suspectCount() {
    return suspects.size();
  }

  private synchronized void add(Simulation.Result result) {
    seeds++;
    steps += result.steps();
    nanos += result.nanos();
    traces += result.traceHash();
    result.counters().forEach((what, count) -> counters.merge(what, count, Long::sum));
  }
}

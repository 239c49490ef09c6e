package io.quorate.store.sim;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs the whole-cluster simulation by hand, or one of another module that takes the same options.
 *
 * <pre>
 * --seed N          one seed
 * --seeds FROM..TO  a range
 * --minutes M       seeds from the first one on (default: from the clock) for that long
 * --until-failure   stops at the first seed that fails; without --minutes, whenever that is
 * --failures F      stops after so many seeds that failed; default: 10
 * --threads T       runs at once; default: the number of processors
 * --trace           print every event; with --seed
 * --twice           each seed twice: both runs must have the same trace
 * --calls N         long runs: four peers and N calls of their clients; default: short, all drawn
 * --shrink          makes each run that failed as small as it stays failing
 * --mutation NAMES  runs with deliberate faults, each until a checker notices; --mutations: all
 * --without FAULT, --max-clients N, --max-calls N, --calm
 *                   less of everything, as shrinking prints it
 * </pre>
 */
public final class SimulationMain {
  private static final String USAGE =
      "usage: [--seed N | --seeds FROM..TO] [--minutes M] [--until-failure] [--failures F]"
          + " [--threads T] [--trace] [--twice] [--calls N] [--shrink] [--mutation NAME,NAME |"
          + " --mutations] [--without FAULT] [--max-clients N] [--max-calls N] [--calm]";

  private long from = -1;
  private long to = -1;
  private long minutes;
  private boolean trace;
  private boolean twice;
  private boolean shrink;
  private boolean allMutations;
  private @Nullable String mutation;
  private boolean untilFailure;
  private int failures = 10;
  private int threads = Runtime.getRuntime().availableProcessors();
  private RunSettings settings = RunSettings.SHORT;

  private final SeededRun simulation;
  private final BiPredicate<@Nullable String, PrintStream> mutations;

  private SimulationMain(
      SeededRun simulation, BiPredicate<@Nullable String, PrintStream> mutations) {
    this.simulation = simulation;
    this.mutations = mutations;
  }

  public static void main(String[] args) throws InterruptedException {
    run(
        args,
        (seed, trace, settings) ->
            ClusterSimulation.run(seed, trace, settings, ClusterMutation.NONE),
        Mutations::run);
  }

  /**
   * Does what {@code args} say, and ends the process.
   *
   * @param mutations runs the deliberate faults of those names, or all; false if one was missed
   */
  public static void run(
      String[] args, SeededRun simulation, BiPredicate<@Nullable String, PrintStream> mutations)
      throws InterruptedException {
    SimulationMain main = new SimulationMain(simulation, mutations);
    String wrong = main.parse(args);
    if (wrong != null) {
      System.err.println(wrong);
      System.err.println(USAGE);
      System.exit(2);
    }
    System.exit(main.run() ? 0 : 1);
  }

  private @Nullable String parse(String[] args) {
    try {
      for (int i = 0; i < args.length; i++) {
        if (args[i].equals("--trace")) {
          trace = true;
        } else if (args[i].equals("--twice")) {
          twice = true;
        } else if (args[i].equals("--shrink")) {
          shrink = true;
        } else if (args[i].equals("--calm")) {
          settings = settings.calmed();
        } else if (args[i].equals("--mutations")) {
          allMutations = true;
        } else if (args[i].equals("--until-failure")) {
          untilFailure = true;
          failures = 1;
        } else if (!parse(args[i], args[++i])) {
          return "unknown option " + args[i - 1];
        }
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      return "an option lacks its value: " + e.getMessage();
    }
    boolean bounded = from >= 0 || minutes > 0 || untilFailure || allMutations || mutation != null;
    return bounded ? null : "say which seeds, or for how many minutes";
  }

  private boolean parse(String option, String value) {
    switch (option) {
      case "--seed" -> {
        from = Long.parseLong(value);
        to = from;
      }
      case "--seeds" -> {
        String[] range = value.split("\\.\\.", -1);
        from = Long.parseLong(range[0]);
        to = Long.parseLong(range[1]);
      }
      case "--minutes" -> minutes = Long.parseLong(value);
      case "--failures" -> failures = Integer.parseInt(value);
      case "--threads" -> threads = Integer.parseInt(value);
      case "--calls" -> settings = RunSettings.ofCalls(Integer.parseInt(value));
      case "--max-clients" -> settings = settings.withMaxClients(Integer.parseInt(value));
      case "--max-calls" -> settings = settings.withMaxCallsPerClient(Integer.parseInt(value));
      case "--without" ->
          settings =
              settings.withoutFault(ClusterPlan.Fault.valueOf(value.toUpperCase(Locale.ROOT)));
      case "--mutation" -> mutation = value;
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean run() throws InterruptedException {
    if (allMutations || mutation != null) {
      return mutations.test(mutation, System.out);
    }
    if (from < 0) {
      from = System.currentTimeMillis();
    }
    boolean open = (minutes > 0 || untilFailure) && to < 0;
    long count = open ? Long.MAX_VALUE - from : to - from + 1;
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes == 0 ? 1_000_000 : minutes);
    long begin = System.nanoTime();
    SeedRunner runner = new SeedRunner(this::runOne, failures);
    SeedRunner.Summary summary =
        runner.run(from, count, trace ? 1 : threads, () -> System.nanoTime() < end);
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.println(summary.describe());
    System.out.printf(
        "%.1f s of real time: %.1f runs, %.1f simulated seconds and %,.0f operations a second%n",
        seconds,
        summary.seeds() / seconds,
        summary.nanos() / 1e9 / seconds,
        summary.counters().getOrDefault("client call answered", 0L) / seconds);
    for (SeedRunner.Failure failure : summary.failures()) {
      System.out.println("failed: " + command(failure.seed(), settings));
      failure.cause().printStackTrace(System.out);
      if (shrink) {
        RunSettings least = Shrinking.shrink(failure.seed(), settings, failure.cause(), simulation);
        System.out.println("still fails as: " + command(failure.seed(), least));
      }
    }
    return summary.failures().isEmpty();
  }

  private Simulation.Result runOne(long seed) {
    PrintStream out = trace ? System.out : null;
    Simulation.Result result = simulation.run(seed, out, settings);
    if (twice) {
      Simulation.Result again = simulation.run(seed, null, settings);
      if (!result.equals(again)) {
        IllegalStateException differ =
            new IllegalStateException("two runs differ: " + result + " and " + again);
        throw new SimulationError("seed " + seed + ": " + differ.getMessage(), differ);
      }
    }
    if (trace) {
      System.out.printf("trace hash %016x%n", result.traceHash());
    }
    return result;
  }

  private static String command(long seed, RunSettings settings) {
    List<String> options = settings.options();
    return "--seed " + seed + (options.isEmpty() ? "" : " " + String.join(" ", options));
  }
}

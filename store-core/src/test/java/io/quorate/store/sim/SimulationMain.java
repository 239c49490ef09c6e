package io.quorate.store.sim;

import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the whole-cluster simulation by hand.
 *
 * <pre>
 * --seed N          one seed
 * --seeds FROM..TO  a range
 * --minutes M       seeds from the first one on (default: from the clock) for that long
 * --trace           print every event; with --seed
 * --threads T       runs at once; default: the number of processors
 * --failures F      stops after so many seeds that failed; default: 10
 * </pre>
 */
public final class SimulationMain {
  private long from = -1;
  private long to = -1;
  private long minutes;
  private boolean trace;
  private int failures = 10;
  private int threads = Runtime.getRuntime().availableProcessors();

  private SimulationMain() {}

  public static void main(String[] args) throws InterruptedException {
    SimulationMain main = new SimulationMain();
    String wrong = main.parse(args);
    if (wrong != null) {
      System.err.println(wrong);
      System.err.println(
          "usage: [--seed N | --seeds FROM..TO] [--minutes M] [--trace] [--threads T] [--failures F]");
      System.exit(2);
    }
    System.exit(main.run() ? 0 : 1);
  }

  private @Nullable String parse(String[] args) {
    try {
      for (int i = 0; i < args.length; i++) {
        switch (args[i]) {
          case "--trace" -> trace = true;
          case "--seed" -> {
            from = Long.parseLong(args[++i]);
            to = from;
          }
          case "--seeds" -> {
            String[] range = args[++i].split("\\.\\.", -1);
            from = Long.parseLong(range[0]);
            to = Long.parseLong(range[1]);
          }
          case "--minutes" -> minutes = Long.parseLong(args[++i]);
          case "--failures" -> failures = Integer.parseInt(args[++i]);
          case "--threads" -> threads = Integer.parseInt(args[++i]);
          default -> {
            return "unknown option " + args[i];
          }
        }
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return "an option lacks its number: " + e.getMessage();
    }
    return from < 0 && minutes == 0 ? "say which seeds, or for how many minutes" : null;
  }

  private boolean run() throws InterruptedException {
    if (from < 0) {
      from = System.currentTimeMillis();
    }
    long count = minutes > 0 && to < 0 ? Long.MAX_VALUE - from : to - from + 1;
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes == 0 ? 1_000_000 : minutes);
    PrintStream out = trace ? System.out : null;
    SeedRunner runner = new SeedRunner(seed -> ClusterSimulation.run(seed, out), failures);
    long begin = System.nanoTime();
    SeedRunner.Summary summary =
        runner.run(from, count, trace ? 1 : threads, () -> System.nanoTime() < end);
    System.out.println(summary.describe());
    System.out.printf("%.1f s of real time%n", (System.nanoTime() - begin) / 1e9);
    for (SeedRunner.Failure failure : summary.failures()) {
      System.out.println("failed: --seed " + failure.seed());
      failure.cause().printStackTrace(System.out);
    }
    return summary.failures().isEmpty();
  }
}

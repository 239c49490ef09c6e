package io.quorate.store.benchmarks.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * The program on one host: it uses the mount, and looks at the peer.
 *
 * <p>It makes its files and says {@code ready}. Upon {@code begin} its threads start, upon {@code
 * collect} the peer collects its heap, and both are answered by {@code done}; upon {@code read} it
 * says {@code done READING}. What goes wrong in a thread it tells at once, as {@code failed WHY}.
 * It ends with its standard input.
 */
final class SoakHost {
  static final String READY = "ready";
  static final String DONE = "done";
  static final String FAILED = "failed ";
  static final String BEGIN = "begin";
  static final String COLLECT = "collect";
  static final String READ = "read";

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final LongAdder operations = new LongAdder();
  private final Plan plan;
  private final LargeFiles large;
  private final List<Mix> mixes = new ArrayList<>();

  /**
   * What to do on a host.
   *
   * @param mount the directory of this host that all hosts share
   * @param pid of the peer
   * @param data of the peer
   * @param files that all hosts read
   * @param uploads that each thread keeps
   * @param perSecond operations of each thread; 0 for as many as there can be
   * @param largeSeconds between two large files
   */
  record Plan(
      String mount,
      long pid,
      String data,
      int host,
      int threads,
      int files,
      int uploads,
      double perSecond,
      int largeSeconds) {

    /** For {@link #parse}. */
    List<String> words() {
      return List.of(
          mount,
          Long.toString(pid),
          data,
          Integer.toString(host),
          Integer.toString(threads),
          Integer.toString(files),
          Integer.toString(uploads),
          Double.toString(perSecond),
          Integer.toString(largeSeconds));
    }

    static Plan parse(String[] words) {
      return new Plan(
          words[0],
          Long.parseLong(words[1]),
          words[2],
          Integer.parseInt(words[3]),
          Integer.parseInt(words[4]),
          Integer.parseInt(words[5]),
          Integer.parseInt(words[6]),
          Double.parseDouble(words[7]),
          Integer.parseInt(words[8]));
    }
  }

  private SoakHost(Plan plan) throws Exception {
    this.plan = plan;
    Path root = Path.of(plan.mount, "soak");
    Files.createDirectories(root);
    if (plan.host == 1) {
      Mix.fill(root, plan.files);
    }
    List<FutureTask<Mix>> made = new ArrayList<>();
    for (int thread = 0; thread < plan.threads; thread++) {
      int self = thread;
      FutureTask<Mix> one =
          new FutureTask<>(() -> new Mix(root, plan.host, self, plan.files, plan.uploads));
      made.add(one);
      Thread.ofPlatform().daemon().start(one);
    }
    for (FutureTask<Mix> one : made) {
      try {
        mixes.add(one.get());
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException cause ? cause : e;
      }
    }
    large = new LargeFiles(root, plan.host, plan.largeSeconds);
  }

  /** Runs it, with the words of a {@link Plan}. */
  public static void main(String[] words) {
    try {
      Plan plan = Plan.parse(words);
      SoakHost host = new SoakHost(plan);
      try (PeerProbe probe = PeerProbe.of(plan.pid, Path.of(plan.data))) {
        host.out.println(READY);
        host.obey(probe);
      }
    } catch (Exception e) {
      // All of it is news for whoever asked; standard error has where it came from.
      e.printStackTrace();
      System.out.println(FAILED + e);
    }
    Runtime.getRuntime().halt(0);
  }

  private void obey(PeerProbe probe) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      switch (line) {
        case BEGIN -> {
          begin();
          out.println(DONE);
        }
        case COLLECT -> {
          probe.collect();
          out.println(DONE);
        }
        case READ -> out.println(DONE + " " + new Reading(operations.sum(), probe.read()).line());
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  private void begin() {
    for (int thread = 0; thread < plan.threads; thread++) {
      int self = thread;
      Thread.ofPlatform().daemon().start(() -> use(self));
    }
  }

  private void use(int thread) {
    Mix mix = mixes.get(thread);
    try {
      long dueNanos = System.nanoTime();
      while (true) {
        if (thread == 0) {
          operations.add(large.once());
        }
        mix.once();
        operations.increment();
        if (plan.perSecond > 0) {
          // What was not done in time is not made up for: this is about memory, not about latency.
          dueNanos = Math.max(System.nanoTime(), dueNanos + Math.round(1e9 / plan.perSecond));
          await(dueNanos);
        }
      }
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
      out.println(FAILED + e);
    }
  }

  private static void await(long dueNanos) {
    for (long left = dueNanos - System.nanoTime(); left > 0; left = dueNanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}

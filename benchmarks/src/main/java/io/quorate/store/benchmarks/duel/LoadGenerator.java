package io.quorate.store.benchmarks.duel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * The program that uses a store on one of its hosts, by nothing but calls on files of a directory:
 * the same for all stores.
 *
 * <p>It is told a {@link Task} in a line, prepares it and says {@code ready}. Upon a second line it
 * does it and says {@code done NANOS COUNT LATENCIES}. Whatever goes wrong it tells as {@code
 * failed WHY}. It ends with its standard input.
 *
 * <p>The latency of an operation is the time to its end from when it began; at a fixed rate from
 * when it was to begin, so that one that hangs is charged for all that had to wait behind it.
 */
final class LoadGenerator {
  static final String READY = "ready";
  static final String DONE = "done ";
  static final String FAILED = "failed ";

  private final Task task;
  private final Operations operations;
  private final CountDownLatch begin = new CountDownLatch(1);
  private final CountDownLatch there;
  private volatile long beginNanos;

  /** What one thread did. */
  private record Share(long count, Histogram nanos) {}

  private LoadGenerator(Task task, Operations operations) {
    this.task = task;
    this.operations = operations;
    there = new CountDownLatch(operations.threads());
  }

  /** Runs it. */
  public static void main(String[] words) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      try {
        Task task = Task.parse(line);
        try (Operations operations = Operations.prepare(task)) {
          new LoadGenerator(task, operations).perform(in, out);
        }
      } catch (Exception e) {
        // All of it is news for whoever asked; standard error has where it came from.
        e.printStackTrace();
        out.println(FAILED + e);
      }
    }
  }

  private void perform(BufferedReader in, PrintStream out) throws Exception {
    List<FutureTask<Share>> shares = new ArrayList<>();
    for (int thread = 0; thread < operations.threads(); thread++) {
      int number = thread;
      FutureTask<Share> share = new FutureTask<>(() -> share(number));
      shares.add(share);
      Thread.ofPlatform().daemon().start(share);
    }
    there.await();
    out.println(READY);
    if (in.readLine() == null) {
      return;
    }
    beginNanos = System.nanoTime();
    begin.countDown();
    long count = 0;
    Histogram all = Latencies.histogram();
    for (FutureTask<Share> share : shares) {
      Share done = result(share);
      count += done.count;
      all.add(done.nanos);
    }
    long tookNanos = System.nanoTime() - beginNanos;
    out.println(DONE + tookNanos + " " + count + " " + Latencies.text(all));
  }

  private Share share(int thread) throws Exception {
    Histogram nanos = Latencies.histogram();
    long count = 0;
    try (Operations.Worker worker = operations.worker(thread)) {
      there.countDown();
      begin.await();
      for (int number = thread; number < operations.count(); number += operations.threads()) {
        long fromNanos = awaitTurn(number);
        count += worker.run(number);
        Latencies.record(nanos, System.nanoTime() - fromNanos);
      }
    }
    return new Share(count, nanos);
  }

  /** Answers since when an operation takes. */
  private long awaitTurn(int number) {
    if (task.perSecond() == 0) {
      return System.nanoTime();
    }
    long dueNanos = beginNanos + Latencies.dueNanos(number, task.perSecond());
    for (long left = dueNanos - System.nanoTime(); left > 0; left = dueNanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return dueNanos;
  }

  private static <T> T result(FutureTask<T> share) throws Exception {
    try {
      return share.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : e;
    }
  }
}

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

/**
 * The program that uses a store on one of its hosts, by nothing but calls on files of a directory:
 * the same for all stores.
 *
 * <p>It is told a {@link Task} in a line, prepares it and says {@code ready}. Upon a second line it
 * does it and says {@code done NANOS COUNT}. Whatever goes wrong it tells as {@code failed WHY}. It
 * ends with its standard input.
 */
final class LoadGenerator {
  static final String READY = "ready";
  static final String DONE = "done ";
  static final String FAILED = "failed ";

  private LoadGenerator() {}

  /** Runs it. */
  public static void main(String[] words) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      try {
        perform(Task.parse(line), in, out);
      } catch (Exception e) {
        // All of it is news for whoever asked; standard error has where it came from.
        e.printStackTrace();
        out.println(FAILED + e);
      }
    }
  }

  private static void perform(Task task, BufferedReader in, PrintStream out) throws Exception {
    try (Operations operations = Operations.prepare(task)) {
      CountDownLatch begin = new CountDownLatch(1);
      CountDownLatch there = new CountDownLatch(operations.threads());
      List<FutureTask<Integer>> shares = new ArrayList<>();
      for (int thread = 0; thread < operations.threads(); thread++) {
        int number = thread;
        FutureTask<Integer> share =
            new FutureTask<>(
                () -> {
                  there.countDown();
                  begin.await();
                  return operations.run(number);
                });
        shares.add(share);
        Thread.ofPlatform().daemon().start(share);
      }
      there.await();
      out.println(READY);
      if (in.readLine() == null) {
        return;
      }
      long beginNanos = System.nanoTime();
      begin.countDown();
      long count = 0;
      for (FutureTask<Integer> share : shares) {
        count += result(share);
      }
      out.println(DONE + (System.nanoTime() - beginNanos) + " " + count);
    }
  }

  private static int result(FutureTask<Integer> share) throws Exception {
    try {
      return share.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : e;
    }
  }
}

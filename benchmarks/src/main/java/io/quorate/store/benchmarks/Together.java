package io.quorate.store.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The same work by several threads at once. */
final class Together {
  private Together() {}

  /** The work of one of them. */
  interface Work {
    void run(int worker) throws Exception;
  }

  /** Returns when all are done; throws what the first of them threw. */
  static void run(int workers, Work work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> futures = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        int self = worker;
        futures.add(
            threads.submit(
                () -> {
                  work.run(self);
                  return null;
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}

package io.quorate.store.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Workers that do one thing after another, each as fast as it is answered: first to warm up, then
 * measured. An operation counts when its end falls into the measured time.
 */
final class Load {
  /** Ten minutes: nothing takes longer, as every call has a deadline. */
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** One operation of a worker; {@code number} counts the worker's own, from 0. */
  interface Operation {
    void run(int worker, long number) throws Exception;
  }

  /** Reads what the measured time cost. */
  interface Meter {
    Cost read() throws IOException;
  }

  /**
   * What was measured.
   *
   * @param nanos latency of each operation
   */
  record Outcome(long operations, long elapsedNanos, Histogram nanos, Cost cost) {
    double perSecond() {
      return operations * 1e9 / elapsedNanos;
    }

    double millisAt(double percentile) {
      return nanos.getValueAtPercentile(percentile) / 1e6;
    }
  }

  private enum Phase {
    WARMING,
    MEASURING,
    OVER
  }

  private final Operation operation;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CountDownLatch failed = new CountDownLatch(1);
  private volatile Phase phase = Phase.WARMING;

  private Load(Operation operation) {
    this.operation = operation;
  }

  /** Runs {@code workers} at once; the first failure of any ends the run. */
  static Outcome run(
      int workers, double warmUpSeconds, double seconds, Meter meter, Operation operation)
      throws Exception {
    return new Load(operation).run(workers, warmUpSeconds, seconds, meter);
  }

  private Outcome run(int workers, double warmUpSeconds, double seconds, Meter meter)
      throws Exception {
    List<Histogram> histograms = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int worker = 0; worker < workers; worker++) {
      int self = worker;
      Histogram nanos = new Histogram(LONGEST_NANOS, 3);
      histograms.add(nanos);
      threads.add(Thread.ofVirtual().name("worker-" + worker).start(() -> work(self, nanos)));
    }
    try {
      pause(warmUpSeconds);
      Cost before = meter.read();
      long start = System.nanoTime();
      phase = Phase.MEASURING;
      pause(seconds);
      phase = Phase.OVER;
      long elapsed = System.nanoTime() - start;
      Cost cost = meter.read().since(before);
      join(threads);
      Histogram all = new Histogram(LONGEST_NANOS, 3);
      histograms.forEach(all::add);
      if (all.getTotalCount() == 0) {
        throw new IOException("no operation ended in " + seconds + " s");
      }
      return new Outcome(all.getTotalCount(), elapsed, all, cost);
    } finally {
      phase = Phase.OVER;
    }
  }

  private void pause(double seconds) throws InterruptedException, IOException {
    if (failed.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS)) {
      throw new IOException("an operation failed: " + failure.get(), failure.get());
    }
  }

  private void join(List<Thread> threads) throws InterruptedException, IOException {
    for (Thread thread : threads) {
      thread.join();
    }
    pause(0);
  }

  private void work(int worker, Histogram nanos) {
    try {
      for (long number = 0; phase != Phase.OVER; number++) {
        long start = System.nanoTime();
        operation.run(worker, number);
        long end = System.nanoTime();
        if (phase == Phase.MEASURING) {
          nanos.recordValue(Math.min(end - start, LONGEST_NANOS));
        }
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      failed.countDown();
    }
  }
}

package io.quorate.store.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;

/**
 * When files were begun and done, one after the other; failed ones count only by the time that they
 * took.
 */
final class WriteTimes {
  private record Write(long beginNanos, long endNanos, boolean done) {}

  /**
   * How writing went for a while.
   *
   * @param files that were done
   * @param failures that ended in an error
   * @param pauseNanos longest time in which none was done
   * @param p99Nanos in 99 of 100 cases one file took no longer
   */
  record Summary(long files, long failures, long pauseNanos, long p99Nanos) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition more = lock.newCondition();
  private final List<Write> writes = new ArrayList<>();
  private boolean ended;

  /** Takes a line of {@link FileLoop}. */
  void take(String line) {
    String[] words = line.split(" ", 4);
    Write write =
        new Write(Long.parseLong(words[1]), Long.parseLong(words[2]), words[0].equals("done"));
    lock.lock();
    try {
      writes.add(write);
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The program has ended: nothing more comes. */
  void end() {
    lock.lock();
    try {
      ended = true;
      more.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns when a file that was begun at or after then is done.
   *
   * @throws IllegalStateException if the program ends before
   */
  void awaitDoneSince(long nanos) throws InterruptedException {
    lock.lock();
    try {
      while (writes.isEmpty() || !writes.getLast().done || writes.getLast().beginNanos < nanos) {
        if (ended) {
          throw new IllegalStateException("the writer has ended");
        }
        more.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Of the files that were written, in part at least, between two moments. */
  Summary between(long fromNanos, long toNanos) {
    lock.lock();
    try {
      return summary(fromNanos, toNanos);
    } finally {
      lock.unlock();
    }
  }

  /** How many files were done in each of some windows of time, one after the other. */
  long[] perWindow(long fromNanos, long windowNanos, int windows) {
    long[] files = new long[windows];
    lock.lock();
    try {
      for (Write write : writes) {
        long window = Math.floorDiv(write.endNanos - fromNanos, windowNanos);
        if (write.done && window >= 0 && window < windows) {
          files[(int) window]++;
        }
      }
    } finally {
      lock.unlock();
    }
    return files;
  }

  private Summary summary(long fromNanos, long toNanos) {
    Histogram took = new Histogram(3);
    long files = 0;
    long failures = 0;
    long pauseNanos = 0;
    long lastDoneNanos = Long.MIN_VALUE;
    for (Write write : writes) {
      if (write.endNanos - fromNanos >= 0 && write.beginNanos - toNanos <= 0) {
        took.recordValue(Math.max(0, write.endNanos - write.beginNanos));
        files += write.done ? 1 : 0;
        failures += write.done ? 0 : 1;
        if (write.done) {
          long sinceNanos = lastDoneNanos == Long.MIN_VALUE ? write.beginNanos : lastDoneNanos;
          pauseNanos = Math.max(pauseNanos, write.endNanos - sinceNanos);
        }
      }
      lastDoneNanos = write.done ? write.endNanos : lastDoneNanos;
    }
    return new Summary(files, failures, pauseNanos, took.getValueAtPercentile(99));
  }
}

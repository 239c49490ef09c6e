package io.quorate.store.world;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * Clock, timers, threads, randomness and disk of one process.
 *
 * <p>{@code RealWorld} maps it to the operating system; the simulator's world maps it to simulated
 * time, seeded randomness and a disk that forgets what was not synced.
 */
public interface World {

  /** Monotonic time in nanoseconds from an arbitrary origin; never goes back. */
  long nanoTime();

  /** Wall-clock time in nanoseconds since 1970-01-01T00:00Z; may jump either way. */
  long wallClockNanos();

  /** 64 random bits: seeded in the simulator, from a secure source otherwise. */
  long randomLong();

  /**
   * Runs {@code task} once, {@code delayNanos} from now, on the world's timer thread. The task must
   * be short and must not block: it posts to a queue or completes a future.
   */
  Timer schedule(long delayNanos, Runnable task);

  /**
   * Starts a thread that runs {@code body}. It may block on locks, queues and futures without
   * timeouts. An exception that leaves {@code body} is logged; it does not end the process.
   */
  Task spawn(String name, Runnable body);

  /**
   * Whether the current thread is one of this world's, timers among them: others wait for what it
   * does next, so that a callback must not keep it.
   */
  default boolean isOwnThread() {
    return false;
  }

  /**
   * Opens a data directory and locks it against every other process.
   *
   * @throws IOException if it can not be made or read, or if another process holds it (the message
   *     names the directory and what to do)
   */
  Disk openDisk(Path directory) throws IOException;

  /**
   * Waits for {@code future} for at most {@code timeoutNanos}, on this world's clock. Until it ends
   * the future remembers each wait: one that outlives many waits is not for this.
   */
  default <T> T await(CompletableFuture<T> future, long timeoutNanos)
      throws TimeoutException, InterruptedException, java.util.concurrent.ExecutionException {
    if (future.isDone()) {
      return future.get();
    }
    CompletableFuture<T> bounded = new CompletableFuture<>();
    future.whenComplete(
        (value, error) -> {
          if (error != null) {
            bounded.completeExceptionally(error);
          } else {
            bounded.complete(value);
          }
        });
    Timer timer =
        schedule(
            timeoutNanos, () -> bounded.completeExceptionally(new DeadlineException(timeoutNanos)));
    try {
      return bounded.get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof DeadlineException deadline) {
        TimeoutException timeout = new TimeoutException(deadline.getMessage());
        timeout.initCause(deadline);
        throw timeout;
      }
      throw e;
    } finally {
      timer.cancel();
    }
  }

  /**
   * Waits, with {@code lock} held, until {@code condition} is signalled or {@code nanos} have
   * passed; may also return earlier. For a thread that does so again and again: a timer would first
   * wake the timer thread, and that the waiting one.
   */
  default void awaitSignal(Lock lock, Condition condition, long nanos) throws InterruptedException {
    Timer timer =
        schedule(
            nanos,
            () -> {
              lock.lock();
              try {
                condition.signalAll();
              } finally {
                lock.unlock();
              }
            });
    try {
      condition.await();
    } finally {
      timer.cancel();
    }
  }

  /** Pauses the calling thread. For duty cycles only; never in place of awaiting a condition. */
  default void sleep(long nanos) throws InterruptedException {
    CompletableFuture<Void> wake = new CompletableFuture<>();
    Timer timer = schedule(nanos, () -> wake.complete(null));
    try {
      wake.get();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError("a timer never fails its future", e);
    } finally {
      timer.cancel();
    }
  }

  /** A pending timer. */
  interface Timer {
    /** Stops the task from running if it has not begun; safe to call at any time. */
    void cancel();
  }

  /** A running thread. */
  interface Task {
    /** Interrupts the thread. */
    void interrupt();

    /** Waits until the thread has ended. */
    void join() throws InterruptedException;
  }

  /** Marks a future that {@link #await} gave up on. */
  final class DeadlineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeadlineException(long timeoutNanos) {
      super("no answer within " + timeoutNanos / 1_000_000 + " ms", null, false, false);
    }
  }
}

package io.quorate.store.world;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operating system: its clocks, its threads, its disks.
 *
 * <p>Close what was built on it first; {@link #close} then leaves no thread behind.
 */
public final class RealWorld implements World, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RealWorld.class);
  private static final long CLOSE_TIMEOUT_MILLIS = 5_000;

  private final SecureRandom random = new SecureRandom();
  private final ScheduledThreadPoolExecutor timers;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private RealWorld() {
    timers = new ScheduledThreadPoolExecutor(1, task -> thread("quorate-timer", task));
    // Nearly every timer is a deadline that is cancelled; none may linger until it would have
    // fired.
    timers.setRemoveOnCancelPolicy(true);
    timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  public static RealWorld create() {
    return new RealWorld();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long wallClockNanos() {
    Instant now = Instant.now();
    return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
  }

  @Override
  public long randomLong() {
    return random.nextLong();
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    Future<?> future;
    try {
      future = timers.schedule(() -> runLogged(task), delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("this world is closed", e);
    }
    return () -> future.cancel(false);
  }

  @Override
  public void awaitSignal(Lock lock, Condition condition, long nanos) throws InterruptedException {
    condition.awaitNanos(nanos);
  }

  private static void runLogged(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a timer's task failed", e);
    }
  }

  @Override
  public Task spawn(String name, Runnable body) {
    Thread thread = thread(name, body);
    thread.start();
    return new Task() {
      @Override
      public void interrupt() {
        thread.interrupt();
      }

      @Override
      public void join() throws InterruptedException {
        thread.join();
      }
    };
  }

  /** A thread that {@link #close} waits for; not started yet. */
  private Thread thread(String name, Runnable body) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    body.run();
                  } catch (RuntimeException | Error e) {
                    LOG.error("thread {} failed", name, e);
                  } finally {
                    threads.remove(Thread.currentThread());
                  }
                });
    threads.add(thread);
    return thread;
  }

  @Override
  public boolean isOwnThread() {
    return threads.contains(Thread.currentThread());
  }

  @Override
  public Disk openDisk(Path directory) throws IOException {
    return RealDisk.open(directory);
  }

  /** Drops pending timers, interrupts threads that still run, and waits a few seconds for them. */
  @Override
  public void close() {
    timers.shutdownNow();
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_TIMEOUT_MILLIS);
    // One that ends takes itself out of the set a moment before it has ended.
    List<Thread> all = List.copyOf(threads);
    all.forEach(Thread::interrupt);
    boolean interrupted = Thread.interrupted();
    for (Thread thread : all) {
      if (thread != Thread.currentThread()) {
        long leftMillis =
            Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
        try {
          if (!thread.join(java.time.Duration.ofMillis(leftMillis))) {
            LOG.warn("thread {} did not end", thread.getName());
          }
        } catch (InterruptedException e) {
          interrupted = true;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

package io.quorate.store.nio;

import io.quorate.store.world.World;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for blocking work. A task never waits for another one to end, since one may wait for a
 * lock that the other would free: without an idle thread it gets a new one. Idle threads are kept,
 * up to a few, until the end.
 */
final class Workers implements Executor, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
  private static final int MOST_IDLE = 8;

  private final World world;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Tasks for which an idle thread is on its way: never more than {@code idle}. */
  private final Deque<Runnable> tasks = new ArrayDeque<>();

  private int idle;
  private boolean closed;

  Workers(World world, String name) {
    this.world = world;
    this.name = name;
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException("the file system is closed");
      }
      if (tasks.size() < idle) {
        tasks.add(task);
        changed.signal();
        return;
      }
    } finally {
      lock.unlock();
    }
    world.spawn(name, () -> work(task));
  }

  private void work(Runnable first) {
    Runnable task = first;
    while (task != null) {
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.error("a completion handler failed", e);
      }
      task = next();
    }
  }

  /** The next task, or null when this thread is to end. */
  private @Nullable Runnable next() {
    lock.lock();
    try {
      if (idle >= MOST_IDLE) {
        return null;
      }
      idle++;
      while (tasks.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      idle--;
      return tasks.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Lets idle threads end; those at work end after it. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

package io.quorate.store.fuse.command;

import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks side by side, at most so many at a time. Whoever submits one more waits for a free
 * place, so that a tree of any size is walked in bounded memory.
 */
final class BoundedTasks {
  private final int limit;
  private final Semaphore places;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  BoundedTasks(int limit) {
    this.limit = limit;
    places = new Semaphore(limit);
  }

  /** Something that may fail. */
  interface Task {
    void run() throws Exception;
  }

  /** Starts {@code task} once there is a place for it, unless one before it has failed. */
  void submit(Task task) throws InterruptedIOException {
    try {
      places.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    if (failure.get() != null) {
      places.release();
      return;
    }
    Thread.ofVirtual()
        .name("transfer")
        .start(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                failure.compareAndSet(null, e);
              } finally {
                places.release();
              }
            });
  }

  boolean failed() {
    return failure.get() != null;
  }

  /** Waits for all tasks; throws what the first of them to fail threw. */
  void await() throws Exception {
    places.acquire(limit);
    places.release(limit);
    Exception first = failure.get();
    if (first != null) {
      throw first;
    }
  }
}

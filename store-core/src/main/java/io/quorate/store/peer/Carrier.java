package io.quorate.store.peer;

import java.util.concurrent.Executor;

/**
 * A thread of the transport on which a peer's turns may run. What arrives is then handled by the
 * thread that received it, and what is sent leaves with it: neither has another thread to be woken,
 * which costs more than the work itself while messages are small.
 *
 * <p>{@link #execute} runs a task after what the thread has received by now: all of that makes one
 * turn. It throws {@link java.util.concurrent.RejectedExecutionException} once the thread has
 * ended.
 */
public interface Carrier extends Executor {
  /** Whether the calling thread is this one. */
  boolean isCurrent();

  /** Runs {@code task} on it once, {@code delayNanos} from now. */
  Wakeup schedule(long delayNanos, Runnable task);

  /** A task that is scheduled. */
  interface Wakeup {
    /** Stops it from running if it has not begun. */
    void cancel();
  }
}

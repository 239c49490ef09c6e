package io.quorate.store.file;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.world.World;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows the changes of the tree from one entry on, through whichever peer answers. One batch at a
 * time: the next is asked for by {@link #next}. While no peer answers it goes on asking, with
 * pauses. Thread-safe; nothing here blocks.
 */
public final class ChangeReader implements AutoCloseable {
  private static final long FIRST_PAUSE_NANOS = 10_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  private final World world;
  private final Gateway gateway;
  private final Consumer<ChangeBatch> listener;
  private final ReentrantLock lock = new ReentrantLock();
  private long after;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private boolean asking;
  private boolean closed;
  private World.@Nullable Timer retry;

  /**
   * A reader that has not asked yet.
   *
   * @param after index of the last entry whose changes are known
   * @param listener told of each batch, on the gateway's threads; must not block
   */
  ChangeReader(World world, Gateway gateway, long after, Consumer<ChangeBatch> listener) {
    this.world = world;
    this.gateway = gateway;
    this.after = after;
    this.listener = listener;
  }

  /** Asks for the next batch, unless that is under way. */
  public void next() {
    lock.lock();
    try {
      if (asking || closed) {
        return;
      }
      asking = true;
    } finally {
      lock.unlock();
    }
    ask();
  }

  private void ask() {
    long from;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      from = after;
    } finally {
      lock.unlock();
    }
    CompletableFuture<ChangeBatch> answer;
    try {
      answer = gateway.changes(from);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    answer.whenComplete(this::answered);
  }

  private void answered(@Nullable ChangeBatch batch, @Nullable Throwable error) {
    boolean again = false;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (batch == null) {
        long jitter = Long.remainderUnsigned(world.randomLong(), pauseNanos / 2 + 1);
        retry = world.schedule(pauseNanos / 2 + jitter, this::ask);
        pauseNanos = Math.min(LONGEST_PAUSE_NANOS, 2 * pauseNanos);
        return;
      }
      pauseNanos = FIRST_PAUSE_NANOS;
      after = Math.max(after, batch.through());
      again = batch.complete() && batch.sets().isEmpty();
      asking = again;
    } finally {
      lock.unlock();
    }
    if (!again) {
      listener.accept(batch);
      return;
    }
    // Through a timer: a gateway that answers at once would call itself without end.
    lock.lock();
    try {
      retry = closed ? null : world.schedule(0, this::ask);
    } finally {
      lock.unlock();
    }
  }

  /** Tells nothing any more, but for a batch that is being told. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (retry != null) {
        retry.cancel();
      }
    } finally {
      lock.unlock();
    }
  }
}

package io.quorate.store.peer;

import io.quorate.store.world.World;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A queue from many senders to one receiver that takes everything at once, so that a busy receiver
 * works in batches and pays for one wake-up per batch.
 */
final class Mailbox<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private ArrayDeque<T> items = new ArrayDeque<>();
  private boolean closed;

  /** Adds an item; false if the mailbox is closed and the item was dropped. */
  boolean put(T item) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      items.add(item);
      if (items.size() == 1) {
        filled.signal();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for items and takes them all; an empty queue means that the mailbox was closed. */
  ArrayDeque<T> takeAll() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (items.isEmpty() && !closed) {
        filled.await();
      }
      return drain();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for items until {@code untilNanos} and takes them all; an empty queue means that none
   * came, null that the mailbox was closed.
   */
  @Nullable ArrayDeque<T> takeAll(World world, long untilNanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (items.isEmpty() && !closed) {
        long leftNanos = untilNanos - world.nanoTime();
        if (leftNanos <= 0) {
          return new ArrayDeque<>();
        }
        world.awaitSignal(lock, filled, leftNanos);
      }
      return items.isEmpty() ? null : drain();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for one item; null means that the mailbox was closed. */
  @Nullable T take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (items.isEmpty() && !closed) {
        filled.await();
      }
      T item = items.poll();
      if (!items.isEmpty()) {
        filled.signal();
      }
      return item;
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is queued, without waiting. */
  ArrayDeque<T> drain() {
    lock.lock();
    try {
      ArrayDeque<T> taken = items;
      items = new ArrayDeque<>();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Items that wait. */
  int size() {
    lock.lock();
    try {
      return items.size();
    } finally {
      lock.unlock();
    }
  }

  /** Whether further items are refused. */
  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses further items and wakes the receivers; what is queued can still be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      filled.signalAll();
    } finally {
      lock.unlock();
    }
  }
}

package io.quorate.store.nio;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who closes a channel whose thread was interrupted. The JDK closes it from within {@link
 * Thread#interrupt}, on the thread that interrupts; but closing publishes, which takes a round in
 * the cluster or, without a quorum, until the deadline. So the interrupted thread closes it, on its
 * way out.
 */
final class Interruptions {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Thread> inside = new ArrayList<>(2);
  private @Nullable Thread closer;

  /** The calling thread begins what may block. */
  void enter() {
    lock.lock();
    try {
      inside.add(Thread.currentThread());
    } finally {
      lock.unlock();
    }
  }

  /** It has ended; whether the calling thread is to close the channel now. */
  boolean leave() {
    lock.lock();
    try {
      inside.remove(Thread.currentThread());
      boolean mine = closer == Thread.currentThread();
      closer = mine ? null : closer;
      return mine;
    } finally {
      lock.unlock();
    }
  }

  /** The channel closes; whether an interrupted thread is there that will see to it. */
  boolean deferClose() {
    lock.lock();
    try {
      for (Thread thread : inside) {
        if (thread != Thread.currentThread() && thread.isInterrupted()) {
          closer = thread;
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }
}

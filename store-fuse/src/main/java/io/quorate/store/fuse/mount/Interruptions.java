package io.quorate.store.fuse.mount;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which of the requests that wait for a lock were interrupted. The kernel says so once, and another
 * thread may hear of it before the one that carries the request has begun: so what is not known is
 * kept for a while. Numbers of requests are never used again.
 */
final class Interruptions {
  private static final int KEPT = 1024;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, AtomicBoolean> waiting = new HashMap<>();
  private final Set<Long> early = new LinkedHashSet<>();

  /** A request begins to wait; the answer turns true when its caller is interrupted. */
  AtomicBoolean begin(long unique) {
    lock.lock();
    try {
      AtomicBoolean interrupted = new AtomicBoolean(early.remove(unique));
      waiting.put(unique, interrupted);
      return interrupted;
    } finally {
      lock.unlock();
    }
  }

  void end(long unique) {
    lock.lock();
    try {
      waiting.remove(unique);
    } finally {
      lock.unlock();
    }
  }

  /** The caller of a request was interrupted; of most, nobody wants to know. */
  void interrupt(long unique) {
    lock.lock();
    try {
      AtomicBoolean interrupted = waiting.get(unique);
      if (interrupted != null) {
        interrupted.set(true);
        return;
      }
      early.add(unique);
      if (early.size() > KEPT) {
        Iterator<Long> oldest = early.iterator();
        oldest.next();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }
}

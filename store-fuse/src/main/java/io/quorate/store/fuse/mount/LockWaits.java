package io.quorate.store.fuse.mount;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which owner of locks waits for which. POSIX has fcntl(2) fail with EDEADLK rather than wait in a
 * circle. Only circles within one mount are seen: who waits elsewhere is not known here.
 */
final class LockWaits {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, Long> waiting = new HashMap<>();

  /**
   * An owner has to wait for another, as it says each time that it has looked.
   *
   * @return false if that one waits for it, directly or through others: it does not wait then
   */
  boolean begin(long owner, long other) {
    lock.lock();
    try {
      waiting.put(owner, other);
      Long next = other;
      for (int i = 0; i < waiting.size() && next != null && next != owner; i++) {
        next = waiting.get(next);
      }
      if (next == null || next != owner) {
        return true;
      }
      waiting.remove(owner);
      return false;
    } finally {
      lock.unlock();
    }
  }

  void end(long owner) {
    lock.lock();
    try {
      waiting.remove(owner);
    } finally {
      lock.unlock();
    }
  }
}

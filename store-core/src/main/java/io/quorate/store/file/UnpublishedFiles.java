package io.quorate.store.file;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which inodes have changes that are not published. Every look-up asks for that, so it is kept as
 * files change, and not found by asking each file that is open: a server has thousands.
 *
 * <p>Its lock is the innermost: files tell of themselves with their own held.
 */
final class UnpublishedFiles {
  private final ReentrantLock lock = new ReentrantLock();

  /** How many open files of an inode have such changes: one in each session at most. */
  private final Map<Long, Integer> counts = new HashMap<>();

  /** What was given last, if it still holds. */
  private volatile @Nullable Set<Long> copy = Set.of();

  void add(long inode) {
    lock.lock();
    try {
      if (counts.merge(inode, 1, Integer::sum) == 1) {
        copy = null;
      }
    } finally {
      lock.unlock();
    }
  }

  void remove(long inode) {
    lock.lock();
    try {
      if (counts.computeIfPresent(inode, (_, count) -> count == 1 ? null : count - 1) == null) {
        copy = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The inodes now; never changed. */
  Set<Long> all() {
    Set<Long> known = copy;
    if (known != null) {
      return known;
    }
    lock.lock();
    try {
      Set<Long> made = Set.copyOf(counts.keySet());
      copy = made;
      return made;
    } finally {
      lock.unlock();
    }
  }

  boolean contains(long inode) {
    Set<Long> known = copy;
    if (known != null) {
      return known.contains(inode);
    }
    lock.lock();
    try {
      return counts.containsKey(inode);
    } finally {
      lock.unlock();
    }
  }
}

package io.quorate.store.nio;

import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Locks that this file system holds or waits for: two of them may not overlap, as the JDK has it.
 * All have one owner in the cluster, so a lock stays here until the cluster has dropped it: else
 * the drop could hit a later lock of the same range.
 */
final class LockTable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, List<QuorateFileLock>> byInode = new LinkedHashMap<>();

  void add(long inode, QuorateFileLock added) {
    lock.lock();
    try {
      List<QuorateFileLock> held = byInode.computeIfAbsent(inode, key -> new ArrayList<>());
      for (QuorateFileLock other : held) {
        if (other.startByte() <= added.endByte() && added.startByte() <= other.endByte()) {
          throw new OverlappingFileLockException();
        }
      }
      held.add(added);
    } finally {
      lock.unlock();
    }
  }

  void remove(long inode, QuorateFileLock removed) {
    lock.lock();
    try {
      List<QuorateFileLock> held = byInode.get(inode);
      if (held != null && held.remove(removed) && held.isEmpty()) {
        byInode.remove(inode);
      }
    } finally {
      lock.unlock();
    }
  }

  List<QuorateFileLock> of(long inode, ChannelLocks owner) {
    lock.lock();
    try {
      return byInode.getOrDefault(inode, List.of()).stream()
          .filter(held -> held.locks() == owner)
          .toList();
    } finally {
      lock.unlock();
    }
  }
}

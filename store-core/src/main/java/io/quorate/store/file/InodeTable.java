package io.quorate.store.file;

import io.quorate.store.metadata.Attributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The files that are open in this process: one {@link OpenFile} for all handles of an inode within
 * a session. Knows what the cluster must not forget, see {@link Sessions}.
 */
final class InodeTable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Key, OpenFile> files = new LinkedHashMap<>();
  private final TreeMap<Long, Long> openings = new TreeMap<>();
  private long nextOpening;
  private long committedIndex;
  private final AtomicLong writes = new AtomicLong();

  /**
   * @param session 0 for a file that was opened while no session could be
   */
  private record Key(long session, long inode) {}

  /**
   * What this process has open.
   *
   * @param asOf the log index at which it was true
   * @param ids inodes and contents
   */
  record Held(long asOf, SortedSet<Long> ids) {}

  /** An unpublished change is about to be made, or has been made and not yet been told. */
  void writing() {
    writes.incrementAndGet();
  }

  /** Grows with each call of {@link #writing}. */
  long writes() {
    return writes.get();
  }

  /** Learns that the cluster has committed this log index. */
  void committed(long index) {
    lock.lock();
    try {
      committedIndex = Math.max(committedIndex, index);
    } finally {
      lock.unlock();
    }
  }

  /** Begins to open a file: before the cluster is asked for it. End it with {@link #ended}. */
  long opening() {
    lock.lock();
    try {
      long ticket = nextOpening++;
      openings.put(ticket, committedIndex);
      return ticket;
    } finally {
      lock.unlock();
    }
  }

  void ended(long ticket) {
    lock.lock();
    try {
      openings.remove(ticket);
    } finally {
      lock.unlock();
    }
  }

  /** The open file of an inode, made if there is none, with one more handle on {@code content}. */
  OpenFile hold(
      @Nullable Session session,
      Attributes attributes,
      BiFunction<@Nullable Session, Attributes, OpenFile> maker) {
    Key key = new Key(session == null ? 0 : session.id(), attributes.inode());
    lock.lock();
    try {
      OpenFile file = files.get(key);
      if (file == null) {
        file = maker.apply(session, attributes);
        files.put(key, file);
      }
      file.contents.add(attributes.content());
      return file;
    } finally {
      lock.unlock();
    }
  }

  /** One handle less; true if it was the last. */
  boolean release(OpenFile file, long content) {
    Session session = file.session();
    lock.lock();
    try {
      file.contents.remove(content);
      if (file.contents.isEmpty()) {
        files.remove(new Key(session == null ? 0 : session.id(), file.inode()));
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** The open file of an inode in a live session, if there is one. */
  @Nullable OpenFile find(long inode) {
    lock.lock();
    try {
      OpenFile found = null;
      for (OpenFile file : files.values()) {
        Session session = file.session();
        if (file.inode() == inode && session != null && !session.hasEnded()) {
          found = file;
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** Whether any open file has unpublished changes; spares others the question which. */
  boolean anyUnpublished() {
    return !unpublished().isEmpty();
  }

  /** Inodes with unpublished changes. */
  Set<Long> unpublished() {
    lock.lock();
    try {
      if (files.isEmpty()) {
        return Set.of();
      }
    } finally {
      lock.unlock();
    }
    Set<Long> inodes = new TreeSet<>();
    for (OpenFile file : all()) {
      if (!file.isClean()) {
        inodes.add(file.inode());
      }
    }
    return inodes;
  }

  List<OpenFile> all() {
    lock.lock();
    try {
      return new ArrayList<>(files.values());
    } finally {
      lock.unlock();
    }
  }

  Held held() {
    lock.lock();
    try {
      long asOf = openings.isEmpty() ? committedIndex : Collections.min(openings.values());
      TreeSet<Long> ids = new TreeSet<>();
      for (OpenFile file : files.values()) {
        ids.add(file.inode());
        ids.addAll(file.contents);
      }
      return new Held(asOf, ids);
    } finally {
      lock.unlock();
    }
  }
}

package io.quorate.store.file;

import io.quorate.store.metadata.Attributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** By inode; of one inode there is more than one only while an ended session still has it. */
  private final Map<Long, List<OpenFile>> files = new LinkedHashMap<>();

  private final TreeMap<Long, Long> openings = new TreeMap<>();
  private long nextOpening;
  private long committedIndex;
  private final AtomicLong writes = new AtomicLong();
  private final UnpublishedFiles unpublished = new UnpublishedFiles();

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
    lock.lock();
    try {
      OpenFile file = null;
      for (OpenFile open : files.getOrDefault(attributes.inode(), List.of())) {
        if (id(open.session()) == id(session)) {
          file = open;
        }
      }
      if (file == null) {
        file = maker.apply(session, attributes);
        files.computeIfAbsent(attributes.inode(), _ -> new ArrayList<>(1)).add(file);
      }
      file.contents.add(attributes.content());
      return file;
    } finally {
      lock.unlock();
    }
  }

  /** 0 for a file that was opened while no session could be. */
  private static long id(@Nullable Session session) {
    return session == null ? 0 : session.id();
  }

  /** One handle less; true if it was the last. */
  boolean release(OpenFile file, long content) {
    lock.lock();
    try {
      file.contents.remove(content);
      if (!file.contents.isEmpty()) {
        return false;
      }
      List<OpenFile> same = files.getOrDefault(file.inode(), List.of());
      same.remove(file);
      if (same.isEmpty()) {
        files.remove(file.inode());
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The open file of an inode in a live session, if there is one. */
  @Nullable OpenFile find(long inode) {
    lock.lock();
    try {
      OpenFile found = null;
      for (OpenFile file : files.getOrDefault(inode, List.of())) {
        Session session = file.session();
        if (session != null && !session.hasEnded()) {
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
    return !unpublished.all().isEmpty();
  }

  /** Which files have unpublished changes. */
  UnpublishedFiles unpublished() {
    return unpublished;
  }

  List<OpenFile> all() {
    lock.lock();
    try {
      List<OpenFile> all = new ArrayList<>();
      files.values().forEach(all::addAll);
      return all;
    } finally {
      lock.unlock();
    }
  }

  Held held() {
    lock.lock();
    try {
      long asOf = openings.isEmpty() ? committedIndex : Collections.min(openings.values());
      TreeSet<Long> ids = new TreeSet<>();
      files.forEach(
          (inode, same) -> {
            ids.add(inode);
            same.forEach(file -> ids.addAll(file.contents));
          });
      return new Held(asOf, ids);
    } finally {
      lock.unlock();
    }
  }
}

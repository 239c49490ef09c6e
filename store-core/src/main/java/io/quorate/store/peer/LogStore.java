package io.quorate.store.peer;

import io.quorate.store.journal.Journal;
import io.quorate.store.journal.Position;
import io.quorate.store.log.Entry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where each log entry lies in the journal, and the newest entries themselves until they are
 * applied. Lives on the peer's loop; {@link #read} may be called from any thread.
 */
final class LogStore {
  private final Journal journal;
  private final ReentrantLock lock = new ReentrantLock();

  private LogPositions positions;
  private final ArrayDeque<Entry> unapplied = new ArrayDeque<>();
  private long unappliedBytes;

  /** Over a journal in which the log's entries lie at {@code positions}. */
  LogStore(Journal journal, LogPositions positions) {
    this.journal = journal;
    this.positions = positions;
  }

  long lastIndex() {
    lock.lock();
    try {
      return positions.lastIndex();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes of entries held in memory until they are applied. */
  long unappliedBytes() {
    return unappliedBytes;
  }

  /** Writes an entry to the journal; it supersedes all at or above its index. */
  void append(Entry entry) throws IOException {
    Position position = journal.appendEntry(entry);
    while (!unapplied.isEmpty() && unapplied.getLast().index() >= entry.index()) {
      unappliedBytes -= unapplied.removeLast().weightBytes();
    }
    place(entry.index(), position);
    unapplied.addLast(entry);
    unappliedBytes += entry.weightBytes();
  }

  private void place(long index, Position position) {
    lock.lock();
    try {
      positions.put(index, position);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Position position(long index) {
    lock.lock();
    try {
      return positions.holds(index) ? positions.get(index) : null;
    } finally {
      lock.unlock();
    }
  }

  /** Begins anew after {@code index}: no entry of before counts. */
  void install(long index) {
    unapplied.clear();
    unappliedBytes = 0;
    lock.lock();
    try {
      positions = new LogPositions(index);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Drops the entries up to {@code index}, which are applied.
   *
   * @return where the next one lies, or null if there is none
   */
  @Nullable Position dropThrough(long index) {
    lock.lock();
    try {
      positions.dropThrough(index);
      return positions.holds(index + 1) ? positions.get(index + 1) : null;
    } finally {
      lock.unlock();
    }
  }

  private Entry readAt(long index) throws IOException {
    Position position = position(index);
    if (position == null) {
      throw new IllegalStateException("entry " + index + " is not in the log");
    }
    return journal.readEntry(position);
  }

  /** Whether an entry that is not applied yet need not be read from the disk. */
  boolean inMemory(long index) {
    return !unapplied.isEmpty() && unapplied.getFirst().index() <= index;
  }

  /** Takes entries {@code from} to {@code to} for applying; each is taken once, in order. */
  List<Entry> takeForApply(long from, long to) throws IOException {
    List<Entry> taken = new ArrayList<>((int) (to - from + 1));
    for (long index = from; index <= to; index++) {
      while (!unapplied.isEmpty() && unapplied.getFirst().index() < index) {
        unappliedBytes -= unapplied.removeFirst().weightBytes();
      }
      boolean inMemory = !unapplied.isEmpty() && unapplied.getFirst().index() == index;
      Entry entry = inMemory ? unapplied.removeFirst() : readAt(index);
      unappliedBytes -= inMemory ? entry.weightBytes() : 0;
      taken.add(entry);
    }
    return taken;
  }

  /** Reads entries from {@code from} on: at least one, at most about {@code maxBytes}. */
  List<Entry> read(long from, int maxBytes) throws IOException {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    for (long index = from; bytes < maxBytes; index++) {
      Position position = position(index);
      if (position == null) {
        break;
      }
      Entry entry = journal.readEntry(position);
      bytes += entry.weightBytes();
      entries.add(entry);
    }
    return entries;
  }
}

package io.quorate.store.file;

import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs something for each entry whose time has come, with one timer of the world for all of them:
 * most entries are removed long before, and a timer each would cost more than the request that it
 * guards.
 */
final class Deadlines {
  private final World world;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Entry, Runnable> entries = new TreeMap<>();
  private long nextNumber;
  private long armedFor;
  private World.@Nullable Timer timer;
  private boolean closed;

  Deadlines(World world) {
    this.world = world;
  }

  /** Orders by time, first come first among equals; times wrap like {@link World#nanoTime}. */
  record Entry(long atNanos, long number) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      long difference = atNanos - other.atNanos;
      return difference != 0 ? Long.signum(difference) : Long.compare(number, other.number);
    }
  }

  Entry add(long atNanos, Runnable expire) {
    lock.lock();
    try {
      Entry entry = new Entry(atNanos, nextNumber++);
      entries.put(entry, expire);
      arm();
      return entry;
    } finally {
      lock.unlock();
    }
  }

  void remove(Entry entry) {
    lock.lock();
    try {
      entries.remove(entry);
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return entries.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Runs everything that is left, now; later entries run at once. */
  void close() {
    List<Runnable> all;
    lock.lock();
    try {
      closed = true;
      if (timer != null) {
        timer.cancel();
        timer = null;
      }
      all = new ArrayList<>(entries.values());
      entries.clear();
    } finally {
      lock.unlock();
    }
    all.forEach(Runnable::run);
  }

  private void arm() {
    if (entries.isEmpty()) {
      return;
    }
    long first = closed ? world.nanoTime() : entries.firstKey().atNanos();
    if (timer != null && armedFor - first <= 0) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    armedFor = first;
    timer = world.schedule(Math.max(0, first - world.nanoTime()), this::fire);
  }

  private void fire() {
    List<Runnable> due = new ArrayList<>();
    lock.lock();
    try {
      timer = null;
      long now = world.nanoTime();
      while (!entries.isEmpty() && (closed || entries.firstKey().atNanos() - now <= 0)) {
        due.add(entries.pollFirstEntry().getValue());
      }
      arm();
    } finally {
      lock.unlock();
    }
    due.forEach(Runnable::run);
  }
}

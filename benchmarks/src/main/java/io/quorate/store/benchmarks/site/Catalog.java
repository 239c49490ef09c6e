package io.quorate.store.benchmarks.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The files that must be there: uploads that were acknowledged, and not deleted since. */
final class Catalog {
  /**
   * An upload that was acknowledged.
   *
   * @param page its number at the site
   * @param name its file, from the upload directory
   */
  record Stored(FileContent content, String page, String name) {}

  private static final class Entry {
    final Stored stored;
    int users;

    Entry(Stored stored) {
      this.stored = stored;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Entry> entries = new ArrayList<>();
  private final List<Stored> large = new ArrayList<>();
  private final SplittableRandom random;

  Catalog(long seed) {
    random = new SplittableRandom(seed);
  }

  void add(Stored stored) {
    lock.lock();
    try {
      entries.add(new Entry(stored));
    } finally {
      lock.unlock();
    }
  }

  /** One that stays, and that is not among those that are used. */
  void addLarge(Stored stored) {
    lock.lock();
    try {
      large.add(stored);
    } finally {
      lock.unlock();
    }
  }

  /** What is done with a file, which is not deleted meanwhile. */
  interface Use {
    void with(Stored stored) throws InterruptedException;
  }

  /**
   * Does something with a popular file: its popularity goes with one over its rank (Zipf), the
   * oldest first, except that one of ten times the newest is asked for. Returns whether there was
   * one.
   */
  boolean use(Use use) throws InterruptedException {
    Entry entry = borrow();
    if (entry == null) {
      return false;
    }
    try {
      use.with(entry.stored);
      return true;
    } finally {
      giveBack(entry);
    }
  }

  private @Nullable Entry borrow() {
    lock.lock();
    try {
      if (entries.isEmpty()) {
        return null;
      }
      // The inverse of the distribution with exponent 1, for a continuous rank.
      int rank = (int) (Math.pow(entries.size() + 1.0, random.nextDouble()) - 1);
      boolean newest = random.nextInt(10) == 0;
      Entry entry = entries.get(newest ? entries.size() - 1 : Math.min(rank, entries.size() - 1));
      entry.users++;
      return entry;
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(Entry entry) {
    lock.lock();
    try {
      entry.users--;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out one that nobody uses, to be deleted; null if there is none. */
  @Nullable Stored take() {
    lock.lock();
    try {
      for (int tries = 0; tries < 8 && !entries.isEmpty(); tries++) {
        int index = random.nextInt(entries.size());
        if (entries.get(index).users == 0) {
          return entries.remove(index).stored;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Writes a line for each file: {@code NUMBER BYTES NAME}. */
  int write(Path target) throws IOException {
    List<String> lines = new ArrayList<>();
    lock.lock();
    try {
      List<Stored> all = new ArrayList<>(large);
      entries.forEach(entry -> all.add(entry.stored));
      for (Stored stored : all) {
        FileContent content = stored.content;
        lines.add(content.number() + " " + content.bytes() + " " + stored.name);
      }
    } finally {
      lock.unlock();
    }
    Files.write(target, lines);
    return lines.size();
  }
}

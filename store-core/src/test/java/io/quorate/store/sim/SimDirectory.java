package io.quorate.store.sim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The names of a directory: what processes see now, and what a crash may leave of it. Each
 * operation since the last sync may be lost or kept by itself, so a later one may survive an
 * earlier one.
 */
final class SimDirectory {

  /**
   * The names that one operation sets; null for those that it removes.
   *
   * @param directory whose sync covers it: empty, or a sub-directory with '/' behind it
   */
  private record Change(String directory, Map<String, @Nullable SimFile> names) {
    void applyTo(Map<String, SimFile> directory) {
      names.forEach(
          (name, file) -> {
            if (file == null) {
              directory.remove(name);
            } else {
              directory.put(name, file);
            }
          });
    }
  }

  private final TreeMap<String, SimFile> durable = new TreeMap<>();
  private final List<Change> unsynced = new ArrayList<>();
  private TreeMap<String, SimFile> names = new TreeMap<>();

  /** A directory of its own that holds what is durable of this one. */
  SimDirectory image() {
    SimDirectory image = new SimDirectory();
    Map<SimFile, SimFile> copies = new IdentityHashMap<>();
    durable.forEach(
        (name, file) -> image.durable.put(name, copies.computeIfAbsent(file, SimFile::image)));
    image.names = new TreeMap<>(image.durable);
    return image;
  }

  /** Holds from now on what {@code image} holds. */
  void become(SimDirectory image) {
    unsynced.clear();
    durable.clear();
    durable.putAll(image.durable);
    names = new TreeMap<>(image.names);
  }

  /** What is left of the names if nothing is kept that no sync covers; not to be changed. */
  NavigableMap<String, SimFile> durable() {
    return Collections.unmodifiableNavigableMap(durable);
  }

  List<String> names() {
    return List.copyOf(names.keySet());
  }

  @Nullable SimFile get(String name) {
    return names.get(name);
  }

  /** The file of that name, which must be there. */
  SimFile need(String name) {
    SimFile file = names.get(name);
    if (file == null) {
      throw new IllegalArgumentException("no file " + name + " in " + names.keySet());
    }
    return file;
  }

  /** Each file once, however many names it has. */
  Set<SimFile> files() {
    return new LinkedHashSet<>(names.values());
  }

  /** Names that begin with {@code prefix}. */
  List<String> under(String prefix) {
    return List.copyOf(names.subMap(prefix, prefix + Character.MAX_VALUE).keySet());
  }

  void put(String directory, String name, SimFile file) {
    change(directory, one(name, file));
  }

  void remove(String directory, String name) {
    change(directory, one(name, null));
  }

  /** Renames a file or a sub-directory in {@code directory}; false if there is none. */
  boolean rename(String directory, String from, String to) {
    Map<String, @Nullable SimFile> both = new LinkedHashMap<>();
    SimFile file = names.get(directory + from);
    if (file != null) {
      both.put(directory + from, null);
      both.put(directory + to, file);
    }
    String sub = directory + from + "/";
    for (String name : under(sub)) {
      both.put(name, null);
      both.put(directory + to + "/" + name.substring(sub.length()), need(name));
    }
    if (!both.isEmpty()) {
      change(directory, both);
    }
    return !both.isEmpty();
  }

  private static Map<String, @Nullable SimFile> one(String name, @Nullable SimFile file) {
    Map<String, @Nullable SimFile> changed = new LinkedHashMap<>();
    changed.put(name, file);
    return changed;
  }

  private void change(String directory, Map<String, @Nullable SimFile> changed) {
    Change change = new Change(directory, changed);
    unsynced.add(change);
    change.applyTo(names);
  }

  /** Operations that a sync which begins now will cover. */
  int unsyncedChanges() {
    return unsynced.size();
  }

  /** Of the oldest {@code count} operations those on {@code directory} are durable. */
  void synced(int count, String directory) {
    List<Change> left = new ArrayList<>();
    for (int i = 0; i < unsynced.size(); i++) {
      Change change = unsynced.get(i);
      if (i < count && change.directory.equals(directory)) {
        change.applyTo(durable);
      } else {
        left.add(change);
      }
    }
    unsynced.clear();
    unsynced.addAll(left);
  }

  /** Power loss. Returns how many operations were lost. */
  int crash(SimRandom random, SimFile.CrashFate fate) {
    int lost = 0;
    for (Change change : unsynced) {
      boolean kept =
          switch (fate) {
            case KEEP_ALL -> true;
            case LOSE_ALL -> false;
            case MIXED -> random.chance(0.5);
          };
      if (kept) {
        change.applyTo(durable);
      } else {
        lost++;
      }
    }
    unsynced.clear();
    names = new TreeMap<>(durable);
    return lost;
  }
}

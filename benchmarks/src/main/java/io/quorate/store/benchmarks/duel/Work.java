package io.quorate.store.benchmarks.duel;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rows of the table: what is done and measured, in the order in which each round does it. Some
 * use what others made.
 */
enum Work {
  CREATE_SYNC("create + write + fsync + close", "/s", 1, true),
  CREATE("create + write + close", "/s", 1, false),
  READ("open + read + close on another host", "/s", 2, false, CREATE),
  READ_AGAIN("the same again", "/s", 2, false, READ),
  RENAME("rename", "/s", 1, false, CREATE),
  STAT("stat on another host", "/s", 2, false, RENAME),
  STAT_AGAIN("the same again", "/s", 2, false, STAT),
  UNLINK("unlink", "/s", 1, false, RENAME),
  WRITE_LARGE("sequential write, 1 MiB each", "MiB/s", 1, false),
  READ_LARGE("sequential read on another host", "MiB/s", 2, false, WRITE_LARGE),
  WRITE_RANDOM("4 KiB random write + fsync", "/s", 1, true),
  APPEND("4 KiB append + fsync", "/s", 1, true),
  CREATE_EMPTY("create + close in one directory", "/s", 1, false),
  LIST("ls -l of it on another host, entries", "/s", 2, false, CREATE_EMPTY),
  LIST_AGAIN("the same again", "/s", 2, false, LIST),
  UNPACK("untar of a source tree, files", "/s", 1, false);

  private static final String SMALL = "f";

  private final String what;
  private final String unit;
  private final int host;
  private final boolean syncs;
  private final List<Work> needs;

  Work(String what, String unit, int host, boolean syncs, Work... needs) {
    this.what = what;
    this.unit = unit;
    this.host = host;
    this.syncs = syncs;
    this.needs = List.of(needs);
  }

  /** In words. */
  String what(Scale scale) {
    return this == WRITE_LARGE && scale.sync() ? what + ", fsync at the end" : what;
  }

  String unit() {
    return unit;
  }

  /** The host that it is done on. */
  int host() {
    return host;
  }

  /** What {@code --work} and the JSON call it. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Work::key).toList();
  }

  /** What is to be done so that the work of these names can be, in order. */
  static List<Work> of(List<String> keys, Scale scale) {
    Set<Work> all = new TreeSet<>();
    for (Work work : values()) {
      if (keys.contains(work.key()) && work.isPossible(scale)) {
        work.addTo(all);
      }
    }
    return List.copyOf(all);
  }

  private void addTo(Set<Work> all) {
    needs.forEach(need -> need.addTo(all));
    all.add(this);
  }

  private boolean isPossible(Scale scale) {
    return (scale.sync() || !syncs) && (this != UNPACK || scale.archive() != null);
  }

  /** What a load generator is told. */
  Task task(Path round, Scale scale) {
    Path plain = round.resolve("plain");
    return switch (this) {
      case CREATE_SYNC -> small(Task.Kind.CREATE, round.resolve("synced"), SMALL, scale);
      case CREATE -> small(Task.Kind.CREATE, plain, SMALL, scale);
      case READ, READ_AGAIN -> small(Task.Kind.READ, plain, SMALL, scale);
      case RENAME -> small(Task.Kind.RENAME, plain, SMALL, scale);
      case STAT, STAT_AGAIN -> small(Task.Kind.STAT, plain, Task.RENAMED, scale);
      case UNLINK -> small(Task.Kind.UNLINK, plain, Task.RENAMED, scale);
      case WRITE_LARGE -> large(Task.Kind.WRITE_LARGE, round, scale);
      case READ_LARGE -> large(Task.Kind.READ_LARGE, round, scale);
      case WRITE_RANDOM -> synced(Task.Kind.WRITE_RANDOM, round.resolve("random"), scale);
      case APPEND -> synced(Task.Kind.APPEND, round.resolve("append"), scale);
      case CREATE_EMPTY -> directory(Task.Kind.CREATE_EMPTY, round, scale);
      case LIST, LIST_AGAIN -> directory(Task.Kind.LIST, round, scale);
      case UNPACK -> {
        Scale.Archive archive = scale.archive();
        if (archive == null) {
          throw new IllegalStateException("there is nothing to unpack");
        }
        String into = round.resolve("tree").toString();
        yield new Task(Task.Kind.UNPACK, into, 1, archive.file(), archive.files(), 0, false);
      }
    };
  }

  private Task small(Task.Kind kind, Path directory, String name, Scale scale) {
    return new Task(
        kind, directory.toString(), scale.threads(), name, scale.files(), scale.fileBytes(), syncs);
  }

  private static Task large(Task.Kind kind, Path round, Scale scale) {
    String file = round.resolve("large").toString();
    return new Task(kind, file, 1, "", scale.largeMib(), Scale.BLOCK_BYTES, scale.sync());
  }

  private static Task synced(Task.Kind kind, Path directory, Scale scale) {
    return new Task(
        kind, directory.toString(), scale.threads(), "", scale.writes(), Scale.WRITE_BYTES, true);
  }

  private static Task directory(Task.Kind kind, Path round, Scale scale) {
    String directory = round.resolve("entries").toString();
    return new Task(kind, directory, scale.threads(), "e", scale.entries(), 0, false);
  }

  /** Deletes all that a round has made. */
  static Task cleanUp(Path round) {
    return new Task(Task.Kind.DELETE, round.toString(), 1, "", 1, 0, false);
  }
}

package io.quorate.store.benchmarks.duel;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is done and measured, in the order in which each round does it. Some use what others made.
 */
enum Work {
  CREATE_SYNC("create + write + fsync + close", "/s", 1),
  CREATE("create + write + close", "/s", 1),
  READ("open + read + close on another host", "/s", 2, CREATE),
  READ_AGAIN("the same again", "/s", 2, READ),
  READ_COLD("the same, nothing in memory", "/s", 2, READ),
  READ_PACED("open + read + close on a third host, at a fixed rate", "/s", 3, READ),
  CREATE_PACED("create + write + close, at a fixed rate", "/s", 1),
  RENAME("rename", "/s", 1, CREATE),
  STAT("stat on another host", "/s", 2, RENAME),
  STAT_AGAIN("the same again", "/s", 2, STAT),
  UNLINK("unlink", "/s", 1, RENAME),
  WRITE_LARGE("sequential write, 1 MiB each", "MiB/s", 1),
  READ_LARGE("sequential read on another host", "MiB/s", 2, WRITE_LARGE),
  READ_RANDOM("4 KiB random read on a third host", "/s", 3, WRITE_LARGE),
  READ_ALL("sequential read on all hosts", "MiB/s", 0, WRITE_LARGE),
  WRITE_RANDOM("4 KiB random write + fsync", "/s", 1),
  APPEND("4 KiB append + fsync", "/s", 1),
  CREATE_EMPTY("create + close in one directory", "/s", 1),
  LIST("ls -l of it on another host, entries", "/s", 2, CREATE_EMPTY),
  LIST_AGAIN("the same again", "/s", 2, LIST),
  UNPACK("untar of a source tree, files", "/s", 1),
  SITE("requests to an upload site on all hosts", "/s", 0),
  SITE_PACED("requests to an upload site on all hosts, at a fixed rate", "/s", 0, SITE);

  /** By what the rows of the same work differ. */
  enum Varies {
    NOT,
    WITH_SIZE_AND_THREADS,
    WITH_ENTRIES
  }

  private static final String SMALL = "f";

  private final String what;
  private final String unit;
  private final int host;
  private final List<Work> needs;

  /**
   * One.
   *
   * @param host that it is done on; 0 for all at once
   */
  Work(String what, String unit, int host, Work... needs) {
    this.what = what;
    this.unit = unit;
    this.host = host;
    this.needs = List.of(needs);
  }

  /** In words. */
  String what(Scale scale) {
    if (this == WRITE_LARGE && scale.sync()) {
      return what + ", fsync at the end";
    }
    if (this == READ_ALL && !scale.tmpfs()) {
      return what + ", nothing in memory";
    }
    return this == CREATE_PACED && scale.sync() ? what.replace("write", "write + fsync") : what;
  }

  String unit() {
    return unit;
  }

  /** The hosts that it is done on, at once. */
  List<Integer> hosts() {
    return host == 0 ? List.of(1, 2, 3, 4) : List.of(host);
  }

  Varies varies() {
    return switch (this) {
      case CREATE_SYNC, CREATE -> Varies.WITH_SIZE_AND_THREADS;
      case CREATE_EMPTY, LIST, LIST_AGAIN -> Varies.WITH_ENTRIES;
      default -> Varies.NOT;
    };
  }

  /** Whether what the kernel has in memory of any file is dropped before it. */
  boolean isCold() {
    return this == READ_COLD || this == READ_ALL;
  }

  /** What is done here at a fixed rate, done as fast as it goes; null if it is already. */
  @Nullable Work unpaced(Scale scale) {
    return switch (this) {
      case READ_PACED -> READ;
      case CREATE_PACED -> scale.sync() ? CREATE_SYNC : CREATE;
      case SITE_PACED -> SITE;
      default -> null;
    };
  }

  /** What {@code --work} and the JSON call it. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(Work::key).toList();
  }

  /** What is to be done before. */
  List<Work> needs(Scale scale) {
    return this == CREATE_PACED ? List.of(scale.sync() ? CREATE_SYNC : CREATE) : needs;
  }

  /** Without syncs nothing is done that is about them. */
  boolean isPossible(Scale scale) {
    return switch (this) {
      case CREATE_SYNC, WRITE_RANDOM, APPEND -> scale.sync();
      case READ_PACED, CREATE_PACED, SITE_PACED -> scale.pacedSeconds() > 0;
      case READ_COLD -> !scale.tmpfs();
      case UNPACK -> scale.archive() != null;
      default -> true;
    };
  }

  /** What a load generator is told for a row of this. */
  Task task(Row row, Path round, Scale scale) {
    return switch (this) {
      case CREATE_SYNC -> small(Task.Kind.CREATE, round.resolve(row.key()), SMALL, row, scale);
      case CREATE, READ, READ_AGAIN, READ_COLD, READ_PACED, RENAME ->
          small(kind(), plain(row, round, scale), SMALL, row, scale);
      case STAT, STAT_AGAIN, UNLINK ->
          small(kind(), plain(row, round, scale), Task.RENAMED, row, scale);
      case CREATE_PACED -> small(Task.Kind.CREATE, round.resolve(key()), SMALL, row, scale);
      case WRITE_LARGE, READ_LARGE -> large(kind(), round, scale);
      case READ_ALL -> large(Task.Kind.READ_LARGE, round, scale);
      case READ_RANDOM -> randomRead(row, round, scale);
      case WRITE_RANDOM, APPEND -> synced(kind(), round.resolve(key()), row, scale);
      case CREATE_EMPTY, LIST, LIST_AGAIN -> directory(kind(), round, row);
      case UNPACK -> unpack(round, scale);
      case SITE, SITE_PACED -> site(round, scale);
    };
  }

  private Task.Kind kind() {
    return switch (this) {
      case READ_AGAIN, READ_COLD, READ_PACED -> Task.Kind.READ;
      case STAT_AGAIN -> Task.Kind.STAT;
      case LIST_AGAIN -> Task.Kind.LIST;
      default -> Task.Kind.valueOf(name());
    };
  }

  /** Where the small files are that are not fsynced. */
  private static Path plain(Row row, Path round, Scale scale) {
    return round.resolve(row.isFirst(scale) ? "plain" : row.key());
  }

  /** How much it writes, of one copy. */
  long bytes(Row row, Scale scale) {
    return switch (this) {
      case CREATE_SYNC, CREATE, CREATE_PACED -> (long) scale.files(row.bytes()) * row.bytes();
      case WRITE_LARGE -> (long) scale.largeMib() << 20;
      case WRITE_RANDOM -> (long) row.threads() * SyncedWriteOperations.FILE_BYTES;
      case APPEND -> (long) scale.writes() * Scale.WRITE_BYTES;
      case SITE -> (long) (scale.siteFiles() + scale.files()) * SiteOperations.MEAN_BYTES;
      default -> 0;
    };
  }

  private Task small(Task.Kind kind, Path directory, String name, Row row, Scale scale) {
    boolean sync = this == CREATE_SYNC || (this == CREATE_PACED && scale.sync());
    int files = scale.files(row.bytes());
    return Task.of(kind, directory.toString(), row.threads(), name, files, row.bytes(), sync);
  }

  private static Task large(Task.Kind kind, Path round, Scale scale) {
    String file = round.resolve("large").toString();
    return Task.of(kind, file, 1, "", scale.largeMib(), Scale.BLOCK_BYTES, scale.sync());
  }

  private static Task randomRead(Row row, Path round, Scale scale) {
    String file = round.resolve("large").toString();
    int threads = row.threads();
    int reads = scale.writes();
    return Task.of(Task.Kind.READ_RANDOM, file, threads, "", reads, Scale.WRITE_BYTES, false);
  }

  private static Task synced(Task.Kind kind, Path directory, Row row, Scale scale) {
    String path = directory.toString();
    return Task.of(kind, path, row.threads(), "", scale.writes(), Scale.WRITE_BYTES, true);
  }

  private static Task directory(Task.Kind kind, Path round, Row row) {
    String directory = round.resolve("entries-" + row.entries()).toString();
    return Task.of(kind, directory, row.threads(), "e", row.entries(), 0, false);
  }

  private static Task unpack(Path round, Scale scale) {
    Scale.Archive archive = scale.archive();
    if (archive == null) {
      throw new IllegalStateException("there is nothing to unpack");
    }
    String into = round.resolve("tree").toString();
    return Task.of(Task.Kind.UNPACK, into, 1, archive.file(), archive.files(), 0, false);
  }

  /** Each host has a share of the threads and of the requests. */
  private Task site(Path round, Scale scale) {
    int threads = Math.max(1, scale.threads().getFirst() / hosts().size());
    int requests = Math.max(threads, scale.files() / hosts().size());
    String path = round.resolve("site").toString();
    return Task.of(Task.Kind.SITE, path, threads, key(), requests, 0, scale.sync())
        .among(scale.siteFiles());
  }

  /** Deletes all that a round has made. */
  static Task cleanUp(Path round) {
    return Task.of(Task.Kind.DELETE, round.toString(), 1, "", 1, 0, false);
  }
}

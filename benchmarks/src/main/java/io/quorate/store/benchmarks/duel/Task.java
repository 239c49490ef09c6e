package io.quorate.store.benchmarks.duel;

import java.util.List;

/**
 * What a {@link LoadGenerator} is to do. Small files are named by their number, and are spread over
 * a directory for each thread.
 *
 * @param path the directory, or the one file, that it is done to
 * @param threads how many at once, where that applies
 * @param name the first letter of small files, or what else has to be told apart
 * @param count how many operations; of large files the number of blocks
 * @param bytes of a small file, or of one read or write
 * @param sync whether what is written is fsynced: small files each, a large one at its end
 * @param host that it is done on
 * @param files that there are before, where that applies
 * @param perSecond the rate at which operations are to begin; 0 if each begins when the one before
 *     it, of the same thread, has ended
 */
record Task(
    Kind kind,
    String path,
    int threads,
    String name,
    int count,
    int bytes,
    boolean sync,
    int host,
    int files,
    double perSecond) {

  /** The kinds of operations. */
  enum Kind {
    /** Creates small files, writes them whole and closes them. */
    CREATE,
    /** Opens small files, reads them whole, compares what they hold, and closes them. */
    READ,
    /** Looks up size and times of small files. */
    STAT,
    /** Gives small files the first letter {@link #RENAMED}. */
    RENAME,
    /** Deletes small files. */
    UNLINK,
    /** Writes one file from its beginning to its end. */
    WRITE_LARGE,
    /** Reads one file from its beginning to its end, and compares what it holds. */
    READ_LARGE,
    /** Reads at random places of one file, and compares what they hold. */
    READ_RANDOM,
    /** Each thread writes at random places of a file of its own, with an fsync after each write. */
    WRITE_RANDOM,
    /** Each thread appends to a file of its own, with an fsync after each write. */
    APPEND,
    /** Creates empty files, all in one directory. */
    CREATE_EMPTY,
    /** Runs {@code ls -l} on a directory. */
    LIST,
    /** Unpacks an archive, whose file is the {@code name}, into a directory. */
    UNPACK,
    /** Mostly reads files of many sizes, and stores some ({@link SiteOperations}). */
    SITE,
    /** Deletes a directory with everything in it, if it is there. */
    DELETE
  }

  /** What small files begin with after {@link Kind#RENAME}. */
  static final String RENAMED = "r";

  private static final String SEPARATOR = "\t";

  /** One that is done as fast as it is answered, on host 1. */
  static Task of(
      Kind kind, String path, int threads, String name, int count, int bytes, boolean sync) {
    return new Task(kind, path, threads, name, count, bytes, sync, 1, 0, 0);
  }

  Task on(int number) {
    return new Task(kind, path, threads, name, count, bytes, sync, number, files, perSecond);
  }

  Task among(int number) {
    return new Task(kind, path, threads, name, count, bytes, sync, host, number, perSecond);
  }

  /** The same at a fixed rate, for so many operations. */
  Task paced(double rate, int operations) {
    return new Task(kind, path, threads, name, operations, bytes, sync, host, files, rate);
  }

  /** One line, for {@link #parse}. */
  String line() {
    return String.join(
        SEPARATOR,
        List.of(
            kind.name(),
            path,
            Integer.toString(threads),
            name,
            Integer.toString(count),
            Integer.toString(bytes),
            Boolean.toString(sync),
            Integer.toString(host),
            Integer.toString(files),
            Double.toString(perSecond)));
  }

  static Task parse(String line) {
    String[] words = line.split(SEPARATOR, -1);
    return new Task(
        Kind.valueOf(words[0]),
        words[1],
        Integer.parseInt(words[2]),
        words[3],
        Integer.parseInt(words[4]),
        Integer.parseInt(words[5]),
        Boolean.parseBoolean(words[6]),
        Integer.parseInt(words[7]),
        Integer.parseInt(words[8]),
        Double.parseDouble(words[9]));
  }
}

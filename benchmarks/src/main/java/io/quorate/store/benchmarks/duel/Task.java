package io.quorate.store.benchmarks.duel;

import java.util.List;

/**
 * What a {@link LoadGenerator} is to do. Small files are named by their number, and are spread over
 * a directory for each thread.
 *
 * @param path the directory, or the one file, that it is done to
 * @param threads how many at once, where that applies
 * @param name the first letter of small files
 * @param count how many operations; of large files the number of blocks
 * @param bytes of a small file, or of one write
 * @param sync whether what is written is fsynced: small files each, a large one at its end
 */
record Task(Kind kind, String path, int threads, String name, int count, int bytes, boolean sync) {

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
    /** Deletes a directory with everything in it, if it is there. */
    DELETE
  }

  /** What small files begin with after {@link Kind#RENAME}. */
  static final String RENAMED = "r";

  private static final String SEPARATOR = "\t";

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
            Boolean.toString(sync)));
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
        Boolean.parseBoolean(words[6]));
  }
}

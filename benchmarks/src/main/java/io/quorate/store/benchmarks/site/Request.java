package io.quorate.store.benchmarks.site;

import java.util.Locale;

/**
 * A request of a visitor, with the one retry that it may have had.
 *
 * @param dueNanos when it was to begin
 * @param endNanos when its answer was complete, or given up
 * @param bytes of content that went either way
 * @param why what was wrong the first time, in a word or more; empty if nothing
 */
record Request(Kind kind, Outcome outcome, long dueNanos, long endNanos, long bytes, String why) {
  /** What was asked for. */
  enum Kind {
    NEWEST("page: newest"),
    DETAIL("page: one upload"),
    DOWNLOAD("download"),
    UPLOAD("upload"),
    DELETE("delete"),
    LARGE_UPLOAD("upload, 200 MiB"),
    LARGE_DOWNLOAD("download, 200 MiB"),
    LOGIN("login");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** How it ended. */
  enum Outcome {
    /** The first answer was right. */
    ANSWERED,
    /** There was none, and the second was right. */
    RETRIED,
    /** There was none, twice. */
    FAILED,
    /** It was wrong, as with other content than was uploaded. */
    WRONG;

    boolean isGood() {
      return this == ANSWERED || this == RETRIED;
    }
  }

  long nanos() {
    return endNanos - dueNanos;
  }

  String line() {
    return String.format(
        Locale.ROOT, "%s %s %d %d %d %s", kind, outcome, dueNanos, endNanos, bytes, why);
  }

  static Request parse(String line) {
    String[] words = line.split(" ", 6);
    return new Request(
        Kind.valueOf(words[0]),
        Outcome.valueOf(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        words[5]);
  }
}

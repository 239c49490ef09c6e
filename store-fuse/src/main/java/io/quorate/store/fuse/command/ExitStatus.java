package io.quorate.store.fuse.command;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the command's exit status says. */
final class ExitStatus {
  /** Everything that was asked for was done; for {@code status}: the cluster is healthy. */
  static final int DONE = 0;

  /** Something failed or, for {@code status} and {@code demo}, is not as it should be. */
  static final int FAILED = 1;

  /** Wrong usage, no configuration, or no cluster that answers: nothing was attempted. */
  static final int NOT_STARTED = 2;

  /** A write was sent and never answered: look before repeating it. */
  static final int UNKNOWN = 3;

  /** Standard output was closed by its reader; as of a program that SIGPIPE ends. */
  static final int READER_GONE = 141;

  private ExitStatus() {}

  /** The list as {@code --help} prints it. */
  static Map<String, String> descriptions() {
    Map<String, String> list = new LinkedHashMap<>();
    list.put("0", "done");
    list.put("1", "failed; standard error says what, a line each");
    list.put("2", "wrong usage, or no cluster that answers; nothing was done");
    list.put("3", "a write was sent but not answered: it may or may not have happened");
    list.put("141", "the reader of standard output went away");
    return list;
  }
}

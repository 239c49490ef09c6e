package io.quorate.store.file;

import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;

/**
 * How a file is opened.
 *
 * @param write for reading and writing; otherwise for reading only
 * @param create what to do about a missing or existing file
 * @param truncate empties it, as an unpublished change: others see it with the first publish
 * @param permissions of a file that is created
 */
public record OpenMode(boolean write, Create create, boolean truncate, int permissions) {

  /** Whether opening makes the file. */
  public enum Create {
    /** It must exist. */
    NEVER,
    /** It is made if it does not exist. */
    IF_ABSENT,
    /** The same by who knows that it was absent a moment ago: not asked again before. */
    LIKELY_ABSENT,
    /** It must not exist: EXISTS otherwise, decided where all commands are ordered. */
    EXCLUSIVE
  }

  public static final OpenMode READ = new OpenMode(false, Create.NEVER, false, 0);
  public static final OpenMode WRITE = new OpenMode(true, Create.NEVER, false, 0);

  public static OpenMode create(Create create, boolean truncate, int permissions) {
    return new OpenMode(true, create, truncate, permissions);
  }

  /** Whether the command that makes it is the first that is asked for. */
  boolean isMadeUnasked() {
    return create == Create.EXCLUSIVE || create == Create.LIKELY_ABSENT;
  }

  /** Makes the file, or finds it. */
  Command.Create command(At at, Caller owner) {
    return new Command.Create(at, permissions, owner, create == Create.EXCLUSIVE);
  }
}

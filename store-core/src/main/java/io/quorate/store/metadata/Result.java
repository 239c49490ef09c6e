package io.quorate.store.metadata;

/** What applying a command answered. Kept per session until the client has it. */
public sealed interface Result {

  /** Refused; {@code detail} says what was wrong, for a person. */
  record Failed(ErrorCode code, String detail) implements Result {}

  /** Done, nothing to tell. */
  record Done() implements Result {}

  /** A session was opened. */
  record Opened(long session) implements Result {}

  /** The inode as it is after the command; {@code created} says whether the command made it. */
  record Node(Attributes attributes, boolean created) implements Result {}

  /** A publish: where its append landed (−1 without one), and the inode after it. */
  record Published(Attributes attributes, long appendOffset) implements Result {}

  /** A copied range: the target after it, and how many bytes were copied. */
  record Copied(Attributes attributes, long copiedBytes) implements Result {}

  /** The lock that is in the way. */
  record LockConflict(long session, long owner, Command.LockType type, long startByte, long endByte)
      implements Result {}
}

package io.quorate.store.log;

/** What a log entry carries. The code is what is stored and sent. */
public enum EntryKind {
  /**
   * Nothing to apply. A new leader's first entry, which lets it commit what came before, and one
   * after each committed membership. The body is the commit index that the leader knew, 8 bytes
   * big-endian.
   */
  NO_OP(0),
  /** A session's command for the metadata. */
  COMMAND(1),
  /** A new {@link Membership}. */
  MEMBERSHIP(2);

  private final int code;

  EntryKind(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }

  /** The kind with that code; throws IllegalArgumentException for an unknown one. */
  public static EntryKind ofCode(int code) {
    for (EntryKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException("unknown entry kind " + code);
  }
}

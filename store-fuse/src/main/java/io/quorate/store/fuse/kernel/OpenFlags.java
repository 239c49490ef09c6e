package io.quorate.store.fuse.kernel;

/** Flags of open(2) as requests carry them, and those that the reply to an open has: FOPEN_.... */
public final class OpenFlags {
  public static final int ACCESS_MODE = 3;
  public static final int WRITE_ONLY = 1;
  public static final int READ_WRITE = 2;
  public static final int EXCLUSIVE = 0200;
  public static final int TRUNCATE = 01000;
  public static final int APPEND = 02000;

  /** O_DSYNC; O_SYNC has it as well. */
  public static final int DATA_SYNC = 010000;

  /** Of the reply: what the page cache has of the file stays. */
  public static final int KEEP_CACHE = 1 << 1;

  private OpenFlags() {}
}

package io.quorate.store.fuse.kernel;

/** Bits of {@link Request.SetAttributes}: FATTR_... of the kernel. */
public final class Attribute {
  public static final int MODE = 1;
  public static final int UID = 1 << 1;
  public static final int GID = 1 << 2;
  public static final int SIZE = 1 << 3;
  public static final int ATIME = 1 << 4;
  public static final int MTIME = 1 << 5;
  public static final int HANDLE = 1 << 6;
  public static final int ATIME_NOW = 1 << 7;
  public static final int MTIME_NOW = 1 << 8;

  /** setuid and setgid go. */
  public static final int KILL_PRIVILEGES = 1 << 11;

  private Attribute() {}
}

package io.quorate.store.fuse.kernel;

/** What kernel and file system can do: FUSE_... flags of INIT, each bit of both halves. */
public final class InitFlags {
  public static final long ASYNC_READ = 1;
  public static final long POSIX_LOCKS = 1 << 1;
  public static final long ATOMIC_O_TRUNC = 1 << 3;
  public static final long EXPORT_SUPPORT = 1 << 4;
  public static final long BIG_WRITES = 1 << 5;
  public static final long DONT_MASK = 1 << 6;
  public static final long FLOCK_LOCKS = 1 << 10;
  public static final long AUTO_INVAL_DATA = 1 << 12;
  public static final long DO_READDIRPLUS = 1 << 13;
  public static final long READDIRPLUS_AUTO = 1 << 14;
  public static final long ASYNC_DIO = 1 << 15;
  public static final long PARALLEL_DIROPS = 1 << 18;
  public static final long POSIX_ACL = 1 << 20;
  public static final long MAX_PAGES = 1 << 22;
  public static final long HANDLE_KILLPRIV_V2 = 1 << 28;
  public static final long SETXATTR_EXT = 1 << 29;
  public static final long INIT_EXT = 1 << 30;
  public static final long HAS_EXPIRE_ONLY = 1L << 35;

  private InitFlags() {}
}

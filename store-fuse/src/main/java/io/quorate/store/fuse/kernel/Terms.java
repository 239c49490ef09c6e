package io.quorate.store.fuse.kernel;

/**
 * What both sides agree on when a mount begins.
 *
 * @param flags of {@link InitFlags}
 * @param maxWriteBytes longest write, a power of two
 * @param maxPages pages of a request, of 4 KiB
 * @param maxBackground requests that the kernel sends ahead of anybody who waits
 */
public record Terms(
    int major,
    int minor,
    int maxReadahead,
    long flags,
    int maxWriteBytes,
    int maxPages,
    int maxBackground) {
  /** The version that is spoken here: that of Linux 6.18. */
  public static final int MAJOR = 7;

  public static final int MINOR = 45;

  /** The oldest that has what is needed: copy_file_range, 1 MiB requests; Linux 4.20. */
  public static final int OLDEST_MINOR = 28;
}

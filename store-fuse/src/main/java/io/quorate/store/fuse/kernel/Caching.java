package io.quorate.store.fuse.kernel;

/**
 * For how long the kernel may rely on names and attributes without asking, if it does not hear
 * before that they have changed.
 *
 * @param entryNanos names
 * @param attributeNanos attributes
 */
public record Caching(long entryNanos, long attributeNanos) {
  private static final long SECOND = 1_000_000_000L;

  /** It asks each time: what other peers do shows at once. */
  public static final Caching NONE = new Caching(0, 0);

  /** Whether it may rely on anything without asking. */
  public boolean isAny() {
    return entryNanos > 0 || attributeNanos > 0;
  }

  long entrySeconds() {
    return entryNanos / SECOND;
  }

  int entryNanosOfSecond() {
    return (int) (entryNanos % SECOND);
  }

  long attributeSeconds() {
    return attributeNanos / SECOND;
  }

  int attributeNanosOfSecond() {
    return (int) (attributeNanos % SECOND);
  }
}

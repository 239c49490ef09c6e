package io.quorate.store.fuse.kernel;

/**
 * For how long the kernel may rely on names and attributes without asking.
 *
 * @param entryNanos names
 * @param attributeNanos attributes
 */
public record Caching(long entryNanos, long attributeNanos) {
  private static final long SECOND = 1_000_000_000L;

  /** It asks each time: what other peers do shows at once. */
  public static final Caching NONE = new Caching(0, 0);

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

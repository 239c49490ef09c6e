package io.quorate.store.peer;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How much is missing beyond what {@link Healing} has listed. Its list is bounded, and while it is
 * full the walk over all live chunks runs ahead of it and only counts, so that people are told how
 * much is left. Kept by page, so that what the walk lists later is taken off again. Not
 * thread-safe.
 */
final class Unlisted {
  private record Page(long chunks, long bytes) {}

  private final TreeMap<ChunkId, Page> pages = new TreeMap<>();
  private @Nullable ChunkId countedTo;
  private boolean whole;
  private long chunks;
  private long bytes;

  /** Another walk begins. */
  void clear() {
    pages.clear();
    countedTo = null;
    whole = false;
    chunks = 0;
    bytes = 0;
  }

  /** Whether all that there is has been counted or listed. */
  boolean isWhole() {
    return whole;
  }

  /** After which chunk to count on, where the list has come to {@code listedTo}. */
  @Nullable ChunkId countedTo(@Nullable ChunkId listedTo) {
    return countedTo == null || (listedTo != null && listedTo.compareTo(countedTo) > 0)
        ? listedTo
        : countedTo;
  }

  /**
   * Counts a page of chunks.
   *
   * @param missing those of it that are missing and not listed
   * @param last the page's last chunk; null if it was empty
   * @param end whether nothing comes after it
   */
  void count(List<ChunkRef> missing, @Nullable ChunkId last, boolean end) {
    whole = end;
    if (last != null) {
      countedTo = last;
      if (!missing.isEmpty()) {
        Page page =
            new Page(missing.size(), missing.stream().mapToLong(ChunkRef::lengthBytes).sum());
        pages.put(last, page);
        chunks += page.chunks;
        bytes += page.bytes;
      }
    }
  }

  /** The list has everything up to this chunk. */
  void listed(ChunkId through) {
    while (!pages.isEmpty() && pages.firstKey().compareTo(through) <= 0) {
      Page page = pages.pollFirstEntry().getValue();
      chunks -= page.chunks;
      bytes -= page.bytes;
    }
  }

  long chunks() {
    return chunks;
  }

  long bytes() {
    return bytes;
  }
}

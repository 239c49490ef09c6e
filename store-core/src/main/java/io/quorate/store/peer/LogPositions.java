package io.quorate.store.peer;

import io.quorate.store.journal.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the entries of a log lie in the journal: 12 bytes for each, in pages, since a log may have
 * millions. Pages come and go at its ends; nothing is ever copied as it grows.
 *
 * <p>A place is one long (segment number in the upper 33 bits, offset in the lower 31) and one int
 * (the length). Not thread-safe.
 */
final class LogPositions {
  static final int PAGE_ENTRIES = 1024;
  private static final int OFFSET_BITS = 31;

  private static final class Page {
    final long[] places = new long[PAGE_ENTRIES];
    final int[] lengths = new int[PAGE_ENTRIES];
  }

  private final List<Page> pages = new ArrayList<>();

  /** Entry i lies in page i / PAGE_ENTRIES; this is the number of the first one kept. */
  private long firstPage;

  private long startIndex;
  private long lastIndex;

  /** Of an empty log that begins after {@code startIndex}. */
  LogPositions(long startIndex) {
    this.startIndex = startIndex;
    this.lastIndex = startIndex;
    this.firstPage = page(startIndex + 1);
  }

  private static long page(long index) {
    return index / PAGE_ENTRIES;
  }

  private static int slot(long index) {
    return (int) (index % PAGE_ENTRIES);
  }

  /** The index before the first entry. */
  long startIndex() {
    return startIndex;
  }

  /** Index of the last entry; {@link #startIndex} if there is none. */
  long lastIndex() {
    return lastIndex;
  }

  /** Pages in memory, for tests. */
  int pages() {
    return pages.size();
  }

  boolean holds(long index) {
    return index > startIndex && index <= lastIndex;
  }

  /**
   * Entry {@code index} lies at {@code position}; those after it are superseded.
   *
   * @throws IllegalStateException if it leaves a gap or lies before the log's start
   */
  void put(long index, Position position) {
    if (index <= startIndex || index > lastIndex + 1) {
      throw new IllegalStateException(
          "entry " + index + " does not belong into a log of " + startIndex + " to " + lastIndex);
    }
    if (position.segment() >>> (Long.SIZE - OFFSET_BITS) != 0 || position.offsetBytes() < 0) {
      throw new IllegalStateException("no segment of a journal has " + position);
    }
    int page = (int) (page(index) - firstPage);
    if (page == pages.size()) {
      pages.add(new Page());
    }
    pages.subList(page + 1, pages.size()).clear();
    pages.get(page).places[slot(index)] =
        position.segment() << OFFSET_BITS | position.offsetBytes();
    pages.get(page).lengths[slot(index)] = position.lengthBytes();
    lastIndex = index;
  }

  /** Drops the entries at or after {@code index}, as far as they are in the log. */
  void truncateFrom(long index) {
    if (index <= lastIndex) {
      lastIndex = Math.max(startIndex, index - 1);
      int kept = lastIndex == startIndex ? 0 : (int) (page(lastIndex) - firstPage) + 1;
      pages.subList(kept, pages.size()).clear();
    }
  }

  /** Drops the entries up to {@code index}: the log begins after it. */
  void dropThrough(long index) {
    if (index > lastIndex) {
      throw new IllegalStateException("the log can not begin after " + index + ": " + lastIndex);
    }
    if (index > startIndex) {
      startIndex = index;
      int passed = index == lastIndex ? pages.size() : (int) (page(index + 1) - firstPage);
      pages.subList(0, passed).clear();
      firstPage = page(index + 1);
    }
  }

  /**
   * Where entry {@code index} lies.
   *
   * @throws IllegalStateException if the log does not hold it
   */
  Position get(long index) {
    if (!holds(index)) {
      throw new IllegalStateException(
          "entry " + index + " is not in the log of " + startIndex + " to " + lastIndex);
    }
    Page page = pages.get((int) (page(index) - firstPage));
    long place = page.places[slot(index)];
    return new Position(
        place >>> OFFSET_BITS, (int) (place & Integer.MAX_VALUE), page.lengths[slot(index)]);
  }
}

package io.quorate.store.consensus;

import io.quorate.store.log.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest entries of the log, in one piece, bounded in bytes. A ring that grows by doubling. */
final class EntryCache {
  private @Nullable Entry[] ring = new @Nullable Entry[64];
  private long first;
  private long end;
  private long bytes;

  /** An empty cache; the next entry is {@code nextIndex}. */
  EntryCache(long nextIndex) {
    this.first = nextIndex;
    this.end = nextIndex;
  }

  /** Lowest index held; the next one to come if nothing is. */
  long firstIndex() {
    return first;
  }

  long bytes() {
    return bytes;
  }

  void append(Entry entry) {
    if (entry.index() != end) {
      throw new IllegalStateException("cache expects entry " + end + ", not " + entry);
    }
    if (end - first == ring.length) {
      grow();
    }
    ring[slot(end)] = entry;
    end++;
    bytes += entry.weightBytes();
  }

  @Nullable Entry get(long index) {
    return index >= first && index < end ? ring[slot(index)] : null;
  }

  /** Drops the entries at or above {@code index}. */
  void truncateFrom(long index) {
    while (end > first && end > index) {
      drop(end - 1);
      end--;
    }
    if (end > index) {
      // All that was held is gone, and more: the next entry is the one that supersedes.
      first = index;
      end = index;
    }
  }

  /**
   * Drops the oldest entries at or below {@code highest} while there are more bytes than allowed.
   */
  void evict(long allowedBytes, long highest) {
    while (bytes > allowedBytes && first < end && first <= highest) {
      drop(first);
      first++;
    }
  }

  /** Entries from {@code from} on that weigh at most {@code maxBytes}, but at least one. */
  List<Entry> slice(long from, long maxBytes) {
    List<Entry> slice = new ArrayList<>();
    long left = maxBytes;
    for (long index = from; index < end; index++) {
      Entry entry = held(index);
      left -= entry.weightBytes();
      if (left < 0 && !slice.isEmpty()) {
        break;
      }
      slice.add(entry);
    }
    return List.copyOf(slice);
  }

  private Entry held(long index) {
    Entry entry = get(index);
    if (entry == null) {
      throw new IllegalStateException(
          "entry " + index + " is not in the cache of " + first + " to " + (end - 1));
    }
    return entry;
  }

  private void drop(long index) {
    bytes -= held(index).weightBytes();
    ring[slot(index)] = null;
  }

  private int slot(long index) {
    return (int) (index & (ring.length - 1));
  }

  private void grow() {
    @Nullable Entry[] old = ring;
    ring = new @Nullable Entry[2 * old.length];
    for (long index = first; index < end; index++) {
      ring[slot(index)] = old[(int) (index & (old.length - 1))];
    }
  }
}

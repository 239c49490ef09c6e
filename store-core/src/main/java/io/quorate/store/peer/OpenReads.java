package io.quorate.store.peer;

import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The reads of content that are under way. Each looks up in the metadata which chunks it needs, and
 * then reads them; what it has looked up must stay until it has ended.
 */
final class OpenReads {
  private final AtomicLong last = new AtomicLong();
  private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();

  /** Begins a read, which looks at the metadata only after this; returns its name. */
  long begin() {
    long read = last.incrementAndGet();
    open.add(read);
    return read;
  }

  void end(long read) {
    open.remove(read);
  }

  /** Names all reads that may have looked at the metadata by now. */
  long mark() {
    return last.get();
  }

  /** Whether all of them have ended. */
  boolean haveEnded(long mark) {
    return open.headSet(mark, true).isEmpty();
  }
}

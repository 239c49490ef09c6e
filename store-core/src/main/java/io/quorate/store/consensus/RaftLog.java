package io.quorate.store.consensus;

import io.quorate.store.log.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This peer's log: the term of every entry, and the entries themselves as far as they fit in
 * memory. What has not reached the disk yet is always in memory, since it can not be read from
 * anywhere else.
 */
final class RaftLog {
  private TermRuns terms;
  private EntryCache cache;
  private final long cacheBytes;
  private long lastStampNanos;

  RaftLog(Restored restored, long cacheBytes) {
    this.terms = restored.terms.copy();
    this.cache = new EntryCache(terms.lastIndex() + 1);
    this.cacheBytes = cacheBytes;
    this.lastStampNanos = restored.lastStampNanos;
  }

  /** Everything at or below this is committed and no longer in the log. */
  long startIndex() {
    return terms.startIndex();
  }

  long lastIndex() {
    return terms.lastIndex();
  }

  long lastTerm() {
    return terms.lastTerm();
  }

  /** Highest stamp ever appended here; stamps rise even across a truncation. */
  long lastStampNanos() {
    return lastStampNanos;
  }

  long termAt(long index) {
    return terms.termAt(index);
  }

  /** Whether the log holds the entry (index, term). */
  boolean matches(long index, long term) {
    return index >= terms.startIndex() && index <= terms.lastIndex() && terms.termAt(index) == term;
  }

  /** Whether a log that ends in (otherIndex, otherTerm) is at least as up to date as this one. */
  boolean isUpToDate(long otherIndex, long otherTerm) {
    return otherTerm != lastTerm() ? otherTerm > lastTerm() : otherIndex >= lastIndex();
  }

  /** Whether a log that ends in (otherIndex, otherTerm) is more up to date than this one. */
  boolean isBehind(long otherIndex, long otherTerm) {
    return otherTerm != lastTerm() ? otherTerm > lastTerm() : otherIndex > lastIndex();
  }

  /**
   * Where the logs may still agree, given that the leader's entry at {@code prevIndex} has {@code
   * prevTerm} and ours does not: none of ours in a later term can be the leader's.
   */
  long backOffHint(long prevIndex, long prevTerm) {
    return terms.lastAtOrBelowTerm(prevIndex - 1, prevTerm);
  }

  void append(Entry entry) {
    terms.append(entry.index(), entry.term());
    cache.append(entry);
    lastStampNanos = Math.max(lastStampNanos, entry.stampNanos());
  }

  void truncateFrom(long index) {
    terms.truncateFrom(index);
    cache.truncateFrom(index);
  }

  /** Everything up to {@code index} is applied for good; it need not be told to anybody. */
  void dropThrough(long index) {
    terms.dropThrough(index);
  }

  /** Begins anew after a committed entry. */
  void install(long index, long term, long stampNanos) {
    terms = new TermRuns(index, term);
    cache = new EntryCache(index + 1);
    lastStampNanos = Math.max(lastStampNanos, stampNanos);
  }

  /** Lowest index in memory; {@code lastIndex() + 1} if none is. */
  long firstCached() {
    return cache.firstIndex();
  }

  @Nullable Entry cached(long index) {
    return cache.get(index);
  }

  /** Entries from {@code from} on, of at most {@code maxBytes} but at least one, from memory. */
  List<Entry> slice(long from, long maxBytes) {
    return cache.slice(from, maxBytes);
  }

  /** Forgets the oldest bodies beyond the bound, of those that are durable. */
  void evict(long durableIndex) {
    cache.evict(cacheBytes, durableIndex);
  }
}

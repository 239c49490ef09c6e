package io.quorate.store.table;

import org.jspecify.annotations.Nullable;

/**
 * A database of ordered tables. Any thread may read; writes come from one thread at a time. After
 * {@link #close} every call throws IllegalStateException.
 *
 * <p>Writes are visible at once and durable after the next flush, which the storage also does by
 * itself every so many bytes. A flush covers all tables up to one moment: after a crash the tables
 * are exactly what they were after some batch, never between.
 */
public interface OrderedTables extends TableReader, AutoCloseable {

  /** A view of the present moment that later writes do not change. */
  Snapshot snapshot();

  /** Applies {@code batch} atomically. */
  void write(TableBatch batch);

  /** Makes everything written so far durable. */
  void flush();

  /** Value of {@code key} as a crash right now would leave it at least: as of the last flush. */
  byte @Nullable [] getFlushed(Table table, byte[] key);

  /** About how many rows {@code table} has. */
  long estimateRows(Table table);

  /** About how many bytes the database takes on disk and in memory. */
  long estimateBytes();

  /**
   * Ends use of the database, after every snapshot and cursor in use has been closed. Does not
   * flush: without a {@link #flush} before, this is a crash.
   */
  @Override
  void close();

  /** A consistent view. Any thread may read it; must be closed. */
  interface Snapshot extends TableReader, AutoCloseable {
    @Override
    void close();
  }
}

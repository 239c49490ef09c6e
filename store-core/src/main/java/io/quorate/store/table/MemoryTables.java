package io.quorate.store.table;

import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The in-memory twin of {@link RocksTables}: same behaviour, deterministic, and it can crash.
 * RocksDB flushes when it sees fit; here {@code flushAfterWrite} decides, after each batch, so that
 * a simulation may draw it from its seed. {@link #revertToLastFlush} is the crash.
 */
public final class MemoryTables implements OrderedTables {
  private final int tables;
  private final BooleanSupplier flushAfterWrite;
  private final Runnable onFlush;
  private volatile PersistentMap @Nullable [] current;
  private volatile PersistentMap[] flushed;

  /** An empty database that flushes only when told. */
  public MemoryTables(Table[] tables) {
    this(tables, () -> false);
  }

  /**
   * An empty database.
   *
   * @param flushAfterWrite asked after each batch; true flushes everything up to and with it
   */
  public MemoryTables(Table[] tables, BooleanSupplier flushAfterWrite) {
    this(tables, flushAfterWrite, () -> {});
  }

  /**
   * An empty database.
   *
   * @param onFlush told after each flush that was asked for
   */
  public MemoryTables(Table[] tables, BooleanSupplier flushAfterWrite, Runnable onFlush) {
    this(empty(tables.length), flushAfterWrite, onFlush);
  }

  private MemoryTables(PersistentMap[] content, BooleanSupplier flushAfterWrite, Runnable onFlush) {
    this.tables = content.length;
    this.current = content;
    this.flushed = content;
    this.flushAfterWrite = flushAfterWrite;
    this.onFlush = onFlush;
  }

  private static PersistentMap[] empty(int count) {
    PersistentMap[] content = new PersistentMap[count];
    Arrays.fill(content, PersistentMap.EMPTY);
    return content;
  }

  /**
   * Crashes: this object is closed, and the one that is answered holds what the last flush saved.
   *
   * @return the database as the next start of the process finds it
   */
  public MemoryTables revertToLastFlush() {
    current = null;
    return new MemoryTables(flushed, flushAfterWrite, onFlush);
  }

  /** Other tables of the same kind, which hold those rows, flushed. */
  MemoryTables holding(TableBatch rows) {
    MemoryTables other = new MemoryTables(empty(tables), flushAfterWrite, onFlush);
    other.write(rows);
    other.flushed = other.content();
    return other;
  }

  /** The same tables, open, if they were closed: as a crash leaves them; else this object. */
  MemoryTables reopened() {
    return current == null ? new MemoryTables(flushed, flushAfterWrite, onFlush) : this;
  }

  /** A copy as the last flush left it; this object goes on. */
  public MemoryTables copyOfLastFlush() {
    return new MemoryTables(flushed, flushAfterWrite, onFlush);
  }

  private PersistentMap[] content() {
    PersistentMap[] content = current;
    if (content == null) {
      throw new IllegalStateException("the tables are closed");
    }
    return content;
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    return content()[table.ordinal()].get(key);
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    return content()[table.ordinal()].scan(from, to);
  }

  @Override
  public @Nullable Row last(Table table, byte[] lowest, byte[] highest) {
    return last(content()[table.ordinal()], lowest, highest);
  }

  private static @Nullable Row last(PersistentMap map, byte[] lowest, byte[] highest) {
    Row row = map.floor(highest);
    return row == null || Arrays.compareUnsigned(row.key(), lowest) < 0 ? null : row;
  }

  @Override
  public Snapshot snapshot() {
    return new MemorySnapshot(content());
  }

  @Override
  public void write(TableBatch batch) {
    PersistentMap[] next = content().clone();
    for (TableBatch.Change change : batch.changes()) {
      int table = change.table().ordinal();
      byte[] value = change.value();
      next[table] =
          value == null ? next[table].remove(change.key()) : next[table].put(change.key(), value);
    }
    current = next;
    if (flushAfterWrite.getAsBoolean()) {
      flushed = next;
    }
  }

  @Override
  public void flush() {
    flushed = content();
    onFlush.run();
  }

  @Override
  public byte @Nullable [] getFlushed(Table table, byte[] key) {
    content();
    return flushed[table.ordinal()].get(key);
  }

  @Override
  public long estimateRows(Table table) {
    return content()[table.ordinal()].size();
  }

  @Override
  public long estimateBytes() {
    long rows = 0;
    for (PersistentMap map : content()) {
      rows += map.size();
    }
    return rows * 100; // A guess for a twin that exists for tests; nothing depends on it.
  }

  @Override
  public void close() {
    current = null;
  }

  @Override
  public String toString() {
    return "MemoryTables[" + tables + " tables]";
  }

  private record MemorySnapshot(PersistentMap[] content) implements Snapshot {
    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return content[table.ordinal()].get(key);
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
      return content[table.ordinal()].scan(from, to);
    }

    @Override
    public @Nullable Row last(Table table, byte[] lowest, byte[] highest) {
      return MemoryTables.last(content[table.ordinal()], lowest, highest);
    }

    @Override
    public void close() {}
  }
}

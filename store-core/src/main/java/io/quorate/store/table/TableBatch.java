package io.quorate.store.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes that are written together or not at all; a later change to a key wins. */
public final class TableBatch {
  private final List<Change> changes = new ArrayList<>();
  private int bytes;

  /** Sets a row. The batch keeps the arrays, which must not change any more. */
  public TableBatch put(Table table, byte[] key, byte[] value) {
    changes.add(new Change(table, key, value));
    bytes += key.length + value.length;
    return this;
  }

  /** Removes a row if it is there. */
  public TableBatch delete(Table table, byte[] key) {
    changes.add(new Change(table, key, null));
    bytes += key.length;
    return this;
  }

  /** Number of changes. */
  public int size() {
    return changes.size();
  }

  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** Bytes of keys and values. */
  public int bytes() {
    return bytes;
  }

  List<Change> changes() {
    return changes;
  }

  /** One change; {@code value} is null for a removal. */
  @SuppressWarnings("ArrayRecordComponent") // Internal to the package, never compared.
  record Change(Table table, byte[] key, byte @Nullable [] value) {}
}

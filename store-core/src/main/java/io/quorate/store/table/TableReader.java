package io.quorate.store.table;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads of tables. Keys are ordered as unsigned bytes. Arrays that come out must not be changed.
 * Failures of the storage throw {@link TableException}.
 */
public interface TableReader {

  /** Value of {@code key}, or null. */
  byte @Nullable [] get(Table table, byte[] key);

  /**
   * Rows with {@code from} ≤ key &lt; {@code to}, ascending.
   *
   * @param to null for no bound
   */
  Cursor scan(Table table, byte[] from, byte @Nullable [] to);

  /** The row with the greatest key in {@code lowest} ≤ key ≤ {@code highest}, or null. */
  @Nullable Row last(Table table, byte[] lowest, byte[] highest);

  /** Rows whose keys begin with {@code prefix}, ascending. */
  default Cursor scanPrefix(Table table, byte[] prefix) {
    return scan(table, prefix, prefixEnd(prefix));
  }

  /** The least key above all keys that begin with {@code prefix}, or null if there is none. */
  static byte @Nullable [] prefixEnd(byte[] prefix) {
    for (int i = prefix.length - 1; i >= 0; i--) {
      if (prefix[i] != (byte) 0xff) {
        byte[] end = Arrays.copyOf(prefix, i + 1);
        end[i]++;
        return end;
      }
    }
    return null;
  }

  /** A key and its value. */
  @SuppressWarnings("ArrayRecordComponent") // A plain pair; nobody compares rows as a whole.
  record Row(byte[] key, byte[] value) {}
}

package io.quorate.store.metadata;

import io.quorate.store.table.Table;

/**
 * 128-bit hash of a row: two lanes that each fold 8 bytes at a time by a 64 × 64 → 128 bit
 * multiplication whose halves are XORed, as in wyhash (Wang Yi, public domain), from different
 * seeds. Lengths are hashed, so that a byte never moves from the key to the value unseen.
 */
final class RowHash {
  private static final long M0 = 0xa0761d6478bd642fL;
  private static final long M1 = 0xe7037ed1a0b428dbL;
  private static final long M2 = 0x8ebc6af09c88c6e3L;
  private static final long M3 = 0x589965cc75374cc3L;

  private static final long[] TABLE_SEEDS = new long[MetadataTable.values().length];

  static {
    for (MetadataTable table : MetadataTable.values()) {
      TABLE_SEEDS[table.ordinal()] = fold(table.name().hashCode() ^ M0, M3);
    }
  }

  private long high;
  private long low;

  long high() {
    return high;
  }

  long low() {
    return low;
  }

  void of(Table table, byte[] key, byte[] value) {
    long seed = TABLE_SEEDS[table.ordinal()];
    high = seed ^ (key.length * M1);
    low = seed + value.length * M2;
    add(key);
    add(value);
    high = fold(high ^ low, M3);
    low = fold(low ^ M1, high ^ M0);
  }

  private void add(byte[] bytes) {
    int i = 0;
    for (; i + 8 <= bytes.length; i += 8) {
      add(Keys.longAt(bytes, i));
    }
    long tail = 1;
    for (; i < bytes.length; i++) {
      tail = tail << 8 | (bytes[i] & 0xff);
    }
    add(tail);
  }

  private void add(long word) {
    high = fold(high ^ word, M1) + M2;
    low = fold(low + word, M3) ^ M0;
  }

  private static long fold(long x, long y) {
    return Math.unsignedMultiplyHigh(x, y) ^ (x * y);
  }
}

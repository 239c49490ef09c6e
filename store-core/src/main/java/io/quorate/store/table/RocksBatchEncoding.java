package io.quorate.store.table;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * RocksDB's serialized write batch, made in Java so that a batch costs one native call rather than
 * one for each row.
 *
 * <pre>
 * batch  = sequence:8 (zero)  count:4  record*              little-endian
 * record = 0x05  family:varint  length:varint key  length:varint value     put
 *        | 0x04  family:varint  length:varint key                          delete
 * </pre>
 *
 * Source: RocksDB, db/write_batch.cc, whose format is also that of its log and so does not change.
 */
final class RocksBatchEncoding {
  private static final byte PUT = 0x05;
  private static final byte DELETE = 0x04;
  private static final int HEADER_BYTES = 12;
  private static final int MOST_BYTES_OF_A_RECORD_HEAD = 1 + 5 + 5 + 5;

  private RocksBatchEncoding() {}

  static byte[] encode(TableBatch batch, int[] familyIds) {
    int most = HEADER_BYTES + batch.bytes() + batch.size() * MOST_BYTES_OF_A_RECORD_HEAD;
    ByteBuffer out = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(0).putInt(batch.size());
    for (TableBatch.Change change : batch.changes()) {
      byte[] value = change.value();
      out.put(value == null ? DELETE : PUT);
      putVarint(out, familyIds[change.table().ordinal()]);
      putVarint(out, change.key().length);
      out.put(change.key());
      if (value != null) {
        putVarint(out, value.length);
        out.put(value);
      }
    }
    return java.util.Arrays.copyOf(out.array(), out.position());
  }

  private static void putVarint(ByteBuffer out, int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    out.put((byte) rest);
  }
}

package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Keys of the rows. Numbers are big-endian, so that rows order by them. */
final class Keys {
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Keys() {}

  static byte[] of(long first) {
    byte[] key = new byte[8];
    LONG.set(key, 0, first);
    return key;
  }

  static byte[] of(long first, long second) {
    byte[] key = new byte[16];
    LONG.set(key, 0, first);
    LONG.set(key, 8, second);
    return key;
  }

  /** A number and a name after it. */
  static byte[] of(long first, Bytes name) {
    byte[] tail = name.unsafeArray();
    byte[] key = new byte[8 + tail.length];
    LONG.set(key, 0, first);
    System.arraycopy(tail, 0, key, 8, tail.length);
    return key;
  }

  /** One letter, which tells apart the kinds of rows in one table, and numbers after it. */
  static byte[] tagged(char tag, long... numbers) {
    byte[] key = new byte[1 + 8 * numbers.length];
    key[0] = (byte) tag;
    for (int i = 0; i < numbers.length; i++) {
      LONG.set(key, 1 + 8 * i, numbers[i]);
    }
    return key;
  }

  static byte[] of(ChunkId chunk) {
    return of(chunk.session(), chunk.number());
  }

  static long longAt(byte[] bytes, int offset) {
    return (long) LONG.get(bytes, offset);
  }

  static int intAt(byte[] bytes, int offset) {
    return (int) INT.get(bytes, offset);
  }

  /** What follows the first eight bytes of a key. */
  static Bytes nameOf(byte[] key) {
    return Bytes.wrap(java.util.Arrays.copyOfRange(key, 8, key.length));
  }
}

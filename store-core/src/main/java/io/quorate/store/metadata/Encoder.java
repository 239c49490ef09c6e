package io.quorate.store.metadata;

import java.util.Arrays;

/**
 * Writes the shapes that {@link Decoder} reads.
 *
 * <pre>
 * byte     1 byte
 * int      4 bytes, big-endian                  long    8 bytes, big-endian
 * count    unsigned LEB128, 1 to 10 bytes       number  zigzag, then as count
 * bytes    count length, then the bytes
 * </pre>
 */
final class Encoder {
  private byte[] array;
  private int length;

  Encoder(int expectedBytes) {
    array = new byte[Math.max(16, expectedBytes)];
  }

  private void room(int bytes) {
    if (array.length - length < bytes) {
      array = Arrays.copyOf(array, Math.max(array.length * 2, length + bytes));
    }
  }

  Encoder putByte(int value) {
    room(1);
    array[length++] = (byte) value;
    return this;
  }

  Encoder putBoolean(boolean value) {
    return putByte(value ? 1 : 0);
  }

  Encoder putInt(int value) {
    room(4);
    Keys.INT.set(array, length, value);
    length += 4;
    return this;
  }

  Encoder putLong(long value) {
    room(8);
    Keys.LONG.set(array, length, value);
    length += 8;
    return this;
  }

  Encoder putCount(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      array[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    array[length++] = (byte) rest;
    return this;
  }

  Encoder putNumber(long value) {
    return putCount((value << 1) ^ (value >> 63));
  }

  Encoder putBytes(Bytes bytes) {
    return putBytes(bytes.unsafeArray());
  }

  Encoder putBytes(byte[] bytes) {
    putCount(bytes.length);
    return putRaw(bytes);
  }

  /** The bytes alone, without their length. */
  Encoder putRaw(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, array, length, bytes.length);
    length += bytes.length;
    return this;
  }

  byte[] toArray() {
    return Arrays.copyOf(array, length);
  }
}

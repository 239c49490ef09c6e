package io.quorate.store.metadata;

import java.util.Arrays;

/** Reads what {@link Encoder} wrote, or what a hostile sender made up: it trusts nothing. */
final class Decoder {
  private final byte[] array;
  private int position;

  Decoder(byte[] array) {
    this.array = array;
  }

  int remaining() {
    return array.length - position;
  }

  private void need(int bytes, String what) throws MalformedCommandException {
    if (bytes > remaining()) {
      throw new MalformedCommandException(
          "ends within " + what + ": " + remaining() + " bytes left of " + array.length);
    }
  }

  int readByte(String what) throws MalformedCommandException {
    need(1, what);
    return array[position++] & 0xff;
  }

  boolean readBoolean(String what) throws MalformedCommandException {
    int value = readByte(what);
    if (value > 1) {
      throw new MalformedCommandException(what + " is " + value + ", neither 0 nor 1");
    }
    return value == 1;
  }

  int readInt(String what) throws MalformedCommandException {
    need(4, what);
    position += 4;
    return (int) Keys.INT.get(array, position - 4);
  }

  long readLong(String what) throws MalformedCommandException {
    need(8, what);
    position += 8;
    return (long) Keys.LONG.get(array, position - 8);
  }

  long readCount(String what) throws MalformedCommandException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = readByte(what);
      if (shift == 63 && next > 1) {
        break;
      }
      value |= (next & 0x7fL) << shift;
      if ((next & 0x80) == 0) {
        return value;
      }
    }
    throw new MalformedCommandException(what + " is longer than 64 bits");
  }

  long readNumber(String what) throws MalformedCommandException {
    long value = readCount(what);
    return (value >>> 1) ^ -(value & 1);
  }

  /** A number that fits an int. */
  int readSmall(String what) throws MalformedCommandException {
    long value = readNumber(what);
    if (value != (int) value) {
      throw new MalformedCommandException(what + " is " + value + ", which 32 bits do not hold");
    }
    return (int) value;
  }

  Bytes readBytes(String what, int mostBytes) throws MalformedCommandException {
    long length = readCount(what);
    if (length < 0 || length > mostBytes) {
      throw new MalformedCommandException(
          what + " has " + Long.toUnsignedString(length) + " bytes; at most " + mostBytes);
    }
    need((int) length, what);
    position += (int) length;
    return Bytes.wrap(Arrays.copyOfRange(array, position - (int) length, position));
  }

  /**
   * How many elements follow.
   *
   * @param leastBytes that each takes, so that a count never promises more than the input can hold
   */
  int readElements(String what, int leastBytes) throws MalformedCommandException {
    long count = readCount(what);
    if (count < 0 || count > remaining() / leastBytes) {
      throw new MalformedCommandException(
          what
              + " announces "
              + Long.toUnsignedString(count)
              + " elements in the "
              + remaining()
              + " bytes left");
    }
    return (int) count;
  }

  <E extends Enum<E>> E readEnum(E[] values, String what) throws MalformedCommandException {
    int ordinal = readByte(what);
    if (ordinal >= values.length) {
      throw new MalformedCommandException(what + " has the unknown code " + ordinal);
    }
    return values[ordinal];
  }

  void end(String what) throws MalformedCommandException {
    if (remaining() != 0) {
      throw new MalformedCommandException(remaining() + " bytes follow the end of the " + what);
    }
  }
}

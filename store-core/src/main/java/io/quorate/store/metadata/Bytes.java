package io.quorate.store.metadata;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Immutable bytes ordered as unsigned: names, paths, symlink targets, xattr values. */
public final class Bytes implements Comparable<Bytes> {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] array;

  private Bytes(byte[] array) {
    this.array = array;
  }

  /** Copies {@code array}. */
  public static Bytes copyOf(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array.clone());
  }

  /** Takes {@code array}, which must never change again. */
  public static Bytes wrap(byte[] array) {
    return array.length == 0 ? EMPTY : new Bytes(array);
  }

  /** The UTF-8 encoding of {@code text}. */
  public static Bytes utf8(String text) {
    return wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  public int length() {
    return array.length;
  }

  public boolean isEmpty() {
    return array.length == 0;
  }

  public byte at(int index) {
    return array[index];
  }

  public Bytes slice(int from, int to) {
    return wrap(Arrays.copyOfRange(array, from, to));
  }

  public byte[] toArray() {
    return array.clone();
  }

  /** The array itself, for reading only. */
  public byte[] unsafeArray() {
    return array;
  }

  @Override
  public int compareTo(Bytes other) {
    return Arrays.compareUnsigned(array, other.array);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(array);
  }

  /** Decodes as UTF-8; malformed parts show as U+FFFD. For messages. */
  @Override
  public String toString() {
    return new String(array, StandardCharsets.UTF_8);
  }
}

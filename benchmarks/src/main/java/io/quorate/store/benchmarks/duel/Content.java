package io.quorate.store.benchmarks.duel;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Content that does not compress and is cheap to make and to tell again: noise, and on each page of
 * it which piece it is. It is for one thread at a time.
 */
public final class Content {
  private static final int PAGE_BYTES = 4096;

  private final ByteBuffer expected;

  /**
   * Content of pieces of one size.
   *
   * @param bytes of a piece, at most
   */
  public Content(int bytes) {
    byte[] noise = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(noise);
    expected = ByteBuffer.allocateDirect(bytes).put(noise).clear();
  }

  /** Piece {@code number}, ready to be written; good until the next call. */
  public ByteBuffer piece(long number) {
    return piece(number, expected.capacity());
  }

  /** The first {@code bytes} of piece {@code number}; good until the next call. */
  public ByteBuffer piece(long number, int bytes) {
    expected.clear();
    // In all of it: what a shorter piece ends with must not depend on which piece came before.
    for (int at = 0; at + Long.BYTES <= expected.capacity(); at += PAGE_BYTES) {
      expected.putLong(at, number);
    }
    return expected.limit(bytes);
  }

  /** Whether {@code read}, from its position to its limit, is piece {@code number} and no more. */
  public boolean matches(long number, ByteBuffer read) {
    return piece(number).equals(read);
  }

  /** Whether {@code read} is the first {@code bytes} of piece {@code number} and no more. */
  public boolean matches(long number, int bytes, ByteBuffer read) {
    return piece(number, bytes).equals(read);
  }

  /** Whether {@code read} is what piece {@code number} has from {@code at} on. */
  public boolean matchesWithin(long number, int at, ByteBuffer read) {
    ByteBuffer piece = piece(number);
    return read.remaining() <= piece.capacity() - at
        && piece.slice(at, read.remaining()).equals(read);
  }
}

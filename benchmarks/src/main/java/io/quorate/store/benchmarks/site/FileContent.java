package io.quorate.store.benchmarks.site;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * What is in the files that visitors upload: noise, the same piece for all of them, but each file
 * begins with its number and then somewhere else in the noise. So content is cheap to make and to
 * compare, and no two files or parts of a file look alike.
 */
final class FileContent {
  private static final int NOISE_BYTES = 8 << 20;
  private static final int PIECE_BYTES = 64 << 10;
  private static final byte[] NOISE = noise();

  private final long number;
  private final long bytes;
  private final int begin;
  private final byte[] head;

  /** The content of file {@code number}. */
  FileContent(long number, long bytes) {
    this.number = number;
    this.bytes = bytes;
    this.begin = new SplittableRandom(number).nextInt(NOISE_BYTES);
    this.head = ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static byte[] noise() {
    byte[] noise = new byte[NOISE_BYTES];
    new SplittableRandom(7).nextBytes(noise);
    return noise;
  }

  long number() {
    return number;
  }

  long bytes() {
    return bytes;
  }

  /** The longest part from {@code position} that is in one piece; empty at the end of the file. */
  private ByteBuffer part(long position) {
    if (position < head.length) {
      int until = (int) Math.min(head.length, bytes);
      return ByteBuffer.wrap(head, (int) position, until - (int) position);
    }
    int from = (int) ((begin + position) % NOISE_BYTES);
    int length = (int) Math.min(NOISE_BYTES - from, bytes - position);
    return ByteBuffer.wrap(NOISE, from, length);
  }

  /** Whether {@code read} is what the file has from {@code position}; its position moves. */
  boolean matches(long position, ByteBuffer read) {
    long at = position;
    while (read.hasRemaining()) {
      ByteBuffer expected = part(at);
      int length = Math.min(expected.remaining(), read.remaining());
      if (length == 0) {
        return false;
      }
      ByteBuffer some = read.slice(read.position(), length);
      if (!expected.limit(expected.position() + length).equals(some)) {
        return false;
      }
      read.position(read.position() + length);
      at += length;
    }
    return true;
  }

  /** Whether a file on a disk is this. */
  boolean matches(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() != bytes) {
        return false;
      }
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);
      long position = 0;
      while (channel.read(piece.clear()) > 0) {
        int length = piece.flip().remaining();
        if (!matches(position, piece)) {
          return false;
        }
        position += length;
      }
      return position == bytes;
    }
  }

  /** All of it, to be sent. */
  InputStream stream() {
    return new InputStream() {
      private long position;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) {
        if (position == bytes) {
          return -1;
        }
        ByteBuffer part = part(position);
        int count = Math.min(length, part.remaining());
        part.get(target, offset, count);
        position += count;
        return count;
      }
    };
  }
}

package io.quorate.store.benchmarks;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * Content that does not compress, differs from file to file, and can be told again by its number.
 */
final class Sample {
  private Sample() {}

  /** The content of small file {@code number}. */
  static byte[] file(long number, int bytes) {
    byte[] content = new byte[bytes];
    SplittableRandom random = new SplittableRandom(number);
    ByteBuffer longs = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    while (longs.remaining() >= Long.BYTES) {
      longs.putLong(random.nextLong());
    }
    return content;
  }

  static long checksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return crc.getValue();
  }

  /** The content of large file {@code number}, made as it is read at a small price per byte. */
  static InputStream stream(long number, long bytes) {
    return new Stream(number, bytes);
  }

  /** A block of noise over and over, and in front of each the place where it stands. */
  private static final class Stream extends InputStream {
    private static final int BLOCK_BYTES = 1 << 20;

    private final byte[] block;
    private final long bytes;
    private long at;

    Stream(long number, long bytes) {
      block = Sample.file(number, BLOCK_BYTES);
      this.bytes = bytes;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (at == bytes) {
        return -1;
      }
      int within = (int) (at % BLOCK_BYTES);
      if (within == 0) {
        ByteBuffer.wrap(block).putLong(at);
      }
      int count = (int) Math.min(Math.min(length, BLOCK_BYTES - within), bytes - at);
      System.arraycopy(block, within, target, offset, count);
      at += count;
      return count;
    }
  }

  /** Compares what is written to it with the stream of a number. */
  static final class Comparison extends OutputStream {
    private final InputStream expected;
    private final byte[] piece = new byte[1 << 16];
    private boolean equal = true;

    Comparison(long number, long bytes) {
      expected = stream(number, bytes);
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] content, int offset, int length) {
      try {
        for (int done = 0; done < length && equal; ) {
          int count = expected.read(piece, 0, Math.min(piece.length, length - done));
          equal =
              count > 0
                  && Arrays.equals(piece, 0, count, content, offset + done, offset + done + count);
          done += Math.max(count, 0);
        }
      } catch (java.io.IOException e) {
        throw new AssertionError("memory does not fail", e);
      }
    }

    /** Whether all of it came, and nothing else. */
    boolean complete() throws java.io.IOException {
      return equal && expected.read() < 0;
    }
  }
}

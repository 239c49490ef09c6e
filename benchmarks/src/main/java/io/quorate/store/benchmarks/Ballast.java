package io.quorate.store.benchmarks;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Memory that is in use until somebody else needs it.
 *
 * <p>A virtual machine may get memory from its host only when it first uses it, page by page, and
 * give back within seconds what it no longer uses; the first use is several times slower than the
 * next (seen: 0.7 GiB/s against 2.8). That is a property of the machine's host and not of what is
 * measured. So this holds memory in a file on a tmpfs, and lets go of it piece by piece just before
 * the peers write as much: they then get pages that the host has backed already.
 */
final class Ballast implements AutoCloseable {
  /** How far ahead of the source it lets go: what the peers have in flight and preallocate. */
  private static final long LEAD_BYTES = 128L << 20;

  private static final int STEP_BYTES = 16 << 20;

  private final Path file;
  private final FileChannel channel;
  private long heldBytes;

  private Ballast(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes memory.
   *
   * @param tmpfs a directory in memory
   */
  static Ballast hold(Path tmpfs, long bytes) throws IOException {
    Path file = Files.createTempFile(tmpfs, "spine-", ".ballast");
    Ballast ballast = new Ballast(file, FileChannel.open(file, StandardOpenOption.WRITE));
    try {
      ballast.fill(bytes);
      return ballast;
    } catch (IOException e) {
      ballast.close();
      throw e;
    }
  }

  private void fill(long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
    while (heldBytes < bytes) {
      zeros.clear();
      heldBytes += channel.write(zeros);
    }
  }

  /** Reads {@code source}, and lets go of {@code copies} times what was read, a little earlier. */
  InputStream unloading(InputStream source, int copies) throws IOException {
    release(copies * LEAD_BYTES);
    return new FilterInputStream(source) {
      private long readBytes;

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        readBytes += Math.max(count, 0);
        if (readBytes >= STEP_BYTES) {
          release(copies * readBytes);
          readBytes = 0;
        }
        return count;
      }
    };
  }

  void release(long bytes) throws IOException {
    heldBytes = Math.max(0, heldBytes - bytes);
    channel.truncate(heldBytes);
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(file);
    }
  }
}

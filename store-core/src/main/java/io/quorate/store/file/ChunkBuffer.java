package io.quorate.store.file;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers bytes into full chunks. Memory grows with what comes, so that a small file costs little.
 * Not thread-safe.
 */
public final class ChunkBuffer {
  private static final int FIRST_BYTES = 16 << 10;

  private final int chunkBytes;
  private byte[] bytes = new byte[0];
  private int count;

  public ChunkBuffer(int chunkBytes) {
    this.chunkBytes = chunkBytes;
  }

  /** Whether {@code more} bytes would not fit beside what is here. */
  boolean wouldFill(int more) {
    return more > chunkBytes - count;
  }

  /**
   * Takes bytes of {@code source}. A chunk that is full is handed out only when more comes, so that
   * the last one, full or not, is what {@link #rest} gives.
   *
   * @return a full chunk, which is the caller's now, if {@code source} has more; else null
   */
  public @Nullable ByteBuffer add(ByteBuffer source) {
    ByteBuffer full = null;
    if (count == chunkBytes && source.hasRemaining()) {
      full = rest();
    }
    int part = Math.min(source.remaining(), chunkBytes - count);
    if (count + part > bytes.length) {
      long larger = Math.max(count + part, Math.max(FIRST_BYTES, 2L * bytes.length));
      bytes = Arrays.copyOf(bytes, (int) Math.min(chunkBytes, larger));
    }
    source.get(bytes, count, part);
    count += part;
    if (full == null && source.hasRemaining()) {
      full = rest();
    }
    return full;
  }

  /** What is left, for the end of the file; empties the buffer. */
  public ByteBuffer rest() {
    ByteBuffer rest = ByteBuffer.wrap(bytes, 0, count);
    bytes = new byte[0];
    count = 0;
    return rest;
  }
}

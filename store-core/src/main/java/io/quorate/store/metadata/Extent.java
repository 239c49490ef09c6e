package io.quorate.store.metadata;

import io.quorate.store.log.ChunkRef;

/**
 * {@code lengthBytes} bytes of a file from {@code fileOffset} on are those of {@code chunk} from
 * {@code chunkOffset} on. What no extent covers reads as zeros.
 */
public record Extent(long fileOffset, ChunkRef chunk, int chunkOffset, int lengthBytes) {
  public Extent {
    if (fileOffset < 0
        || chunkOffset < 0
        || lengthBytes < 1
        || chunkOffset > chunk.lengthBytes() - lengthBytes) {
      throw new IllegalArgumentException(
          "extent at " + fileOffset + " takes " + chunkOffset + "+" + lengthBytes + " of " + chunk);
    }
  }

  /** First file offset after the extent. */
  public long end() {
    return fileOffset + lengthBytes;
  }
}

package io.quorate.store.log;

/** A chunk as a log entry names it: id, length in bytes (1 to 1 MiB) and CRC32C of the content. */
public record ChunkRef(ChunkId id, int lengthBytes, int crc32c) {

  /** Largest chunk, in bytes. */
  public static final int MAX_BYTES = 1 << 20;

  public ChunkRef {
    if (lengthBytes < 1 || lengthBytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "chunk " + id + " has " + lengthBytes + " bytes; a chunk holds 1 to " + MAX_BYTES);
    }
  }
}

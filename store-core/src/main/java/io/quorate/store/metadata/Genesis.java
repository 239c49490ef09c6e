package io.quorate.store.metadata;

import io.quorate.store.log.ChunkRef;

/**
 * The state before the first entry; the same on every peer, as `init` wrote it.
 *
 * @param chunkBytes into which pieces content is cut, 4 KiB to 1 MiB
 * @param featureLevel which command types may be used
 * @param root owner of the root directory
 * @param rootPermissions of the root directory, the low 12 mode bits
 */
public record Genesis(int chunkBytes, int featureLevel, Caller root, int rootPermissions) {
  /** Smallest chunk size, in bytes. */
  public static final int MIN_CHUNK_BYTES = 4 << 10;

  /** 1 MiB chunks, and a root directory of user 0 that only its owner may write. */
  public static final Genesis DEFAULT =
      new Genesis(ChunkRef.MAX_BYTES, FeatureLevels.FIRST, Caller.ROOT, 0755);

  public Genesis {
    if (chunkBytes < MIN_CHUNK_BYTES || chunkBytes > ChunkRef.MAX_BYTES) {
      throw new IllegalArgumentException(
          "chunkBytes is " + MIN_CHUNK_BYTES + " to " + ChunkRef.MAX_BYTES + ", not " + chunkBytes);
    }
    if (featureLevel < 1) {
      throw new IllegalArgumentException("featureLevel is at least 1, not " + featureLevel);
    }
  }
}

package io.quorate.store.net.wire;

import io.quorate.store.log.ChunkRef;

/**
 * The largest frame that is accepted. Nothing is allocated for a frame whose head exceeds it.
 *
 * @param headerBytes largest header
 * @param payloadBytes largest payload
 */
public record FrameLimits(int headerBytes, int payloadBytes) {

  /** For those who have not proved that they hold the cluster key. */
  public static final FrameLimits HANDSHAKE = new FrameLimits(4 << 10, 0);

  /** For peers and clients: a chunk, and a header with room for a command of many extents. */
  public static final FrameLimits DEFAULT = new FrameLimits(4 << 20, ChunkRef.MAX_BYTES);

  public FrameLimits {
    if (headerBytes < 1 || payloadBytes < 0 || (long) headerBytes + payloadBytes > 1 << 30) {
      throw new IllegalArgumentException(
          "frame limits of " + headerBytes + " + " + payloadBytes + " bytes are out of range");
    }
  }
}

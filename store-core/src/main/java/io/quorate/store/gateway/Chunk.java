package io.quorate.store.gateway;

import io.quorate.store.log.ChunkRef;
import java.nio.ByteBuffer;

/** A chunk with its content; the buffer's position and limit bound it, and nobody changes it. */
public record Chunk(ChunkRef ref, ByteBuffer content) {
  public Chunk {
    if (content.remaining() != ref.lengthBytes()) {
      throw new IllegalArgumentException(ref + " came with " + content.remaining() + " bytes");
    }
  }
}

package io.quorate.store.net.wire;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Chunk references in headers, and chunks in payloads. */
final class Chunks {
  private Chunks() {}

  static io.quorate.store.net.proto.ChunkRef encode(ChunkRef ref) {
    return io.quorate.store.net.proto.ChunkRef.newBuilder()
        .setSession(ref.id().session())
        .setNumber(ref.id().number())
        .setLengthBytes(ref.lengthBytes())
        .setCrc32C(ref.crc32c())
        .build();
  }

  static List<io.quorate.store.net.proto.ChunkRef> encode(List<ChunkRef> refs) {
    List<io.quorate.store.net.proto.ChunkRef> encoded = new ArrayList<>(refs.size());
    for (ChunkRef ref : refs) {
      encoded.add(encode(ref));
    }
    return encoded;
  }

  static ChunkRef decode(io.quorate.store.net.proto.ChunkRef ref) {
    return new ChunkRef(
        new ChunkId(ref.getSession(), ref.getNumber()), ref.getLengthBytes(), ref.getCrc32C());
  }

  static List<ChunkRef> decode(List<io.quorate.store.net.proto.ChunkRef> refs) {
    List<ChunkRef> decoded = new ArrayList<>(refs.size());
    for (io.quorate.store.net.proto.ChunkRef ref : refs) {
      decoded.add(decode(ref));
    }
    return decoded;
  }

  /** Cuts a payload into the chunks that a header names, and checks each. */
  static List<Chunk> cut(List<ChunkRef> refs, ByteBuffer payload) throws FrameException {
    List<Chunk> chunks = new ArrayList<>(refs.size());
    int at = payload.position();
    for (ChunkRef ref : refs) {
      if (ref.lengthBytes() > payload.limit() - at) {
        throw new FrameException(
            "chunk " + ref.id() + " of " + ref.lengthBytes() + " bytes came incomplete");
      }
      ByteBuffer content = payload.slice(at, ref.lengthBytes());
      if (crc32c(content) != ref.crc32c()) {
        throw new FrameException("chunk " + ref.id() + " arrived damaged (CRC32C differs)");
      }
      chunks.add(new Chunk(ref, content));
      at += ref.lengthBytes();
    }
    if (at != payload.limit()) {
      throw new FrameException(
          (payload.limit() - at) + " bytes of payload belong to no chunk of the frame");
    }
    return chunks;
  }

  static Chunk cutOne(io.quorate.store.net.proto.ChunkRef ref, Frame frame) throws FrameException {
    return cut(List.of(decode(ref)), frame.content()).getFirst();
  }

  static int crc32c(ByteBuffer content) {
    CRC32C checksum = new CRC32C();
    checksum.update(content.duplicate());
    return (int) checksum.getValue();
  }
}

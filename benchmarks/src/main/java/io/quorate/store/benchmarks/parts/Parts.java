package io.quorate.store.benchmarks.parts;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.SessionCommand;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** What the parts are given: a file of 16 KiB, as it is on its way. */
final class Parts {
  static final int FILE_BYTES = 16 << 10;

  private static final int PERMISSIONS = 0644;

  private Parts() {}

  /** Noise, in memory that the kernel can read. */
  static ByteBuffer content(int bytes) {
    byte[] noise = new byte[bytes];
    new SplittableRandom(bytes).nextBytes(noise);
    return ByteBuffer.allocateDirect(bytes).put(noise).flip();
  }

  static ChunkRef chunk(long number, ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    return new ChunkRef(new ChunkId(1, number), content.remaining(), (int) crc.getValue());
  }

  /** Stores a file of one chunk. */
  static byte[] put(long session, long sequence, String path, ChunkRef chunk) {
    Extent extent = new Extent(0, chunk, 0, chunk.lengthBytes());
    Command put =
        new Command.Put(
            At.path(Bytes.utf8(path), true),
            PERMISSIONS,
            Caller.ROOT,
            List.of(extent),
            chunk.lengthBytes(),
            AttributeChange.NOW,
            Command.PutCondition.ALWAYS);
    return CommandCodec.encode(new SessionCommand(session, sequence, sequence, put));
  }

  static Entry entry(long index, List<ChunkRef> chunks, byte[] command) {
    return new Entry(index, 1, index, EntryKind.COMMAND, chunks, command);
  }
}

package io.quorate.store.journal;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Payload of an entry record; index and term are the record's subject.
 *
 * <pre>
 *   offset size
 *        0    8  stamp, nanoseconds since 1970
 *        8    1  kind, see {@link EntryKind}
 *        9    3  0
 *       12    4  number of chunks n
 *       16 24·n  chunks: session (8), number (8), length (4), CRC32C (4)
 *  16+24·n       body
 * </pre>
 */
final class EntryCodec {
  static final int FIXED_BYTES = 16;
  private static final int CHUNK_BYTES = 24;

  private EntryCodec() {}

  /**
   * Bytes that the entry takes as payload.
   *
   * @throws IllegalArgumentException if those are more than any record holds
   */
  static long encodedBytes(Entry entry) {
    long bytes = FIXED_BYTES + (long) CHUNK_BYTES * entry.chunks().size() + entry.body().length;
    if (bytes > RecordFormat.MAX_ENTRY_BYTES) {
      throw new IllegalArgumentException(
          "entry "
              + entry.index()
              + " takes "
              + bytes
              + " bytes; at most "
              + RecordFormat.MAX_ENTRY_BYTES
              + " are allowed");
    }
    return bytes;
  }

  static void encode(Entry entry, ByteBuffer out) {
    out.putLong(entry.stampNanos());
    out.putInt(entry.kind().code() << 24);
    out.putInt(entry.chunks().size());
    for (ChunkRef chunk : entry.chunks()) {
      out.putLong(chunk.id().session());
      out.putLong(chunk.id().number());
      out.putInt(chunk.lengthBytes());
      out.putInt(chunk.crc32c());
    }
    out.put(entry.body());
  }

  /**
   * Reads back what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it can not have been written by it
   */
  static Entry decode(long index, long term, ByteBuffer in) {
    if (in.remaining() < FIXED_BYTES) {
      throw new IllegalArgumentException("entry of " + in.remaining() + " bytes");
    }
    long stampNanos = in.getLong();
    EntryKind kind = EntryKind.ofCode(in.getInt() >>> 24);
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / CHUNK_BYTES) {
      throw new IllegalArgumentException(
          "entry names " + count + " chunks in " + in.remaining() + " bytes");
    }
    List<ChunkRef> chunks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ChunkId id = new ChunkId(in.getLong(), in.getLong());
      chunks.add(new ChunkRef(id, in.getInt(), in.getInt()));
    }
    byte[] body = new byte[in.remaining()];
    in.get(body);
    return new Entry(index, term, stampNanos, kind, chunks, body);
  }
}

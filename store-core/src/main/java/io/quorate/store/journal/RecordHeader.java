package io.quorate.store.journal;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.HardState;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The header of one record; {@link RecordFormat} draws it.
 *
 * @param zeroRegions number of sector regions of the payload that hold nothing but zeros
 * @param offsetBytes where the header begins in its segment
 * @param subjectA names the record, with {@code subjectB}, as {@link RecordType} says
 * @param durableSegment everything before ({@code durableSegment}, {@code durableOffset}) was on
 *     stable storage before this record was written
 */
record RecordHeader(
    RecordType type,
    int zeroRegions,
    long segment,
    long generation,
    int offsetBytes,
    int payloadBytes,
    int payloadCrc32c,
    long batch,
    long subjectA,
    long subjectB,
    long durableSegment,
    int durableOffset) {

  Position position() {
    return new Position(segment, offsetBytes, payloadBytes);
  }

  /** Where the next record begins. */
  long endOffset() {
    return (long) offsetBytes + RecordFormat.HEADER_BYTES + payloadBytes;
  }

  ChunkId chunkId() {
    return new ChunkId(subjectA, subjectB);
  }

  ChunkRef chunkRef() {
    return new ChunkRef(chunkId(), payloadBytes, payloadCrc32c);
  }

  HardState hardState() {
    return new HardState(subjectA, (int) subjectB);
  }

  /** Writes the header, its CRC included, at the buffer's position. */
  void encode(ByteBuffer out) {
    int start = out.position();
    out.putInt(RecordFormat.MAGIC);
    out.put((byte) type.code());
    out.put((byte) 0);
    out.putShort((short) zeroRegions);
    out.putLong(segment);
    out.putLong(generation);
    out.putInt(offsetBytes);
    out.putInt(payloadBytes);
    out.putInt(payloadCrc32c);
    out.putInt(0);
    out.putLong(batch);
    out.putLong(subjectA);
    out.putLong(subjectB);
    out.putLong(durableSegment);
    out.putInt(durableOffset);
    out.putInt(RecordFormat.crc32c(out, start, RecordFormat.HEADER_BYTES - 4));
  }

  /**
   * The header at {@code at}, or null if the bytes there are not one that was written to this
   * place: wrong CRC, other segment, generation or offset, unknown type, impossible length.
   */
  static @Nullable RecordHeader decode(
      ByteBuffer in, int at, long segment, long generation, int offsetBytes) {
    if (in.getInt(at) != RecordFormat.MAGIC
        || in.getInt(at + RecordFormat.HEADER_BYTES - 4)
            != RecordFormat.crc32c(in, at, RecordFormat.HEADER_BYTES - 4)) {
      return null;
    }
    RecordType type = RecordType.ofCode(in.get(at + 4));
    int payloadBytes = in.getInt(at + 28);
    if (type == null
        || in.getLong(at + 8) != segment
        || in.getLong(at + 16) != generation
        || in.getInt(at + 24) != offsetBytes
        || !type.allowsPayload(payloadBytes)) {
      return null;
    }
    return new RecordHeader(
        type,
        Short.toUnsignedInt(in.getShort(at + 6)),
        segment,
        generation,
        offsetBytes,
        payloadBytes,
        in.getInt(at + 32),
        in.getLong(at + 40),
        in.getLong(at + 48),
        in.getLong(at + 56),
        in.getLong(at + 64),
        in.getInt(at + 72));
  }
}

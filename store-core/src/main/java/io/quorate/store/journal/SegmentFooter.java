package io.quorate.store.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * End of a sealed segment: everything that headers say, once more, so that a damaged record can be
 * named whatever was hit, and recovery need not read chunks.
 *
 * <pre>
 *   payload    the segment header                                       4,096
 *              end of the records                                           4
 *              per record: type (1), 0 (1), zero regions (2), offset (4),
 *              payload length (4), CRC of the payload (4), subject (16)    32·n
 *   trailer    record header of type FOOTER, whose offset is its own          80
 * </pre>
 *
 * The trailer is the last thing in the file; its payload lies before it, not after.
 */
final class SegmentFooter {
  static final int ITEM_BYTES = 32;
  private static final int FIXED_BYTES = SegmentHeader.BLOCK_BYTES + 4;

  private final RecordHeader trailer;
  private final ByteBuffer payload;

  private SegmentFooter(RecordHeader trailer, ByteBuffer payload) {
    this.trailer = trailer;
    this.payload = payload;
  }

  /**
   * Bytes to keep free for the footer of a segment with that many records: payload, trailer, and
   * room for one header more. Where the next record would begin there are zeros then, also when a
   * crash tears the footer, so that its remains are not taken for a record that has rotted.
   */
  static long bytes(long records) {
    return FIXED_BYTES + ITEM_BYTES * records + 2 * RecordFormat.HEADER_BYTES;
  }

  static void encodeItem(RecordHeader header, ByteBuffer out) {
    out.put((byte) header.type().code()).put((byte) 0).putShort((short) header.zeroRegions());
    out.putInt(header.offsetBytes()).putInt(header.payloadBytes()).putInt(header.payloadCrc32c());
    out.putLong(header.subjectA()).putLong(header.subjectB());
  }

  /** Payload and trailer for a file of {@code segmentBytes}, ready to be written at its end. */
  static ByteBuffer encode(
      SegmentHeader header,
      ByteBuffer items,
      int recordsEnd,
      int segmentBytes,
      long batch,
      Position durable) {
    int payloadBytes = FIXED_BYTES + items.remaining();
    ByteBuffer out = ByteBuffer.allocate(payloadBytes + RecordFormat.HEADER_BYTES);
    out.put(header.encode()).putInt(recordsEnd).put(items);
    new RecordHeader(
            RecordType.FOOTER,
            0,
            header.segment(),
            header.generation(),
            segmentBytes - RecordFormat.HEADER_BYTES,
            payloadBytes,
            RecordFormat.crc32c(out, 0, payloadBytes),
            batch,
            0,
            0,
            durable.segment(),
            durable.offsetBytes())
        .encode(out);
    return out.flip();
  }

  /** Wraps what was read, once its CRC was checked; null if the content contradicts itself. */
  static @Nullable SegmentFooter of(RecordHeader trailer, ByteBuffer payload) {
    int items = payload.remaining() - FIXED_BYTES;
    if (items < 0 || items % ITEM_BYTES != 0) {
      return null;
    }
    SegmentFooter footer = new SegmentFooter(trailer, payload);
    long end = SegmentHeader.RECORDS_START;
    for (int i = 0; i < footer.count(); i++) {
      int at = FIXED_BYTES + i * ITEM_BYTES;
      if (footer.typeAt(at) == null || payload.getInt(at + 4) != end) {
        return null;
      }
      end += RecordFormat.HEADER_BYTES + payload.getInt(at + 8);
    }
    return end == footer.recordsEnd() ? footer : null;
  }

  @Nullable SegmentHeader segmentHeader() {
    return SegmentHeader.decode(payload, 0);
  }

  int recordsEnd() {
    return payload.getInt(SegmentHeader.BLOCK_BYTES);
  }

  int count() {
    return (payload.remaining() - FIXED_BYTES) / ITEM_BYTES;
  }

  /** Type of the record whose item is at {@code at}, or null if there is no such record. */
  private @Nullable RecordType typeAt(int at) {
    RecordType type = RecordType.ofCode(payload.get(at));
    boolean possible =
        type != null && type != RecordType.FOOTER && type.allowsPayload(payload.getInt(at + 8));
    return possible ? type : null;
  }

  /** Header number {@code i}; its batch and durableUpTo are the trailer's. */
  @Nullable RecordHeader record(int i) {
    int at = FIXED_BYTES + i * ITEM_BYTES;
    RecordType type = typeAt(at);
    if (type == null) {
      return null;
    }
    return new RecordHeader(
        type,
        Short.toUnsignedInt(payload.getShort(at + 2)),
        trailer.segment(),
        trailer.generation(),
        payload.getInt(at + 4),
        payload.getInt(at + 8),
        payload.getInt(at + 12),
        trailer.batch(),
        payload.getLong(at + 16),
        payload.getLong(at + 24),
        trailer.durableSegment(),
        trailer.durableOffset());
  }
}

package io.quorate.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The writing end of one segment: assigns offsets and remembers headers for the footer. */
final class SegmentWriter {
  private final Segment segment;
  private int offset = SegmentHeader.RECORDS_START;
  private int records;
  private ByteBuffer items = ByteBuffer.allocate(64 * SegmentFooter.ITEM_BYTES);

  SegmentWriter(Segment segment) {
    this.segment = segment;
  }

  Segment segment() {
    return segment;
  }

  /** Where the next record goes. */
  int offset() {
    return offset;
  }

  int records() {
    return records;
  }

  /** Whether a record with that payload still leaves room for the footer. */
  static boolean fits(int sizeBytes, int offset, int records, long payloadBytes) {
    return offset + RecordFormat.HEADER_BYTES + payloadBytes + SegmentFooter.bytes(records + 1L)
        <= sizeBytes;
  }

  /** Gives a record its place; the caller writes it there. */
  RecordHeader add(
      RecordType type,
      int zeroRegions,
      int payloadBytes,
      int payloadCrc32c,
      long batch,
      long subjectA,
      long subjectB,
      Position durable) {
    RecordHeader header =
        new RecordHeader(
            type,
            zeroRegions,
            segment.number(),
            segment.generation(),
            offset,
            payloadBytes,
            payloadCrc32c,
            batch,
            subjectA,
            subjectB,
            durable.segment(),
            durable.offsetBytes());
    if (items.remaining() < SegmentFooter.ITEM_BYTES) {
      items = ByteBuffer.allocate(items.capacity() * 2).put(items.flip());
    }
    SegmentFooter.encodeItem(header, items);
    offset = (int) header.endOffset();
    records++;
    return header;
  }

  /** Writes both copies of the segment header; durable on return. */
  void begin(SegmentHeader header) throws IOException {
    ByteBuffer block = header.encode();
    segment.setPredecessor(header.predecessor());
    segment.file().write(0, block, block.duplicate());
    segment.file().sync();
  }

  /** Writes the footer; the segment and all in it are durable on return. */
  void seal(SegmentHeader header, long batch, Position durable) throws IOException {
    ByteBuffer footer =
        SegmentFooter.encode(
            header, items.duplicate().flip(), offset, segment.sizeBytes(), batch, durable);
    segment.file().write(segment.sizeBytes() - footer.remaining(), footer);
    segment.file().sync();
    segment.cutAt(offset);
  }
}

package io.quorate.store.journal;

import io.quorate.store.world.NoSpaceException;

/**
 * Gives each record its place before it is written, and refuses what will not fit. Guarded by the
 * journal's lock.
 *
 * <p>The next segment is allocated well before the active one is full. A burst may run ahead of the
 * writer past what is allocated; it may do so only while the disk has ample room.
 */
final class SpacePlan {
  /** Kept free for terms and votes when no other segment is to be had. */
  static final int HARD_STATE_RESERVE_BYTES = 8 << 10;

  private final int segmentBytes;
  private long segment;
  private int sizeBytes;
  private int offset;
  private int records;
  private long allocatedThrough;
  private long diskUsableBytes;

  SpacePlan(int segmentBytes, SegmentWriter active) {
    this.segmentBytes = segmentBytes;
    segment = active.segment().number();
    sizeBytes = active.segment().sizeBytes();
    offset = active.offset();
    records = active.records();
    allocatedThrough = segment;
  }

  /**
   * The place for a record with that payload.
   *
   * @throws NoSpaceException if there is none; nothing has changed
   * @throws IllegalArgumentException if no segment could hold it
   */
  Position place(RecordType type, long payloadBytes) throws NoSpaceException {
    long reserve = type == RecordType.HARD_STATE || canRoll() ? 0 : HARD_STATE_RESERVE_BYTES;
    if (!SegmentWriter.fits(sizeBytes, offset, records, payloadBytes + reserve)) {
      if (!SegmentWriter.fits(
          segmentBytes, SegmentHeader.RECORDS_START, 0, payloadBytes + HARD_STATE_RESERVE_BYTES)) {
        throw new IllegalArgumentException(
            "a record of "
                + payloadBytes
                + " bytes does not fit into a segment of "
                + segmentBytes
                + "; raise segmentBytes");
      }
      if (!canRoll()) {
        throw new NoSpaceException(
            "no space for a record of "
                + payloadBytes
                + " bytes: the last allocated segment has "
                + Math.max(0, roomInSegment())
                + " left, the disk "
                + diskUsableBytes
                + ", and a new segment takes "
                + segmentBytes);
      }
      segment++;
      sizeBytes = segmentBytes;
      offset = SegmentHeader.RECORDS_START;
      records = 0;
    }
    Position position = new Position(segment, offset, (int) payloadBytes);
    offset += RecordFormat.HEADER_BYTES + (int) payloadBytes;
    records++;
    return position;
  }

  /** No record that is given its place from now on lies before this. */
  Position next() {
    return new Position(segment, offset, 0);
  }

  /** The next record opens a new segment, if there is room for one. */
  void leaveSegment() {
    if (canRoll()) {
      sizeBytes = offset;
    }
  }

  private boolean canRoll() {
    long unallocated = segment + 1 - allocatedThrough;
    // Two segments to spare: others write to this disk too.
    return unallocated <= 0 || diskUsableBytes >= (unallocated + 2) * segmentBytes;
  }

  private long roomInSegment() {
    return sizeBytes
        - offset
        - RecordFormat.HEADER_BYTES
        - SegmentFooter.bytes(records + 1L)
        - HARD_STATE_RESERVE_BYTES;
  }

  /** Segments up to this number exist. */
  void allocated(long through) {
    allocatedThrough = through;
  }

  long allocatedThrough() {
    return allocatedThrough;
  }

  /** Whether a segment beyond the one in use should be allocated now. */
  boolean wantsSegment() {
    return allocatedThrough <= segment;
  }

  void diskUsable(long bytes) {
    diskUsableBytes = bytes;
  }

  /** Bytes of payload that can still be accepted; exact to a few headers. */
  long usableBytes() {
    long perSegment =
        segmentBytes
            - SegmentHeader.RECORDS_START
            - SegmentFooter.bytes(1)
            - RecordFormat.HEADER_BYTES
            - HARD_STATE_RESERVE_BYTES;
    long whole = Math.max(0, allocatedThrough - segment) + diskUsableBytes / segmentBytes;
    return Math.max(0, roomInSegment()) + whole * perSegment;
  }
}

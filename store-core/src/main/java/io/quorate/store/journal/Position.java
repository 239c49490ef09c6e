package io.quorate.store.journal;

/**
 * Where a record's payload lies: segment number, byte offset of the record header in the segment
 * file, and payload length in bytes.
 */
public record Position(long segment, int offsetBytes, int lengthBytes)
    implements Comparable<Position> {
  @Override
  public int compareTo(Position other) {
    int bySegment = Long.compare(segment, other.segment);
    return bySegment != 0 ? bySegment : Integer.compare(offsetBytes, other.offsetBytes);
  }
}

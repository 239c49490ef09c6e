package io.quorate.store.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where in a file written content lies: pieces that do not overlap, by file offset. A later write
 * takes the place of what it covers.
 */
final class WriteMap {
  private final TreeMap<Long, Piece> pieces = new TreeMap<>();

  /**
   * Bytes of a file from {@code offset} on are those of {@code block} from {@code blockOffset} on.
   */
  record Piece(long offset, Block block, int blockOffset, int lengthBytes) {
    long end() {
      return offset + lengthBytes;
    }

    /** The part of it between two file offsets, both within it. */
    Piece part(long from, long to) {
      return new Piece(from, block, blockOffset + (int) (from - offset), (int) (to - from));
    }
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  int size() {
    return pieces.size();
  }

  /** All pieces in order of offset. */
  List<Piece> all() {
    return List.copyOf(pieces.values());
  }

  /** First offset after the last piece; 0 without one. */
  long end() {
    return pieces.isEmpty() ? 0 : pieces.lastEntry().getValue().end();
  }

  void put(Piece piece) {
    clear(piece.offset(), piece.end());
    Map.Entry<Long, Piece> before = pieces.lowerEntry(piece.offset());
    if (before != null) {
      Piece left = before.getValue();
      if (left.end() == piece.offset()
          && left.block() == piece.block()
          && left.blockOffset() + left.lengthBytes() == piece.blockOffset()) {
        pieces.put(
            left.offset(),
            new Piece(
                left.offset(),
                left.block(),
                left.blockOffset(),
                left.lengthBytes() + piece.lengthBytes()));
        return;
      }
    }
    pieces.put(piece.offset(), piece);
  }

  /** Forgets what lies between two offsets. */
  void clear(long from, long to) {
    for (Piece piece : overlapping(from, to)) {
      pieces.remove(piece.offset());
      if (piece.offset() < from) {
        pieces.put(piece.offset(), piece.part(piece.offset(), from));
      }
      if (piece.end() > to) {
        pieces.put(to, piece.part(to, piece.end()));
      }
    }
  }

  /** Pieces that have a byte between two offsets, whole. */
  List<Piece> overlapping(long from, long to) {
    List<Piece> found = new ArrayList<>();
    Map.Entry<Long, Piece> before = pieces.lowerEntry(from);
    if (before != null && before.getValue().end() > from) {
      found.add(before.getValue());
    }
    found.addAll(pieces.subMap(from, to).values());
    return found;
  }

  /** Whether every byte between two offsets lies in a piece. */
  boolean covers(long from, long to) {
    long next = from;
    for (Piece piece : overlapping(from, to)) {
      if (piece.offset() > next) {
        return false;
      }
      next = piece.end();
    }
    return next >= to;
  }
}

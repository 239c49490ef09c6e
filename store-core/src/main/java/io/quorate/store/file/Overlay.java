package io.quorate.store.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A copy of what a layer has to say about a range of a file, taken at one moment. */
final class Overlay {
  private final long cutBytes;
  private final long sizeBytes;
  private final long endBytes;
  private final List<Part> parts;

  private Overlay(long cutBytes, long sizeBytes, long endBytes, List<Part> parts) {
    this.cutBytes = cutBytes;
    this.sizeBytes = sizeBytes;
    this.endBytes = endBytes;
    this.parts = parts;
  }

  private record Part(int at, byte[] bytes) {}

  /** Null if part of the range is no longer kept here. */
  static @Nullable Overlay of(Unpublished layer, long offset, int lengthBytes) {
    List<Part> parts = new ArrayList<>();
    for (WriteMap.Piece piece : layer.writes().overlapping(offset, offset + lengthBytes)) {
      if (!piece.block().isPresent()) {
        return null;
      }
      WriteMap.Piece part =
          piece.part(Math.max(offset, piece.offset()), Math.min(offset + lengthBytes, piece.end()));
      byte[] bytes = new byte[part.lengthBytes()];
      part.block().copyTo(part.blockOffset(), bytes, 0, bytes.length);
      parts.add(new Part((int) (part.offset() - offset), bytes));
    }
    return new Overlay(layer.cutBytes(), layer.sizeBytes(), layer.writes().end(), parts);
  }

  /**
   * Lays it over the bytes of a range, zeros beyond the end of the file.
   *
   * @param size of the file below
   * @return size of the file with the layer over it
   */
  long lay(byte[] range, long offset, long size) {
    if (cutBytes >= 0 && cutBytes < offset + range.length) {
      Arrays.fill(range, (int) Math.max(0, cutBytes - offset), range.length, (byte) 0);
    }
    for (Part part : parts) {
      System.arraycopy(part.bytes, 0, range, part.at, part.bytes.length);
    }
    return sizeBytes >= 0 ? sizeBytes : Math.max(size, endBytes);
  }
}

package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;

/**
 * A row of {@link MetadataTable#EXTENTS}: {@code chunk session:8 number:8 length:4 crc32c:4, offset
 * in chunk:4, length:4, birth:8}.
 *
 * @param birth value of {@link Globals#nextId} when the extent was made: a trim with an id not
 *     below it has cut it off
 */
record ExtentRow(Extent extent, long birth) {

  byte[] encode() {
    ChunkRef chunk = extent.chunk();
    byte[] row = new byte[40];
    Keys.LONG.set(row, 0, chunk.id().session());
    Keys.LONG.set(row, 8, chunk.id().number());
    Keys.INT.set(row, 16, chunk.lengthBytes());
    Keys.INT.set(row, 20, chunk.crc32c());
    Keys.INT.set(row, 24, extent.chunkOffset());
    Keys.INT.set(row, 28, extent.lengthBytes());
    Keys.LONG.set(row, 32, birth);
    return row;
  }

  static ExtentRow decode(byte[] key, byte[] row) {
    ChunkId id = new ChunkId(Keys.longAt(row, 0), Keys.longAt(row, 8));
    ChunkRef chunk = new ChunkRef(id, Keys.intAt(row, 16), Keys.intAt(row, 20));
    return new ExtentRow(
        new Extent(Keys.longAt(key, 8), chunk, Keys.intAt(row, 24), Keys.intAt(row, 28)),
        Keys.longAt(row, 32));
  }

  /** The part of it within [from, to). */
  ExtentRow part(long from, long to) {
    long start = Math.max(from, extent.fileOffset());
    long end = Math.min(to, extent.end());
    return new ExtentRow(
        new Extent(
            start,
            extent.chunk(),
            extent.chunkOffset() + (int) (start - extent.fileOffset()),
            (int) (end - start)),
        birth);
  }
}

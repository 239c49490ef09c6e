package io.quorate.store.metadata;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The map from a file's bytes to chunks. A new extent cuts what it overlaps, so that live extents
 * never overlap; what none covers is a hole.
 *
 * <p>Removing a range touches a bounded number of rows in one log entry. If there are more, a
 * <em>trim </em> takes the rest: a row that says "in this range, extents born up to now are gone".
 * Reads pass over those, new extents are born later and so not meant, and {@link Purge} removes the
 * rows bit by bit. A trim's range holds whole extents only, as those at its ends are cut before.
 */
final class Extents {
  private final Transaction tx;
  private final Chunks chunks;

  Extents(Transaction tx) {
    this.tx = tx;
    this.chunks = new Chunks(tx);
  }

  /** What is cut off in a content: extents within [from, to) born at {@code id} or before. */
  record Trim(long id, long from, long to) {
    boolean covers(ExtentRow row) {
      return row.birth() <= id
          && row.extent().fileOffset() >= from
          && row.extent().fileOffset() < to;
    }
  }

  static List<Trim> trims(TableReader rows, long content, int count) {
    List<Trim> trims = new ArrayList<>();
    if (count > 0) {
      try (Cursor cursor = rows.scanPrefix(MetadataTable.ORPHANS, Keys.tagged('t', content))) {
        while (cursor.next()) {
          trims.add(
              new Trim(
                  Keys.longAt(cursor.key(), 9),
                  Keys.longAt(cursor.value(), 0),
                  Keys.longAt(cursor.value(), 8)));
        }
      }
    }
    return trims;
  }

  static boolean isCut(List<Trim> trims, ExtentRow row) {
    for (Trim trim : trims) {
      if (trim.covers(row)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Live extents that meet [from, to), in order.
   *
   * @param mappedEnd no extent reaches beyond
   * @param limit most to answer; one more is answered if there are more
   */
  static List<ExtentRow> find(
      TableReader rows,
      long content,
      long mappedEnd,
      int trimCount,
      long from,
      long to,
      int limit) {
    List<ExtentRow> found = new ArrayList<>();
    if (content == 0 || from >= Math.min(to, mappedEnd)) {
      return found;
    }
    List<Trim> trims = trims(rows, content, trimCount);
    ExtentRow first = floor(rows, content, trims, from);
    if (first != null && first.extent().end() > from) {
      found.add(first);
      if (first.extent().end() >= Math.min(to, mappedEnd)) {
        return found; // The whole of a small file: no cursor needed.
      }
    }
    if (from + 1 >= to) {
      return found;
    }
    try (Cursor cursor =
        rows.scan(MetadataTable.EXTENTS, Keys.of(content, from + 1), Keys.of(content, to))) {
      while (found.size() <= limit && cursor.next()) {
        ExtentRow row = ExtentRow.decode(cursor.key(), cursor.value());
        if (!isCut(trims, row)) {
          found.add(row);
        }
      }
    }
    return found;
  }

  /** The live extent that begins at {@code offset} or is the last one to begin before, or null. */
  private static @Nullable ExtentRow floor(
      TableReader rows, long content, List<Trim> trims, long offset) {
    byte[] exact = Keys.of(content, offset);
    byte[] value = rows.get(MetadataTable.EXTENTS, exact);
    if (value != null) {
      ExtentRow row = ExtentRow.decode(exact, value);
      if (!isCut(trims, row)) {
        return row;
      }
    }
    byte[] lowest = Keys.of(content, Math.max(0, offset - ChunkRef.MAX_BYTES));
    for (long next = offset - 1; next >= 0; ) {
      TableReader.Row row = rows.last(MetadataTable.EXTENTS, lowest, Keys.of(content, next));
      if (row == null) {
        return null;
      }
      ExtentRow found = ExtentRow.decode(row.key(), row.value());
      if (!isCut(trims, found)) {
        return found;
      }
      // What was cut off may still lie under a newer extent that begins further down.
      next = found.extent().fileOffset() - 1;
    }
    return null;
  }

  /**
   * Lays {@code extent} over what is there. The caller has checked the range and saves the inode.
   */
  void write(Inode inode, Extent extent) {
    discard(inode, extent.fileOffset(), extent.end());
    insert(inode, extent);
  }

  private void insert(Inode inode, Extent extent) {
    ExtentRow row = new ExtentRow(extent, tx.globals.nextId);
    byte[] key = Keys.of(inode.content, extent.fileOffset());
    if (extent.fileOffset() >= inode.mappedEnd) {
      tx.draft.putNew(MetadataTable.EXTENTS, key, row.encode());
    } else {
      // A cut-off extent may still lie under the very same key.
      byte[] old = tx.draft.get(MetadataTable.EXTENTS, key);
      if (old != null) {
        drop(inode, key, ExtentRow.decode(key, old));
      }
      tx.draft.put(MetadataTable.EXTENTS, key, row.encode());
    }
    chunks.retain(extent.chunk());
    inode.extentBytes += extent.lengthBytes();
    inode.mappedEnd = Math.max(inode.mappedEnd, extent.end());
  }

  private void drop(Inode inode, byte[] key, ExtentRow row) {
    tx.draft.delete(MetadataTable.EXTENTS, key);
    chunks.release(row.extent().chunk());
    inode.extentBytes -= row.extent().lengthBytes();
  }

  /** Makes a hole of [from, to). The caller saves the inode. */
  void discard(Inode inode, long from, long to) {
    if (inode.content == 0 || from >= to || from >= inode.mappedEnd) {
      return;
    }
    List<Trim> trims = trims(tx.draft, inode.content, inode.trims);
    cut(inode, trims, from);
    cut(inode, trims, to);
    boolean whole = true;
    try (Cursor cursor =
        tx.draft.scan(
            MetadataTable.EXTENTS, Keys.of(inode.content, from), Keys.of(inode.content, to))) {
      while (cursor.next()) {
        ExtentRow row = ExtentRow.decode(cursor.key(), cursor.value());
        if (tx.discardBudget == 0) {
          trim(inode, row.extent().fileOffset(), to);
          whole = false;
          break;
        }
        tx.discardBudget--;
        drop(inode, cursor.key(), row);
      }
    }
    if (whole && to >= inode.mappedEnd) {
      inode.mappedEnd = from;
    }
  }

  /** Splits the live extent across {@code at}, so that none straddles it. */
  private void cut(Inode inode, List<Trim> trims, long at) {
    if (at <= 0 || at >= inode.mappedEnd) {
      return;
    }
    ExtentRow row = floor(tx.draft, inode.content, trims, at);
    if (row == null || row.extent().fileOffset() == at || row.extent().end() <= at) {
      return;
    }
    ExtentRow left = row.part(0, at);
    ExtentRow right = row.part(at, Long.MAX_VALUE);
    tx.draft.put(
        MetadataTable.EXTENTS, Keys.of(inode.content, left.extent().fileOffset()), left.encode());
    tx.draft.put(MetadataTable.EXTENTS, Keys.of(inode.content, at), right.encode());
    chunks.retain(row.extent().chunk());
  }

  private void trim(Inode inode, long from, long to) {
    long id = tx.globals.nextId++;
    byte[] row = new byte[24];
    Keys.LONG.set(row, 0, from);
    Keys.LONG.set(row, 8, to);
    Keys.LONG.set(row, 16, inode.id);
    tx.draft.putNew(MetadataTable.ORPHANS, Keys.tagged('t', inode.content, id), row);
    inode.trims++;
    tx.globals.trims++;
  }
}

package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the files that use some chunks. No row leads from a chunk to its files, as nobody needs
 * that but whoever has lost one: so all extents are read, and then all inodes.
 */
final class FilesOfChunks {
  /** Directories above a file at most; beyond it the path is not told. */
  private static final int MAX_DEPTH = 4096;

  private FilesOfChunks() {}

  static List<Metadata.FilePart> find(TableReader rows, Set<ChunkId> chunks, int limit) {
    Map<Long, List<Extent>> byContent = new HashMap<>();
    int count = 0;
    try (Cursor cursor = rows.scan(MetadataTable.EXTENTS, new byte[0], null)) {
      while (count < limit && cursor.next()) {
        ChunkId id = new ChunkId(Keys.longAt(cursor.value(), 0), Keys.longAt(cursor.value(), 8));
        if (chunks.contains(id)) {
          byContent
              .computeIfAbsent(Keys.longAt(cursor.key(), 0), content -> new ArrayList<>())
              .add(ExtentRow.decode(cursor.key(), cursor.value()).extent());
          count++;
        }
      }
    }
    List<Metadata.FilePart> parts = new ArrayList<>();
    Set<Long> open = new HashSet<>(byContent.keySet());
    try (Cursor cursor = rows.scan(MetadataTable.INODES, new byte[0], null)) {
      while (!open.isEmpty() && cursor.next()) {
        Inode inode = Inode.decode(Keys.longAt(cursor.key(), 0), cursor.value());
        if (open.remove(inode.content)) {
          Bytes path = path(rows, inode);
          for (Extent extent : byContent.getOrDefault(inode.content, List.of())) {
            // What lies beyond the end is cut off, and not purged yet.
            if (extent.fileOffset() < inode.size) {
              parts.add(new Metadata.FilePart(inode.id, path, extent));
            }
          }
        }
      }
    }
    for (long content : open) {
      byContent
          .getOrDefault(content, List.of())
          .forEach(extent -> parts.add(new Metadata.FilePart(0, Bytes.EMPTY, extent)));
    }
    return parts;
  }

  /** By the name that it was given last; empty if that is gone. */
  private static Bytes path(TableReader rows, Inode file) {
    Bytes path = Bytes.EMPTY;
    Inode inode = file;
    for (int depth = 0; depth < MAX_DEPTH && !inode.name.isEmpty(); depth++) {
      path = path.isEmpty() ? inode.name : DirectoryPaths.join(inode.name, path);
      byte[] above = rows.get(MetadataTable.INODES, Keys.of(inode.parent));
      if (above == null) {
        return Bytes.EMPTY;
      }
      inode = Inode.decode(inode.parent, above);
    }
    return inode.id == At.ROOT && !path.isEmpty()
        ? DirectoryPaths.join(Bytes.EMPTY, path)
        : Bytes.EMPTY;
  }
}

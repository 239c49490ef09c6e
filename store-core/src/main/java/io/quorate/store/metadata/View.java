package io.quorate.store.metadata;

import io.quorate.store.table.TableReader;
import org.jspecify.annotations.Nullable;

/** The rows as what they mean; over a snapshot for queries, over the draft for commands. */
final class View {
  private static final FileType[] TYPES = FileType.values();

  private final TableReader rows;

  View(TableReader rows) {
    this.rows = rows;
  }

  /** What a name in a directory stands for. */
  record Dirent(long inode, FileType type) {
    byte[] encode() {
      byte[] row = new byte[9];
      Keys.LONG.set(row, 0, inode);
      row[8] = (byte) type.ordinal();
      return row;
    }

    static Dirent decode(byte[] row) {
      return new Dirent(Keys.longAt(row, 0), TYPES[row[8]]);
    }
  }

  TableReader rows() {
    return rows;
  }

  @Nullable Inode inode(long id) {
    byte[] row = rows.get(MetadataTable.INODES, Keys.of(id));
    return row == null ? null : Inode.decode(id, row);
  }

  /** The inode, or STALE: it existed once, or somebody made the number up. */
  Inode need(long id) {
    Inode inode = inode(id);
    if (inode == null) {
      throw new Refused(ErrorCode.STALE, "there is no inode " + id + " any more");
    }
    return inode;
  }

  /** A regular file; directories and other types are refused as POSIX refuses them. */
  Inode needFile(long id) {
    return asFile(need(id));
  }

  static Inode asFile(Inode inode) {
    if (inode.isDirectory()) {
      throw new Refused(ErrorCode.IS_DIRECTORY, "inode " + inode.id + " is a directory");
    }
    if (inode.type != FileType.REGULAR) {
      throw new Refused(
          ErrorCode.INVALID, "inode " + inode.id + " is a " + inode.type + ", not a regular file");
    }
    return inode;
  }

  @Nullable Dirent dirent(long directory, Bytes name) {
    byte[] row = rows.get(MetadataTable.DIRENTS, Keys.of(directory, name));
    return row == null ? null : Dirent.decode(row);
  }

  @Nullable Orphan orphan(long id) {
    byte[] row = rows.get(MetadataTable.ORPHANS, Keys.tagged('o', id));
    return row == null ? null : Orphan.decode(row);
  }

  Globals globals() {
    byte[] row = rows.get(MetadataTable.STATE, Globals.KEY);
    if (row == null) {
      throw new IllegalStateException("the metadata has no row of global state");
    }
    return Globals.decode(row);
  }
}

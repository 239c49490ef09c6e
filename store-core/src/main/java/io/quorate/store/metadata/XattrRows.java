package io.quorate.store.metadata;

import org.jspecify.annotations.Nullable;

/** Rows of extended attributes and the counts of them in the inode, which the caller saves. */
final class XattrRows {
  private static final int MAX_LIST_BYTES = 64 << 10;

  private final Transaction tx;

  XattrRows(Transaction tx) {
    this.tx = tx;
  }

  @Nullable Bytes get(Inode inode, Bytes name) {
    if (inode.xattrs == 0) {
      return null;
    }
    byte[] value = tx.draft.get(MetadataTable.XATTRS, Keys.of(inode.id, name));
    return value == null ? null : Bytes.wrap(value);
  }

  void put(Inode inode, Bytes name, Bytes value) {
    if (get(inode, name) == null) {
      if (inode.xattrNameBytes + name.length() + 1 > MAX_LIST_BYTES) {
        throw new Refused(
            ErrorCode.NO_SPACE,
            "names of an inode's attributes take at most " + MAX_LIST_BYTES + " bytes");
      }
      inode.xattrs++;
      inode.xattrNameBytes += name.length() + 1;
    }
    tx.draft.put(MetadataTable.XATTRS, Keys.of(inode.id, name), value.unsafeArray());
  }

  /** False if there was none. */
  boolean remove(Inode inode, Bytes name) {
    if (get(inode, name) == null) {
      return false;
    }
    tx.draft.delete(MetadataTable.XATTRS, Keys.of(inode.id, name));
    inode.xattrs--;
    inode.xattrNameBytes -= name.length() + 1;
    return true;
  }
}

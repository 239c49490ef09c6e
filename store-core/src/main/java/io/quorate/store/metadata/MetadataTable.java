package io.quorate.store.metadata;

import io.quorate.store.table.Table;

/**
 * Tables of the replicated state; numbers in keys are 8 bytes, big-endian. Names enter the digest:
 * they never change.
 */
public enum MetadataTable implements Table {
  /** One row each: {@code a} {@link Globals}, {@code m} membership, {@code d} the digest itself. */
  STATE,
  /** inode → {@link Inode}. */
  INODES,
  /** directory, name → inode:8 type:1. */
  DIRENTS,
  /** content, offset → {@link ExtentRow}. */
  EXTENTS,
  /**
   * chunk session, chunk number → references:4 length:4 crc32c:4; 0 references: published, dead.
   */
  CHUNKS,
  /** inode, name → value. */
  XATTRS,
  /** {@code s} session → {@link Session}; {@code h} session → ids that it holds open. */
  SESSIONS,
  /** session, sequence → {@link Result}. */
  RESULTS,
  /** {@code i} inode family → locks; {@code s} session inode family → nothing. */
  LOCKS,
  /** {@code o} id → {@link Orphan}; {@code q} index id → nothing; {@code t} content id → trim. */
  ORPHANS
}

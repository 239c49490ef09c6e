package io.quorate.store.metadata;

/** Questions about the namespace, answered from one snapshot of the applied state. */
public sealed interface Query {

  record Stat(At at) implements Query {}

  record ReadSymlink(At at) implements Query {}

  /**
   * One page of a directory, in order of unsigned bytes; "." and ".." are not listed.
   *
   * @param after names greater than this; empty to begin
   * @param limit most entries to return, 1 to 10,000
   * @param attributes whether each entry carries its attributes
   */
  record ListDirectory(At at, Bytes after, int limit, boolean attributes) implements Query {}

  record GetXattr(At at, Bytes name) implements Query {}

  record ListXattrs(At at) implements Query {}

  /**
   * Extents of a file that meet a range.
   *
   * @param content the content id to read, or 0 for the inode's present one
   */
  record MapContent(At at, long content, long offset, long lengthBytes, int limit)
      implements Query {}

  record TestLock(
      long session,
      long inode,
      long owner,
      Command.LockFamily family,
      Command.LockType type,
      long startByte,
      long endByte)
      implements Query {}

  record Totals() implements Query {}
}

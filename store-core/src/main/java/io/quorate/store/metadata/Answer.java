package io.quorate.store.metadata;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers to {@link Query}. */
public sealed interface Answer {

  record Failed(ErrorCode code, String detail) implements Answer {}

  record Stat(Attributes attributes) implements Answer {}

  record Symlink(Bytes target) implements Answer {}

  /** A page of a directory; {@code end} when nothing follows. */
  record Listing(Attributes directory, List<DirectoryEntry> entries, boolean end)
      implements Answer {}

  record DirectoryEntry(Bytes name, long inode, FileType type, @Nullable Attributes attributes) {}

  record Xattr(Bytes value) implements Answer {}

  record Xattrs(List<Bytes> names) implements Answer {}

  /** Extents in order; {@code end} when the range holds no more than these. */
  record ContentMap(Attributes attributes, List<Extent> extents, boolean end) implements Answer {}

  /** No lock in the way. */
  record Unlocked() implements Answer {}

  record Locked(Result.LockConflict conflict) implements Answer {}

  /** Totals of the tree: inodes of all types and bytes of live content. */
  record Totals(long inodes, long contentBytes) implements Answer {}
}

package io.quorate.store.file;

import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What handles of a file did to it since the last publish: a layer over the published file. Any
 * sequence of writes and truncations comes down to a cut (what was published is gone from there
 * on), pieces that lie over it, and a size. Guarded by the lock of its {@link Layers}.
 */
final class Unpublished {
  private final WriteMap writes = new WriteMap();
  private final List<Block> blocks = new ArrayList<>();
  private @Nullable Block open;
  private long cutBytes = -1;
  private long sizeBytes = -1;
  private AttributeChange change = AttributeChange.NONE;

  /** When the layer was last changed: what stat(2) tells as ctime until the publish. */
  private long changedNanos = Long.MIN_VALUE;

  boolean isClean() {
    return writes.isEmpty() && cutBytes < 0 && change.equals(AttributeChange.NONE);
  }

  WriteMap writes() {
    return writes;
  }

  long cutBytes() {
    return cutBytes;
  }

  /** The size that a truncation set, as later writes extended it; −1 without one. */
  long sizeBytes() {
    return sizeBytes;
  }

  AttributeChange change() {
    return change;
  }

  @Nullable Block open() {
    return open;
  }

  void open(@Nullable Block block) {
    open = block;
    if (block != null) {
      blocks.add(block);
    }
  }

  /** Every block that was filled here, still in use or not. */
  List<Block> blocks() {
    return blocks;
  }

  /** The blocks that a piece lies in. */
  Set<Block> blocksInUse() {
    Set<Block> used = new LinkedHashSet<>();
    writes.all().forEach(piece -> used.add(piece.block()));
    return used;
  }

  void wrote(WriteMap.Piece piece, long nowNanos) {
    writes.put(piece);
    touched(piece.end(), nowNanos);
  }

  /** A write that changed bytes of pieces in place. */
  void touched(long end, long nowNanos) {
    if (sizeBytes >= 0) {
      sizeBytes = Math.max(sizeBytes, end);
    }
    change(AttributeChange.ofTimes(null, nowNanos), nowNanos);
  }

  void truncate(long newSizeBytes, long nowNanos) {
    writes.clear(newSizeBytes, Long.MAX_VALUE);
    cutBytes = cutBytes < 0 ? newSizeBytes : Math.min(cutBytes, newSizeBytes);
    sizeBytes = newSizeBytes;
    change(AttributeChange.ofTimes(null, nowNanos), nowNanos);
  }

  void change(AttributeChange later, long nowNanos) {
    change = change.then(later.at(nowNanos));
    changedNanos = nowNanos;
  }

  /** Takes a later layer in, over this one. */
  void absorb(Unpublished later) {
    if (later.cutBytes >= 0) {
      writes.clear(later.cutBytes, Long.MAX_VALUE);
      cutBytes = cutBytes < 0 ? later.cutBytes : Math.min(cutBytes, later.cutBytes);
      sizeBytes = later.cutBytes;
    }
    later.writes.all().forEach(writes::put);
    if (later.sizeBytes >= 0) {
      sizeBytes = later.sizeBytes;
    } else if (sizeBytes >= 0) {
      sizeBytes = Math.max(sizeBytes, later.writes.end());
    }
    change = change.then(later.change);
    changedNanos = Math.max(changedNanos, later.changedNanos);
    blocks.addAll(later.blocks);
    open = later.open;
  }

  /** The size of a file of {@code below} bytes with this layer over it. */
  long sizeOver(long below) {
    if (sizeBytes >= 0) {
      return sizeBytes;
    }
    return Math.max(below, writes.end());
  }

  /** The attributes of a file with this layer over it. */
  Attributes over(Attributes below) {
    return new Attributes(
        below.inode(),
        below.content(),
        below.version(),
        below.contentVersion(),
        below.type(),
        permissionsOver(below.permissions()),
        below.links(),
        or(change.uid(), below.uid()),
        or(change.gid(), below.gid()),
        below.device(),
        sizeOver(below.sizeBytes()),
        below.allocatedBytes(),
        or(change.atimeNanos(), below.atimeNanos()),
        or(change.mtimeNanos(), below.mtimeNanos()),
        Math.max(changedNanos, below.ctimeNanos()),
        or(change.birthNanos(), below.birthNanos()));
  }

  private int permissionsOver(int below) {
    boolean newOwner = change.uid() != null || change.gid() != null;
    return or(change.permissions(), newOwner ? AttributeChange.withoutPrivileges(below) : below);
  }

  private static int or(@Nullable Integer changed, int before) {
    return changed == null ? before : changed;
  }

  private static long or(@Nullable Long changed, long before) {
    return changed == null ? before : changed;
  }
}

package io.quorate.store.fuse.mount;

import io.quorate.store.fuse.kernel.OpenFlags;
import io.quorate.store.fuse.kernel.Request.Forgotten;
import io.quorate.store.metadata.Attributes;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which version of a file the kernel's page cache may hold, so that an open keeps the cache if
 * nothing has changed.
 *
 * <p>The version that an open found is remembered; what the kernel reads after it is of that
 * version or a later one. So if a later open finds the same, all that was read in between is of it.
 * What is written here is in the cache before anybody knows whether it will be published, and takes
 * the memory away. Thread-safe.
 */
final class PageCache {
  private final ConcurrentHashMap<Long, Long> versions = new ConcurrentHashMap<>();

  /**
   * A file was opened.
   *
   * @param attributes what it was then, asked for by this open
   * @param clean whether nothing is written here and unpublished
   * @return flags of the reply
   */
  int opened(Attributes attributes, boolean clean) {
    if (!clean) {
      versions.remove(attributes.inode());
      return 0;
    }
    Long before = versions.put(attributes.inode(), attributes.contentVersion());
    return before != null && before == attributes.contentVersion() ? OpenFlags.KEEP_CACHE : 0;
  }

  /** A file is about to be changed here. */
  void changing(long inode) {
    versions.remove(inode);
  }

  /** The kernel drops nodes, and their pages with them. */
  void forgotten(List<Forgotten> nodes) {
    nodes.forEach(node -> versions.remove(node.node()));
  }
}

package io.quorate.store.fuse.mount;

import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request.Forgotten;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The nodes that the kernel was told of and has not forgotten, kept only where it relies on what it
 * was told: for when all of it must go. And how often something of it was to go. Thread-safe.
 *
 * <p>A reply that did not arrive stays counted; that costs an entry here and a message to the
 * kernel that means nothing to it.
 */
final class KnownNodes {
  private final boolean kept;
  private final ConcurrentHashMap<Long, Long> lookups = new ConcurrentHashMap<>();
  private final AtomicLong heard = new AtomicLong();

  KnownNodes(boolean kept) {
    this.kept = kept;
  }

  /** Counts the node of a reply that holds one. */
  ByteBuffer told(ByteBuffer entry) {
    told(Reply.entryNode(entry));
    return entry;
  }

  void told(long node) {
    if (kept) {
      lookups.merge(node, 1L, Long::sum);
    }
  }

  void forgotten(List<Forgotten> nodes) {
    if (!kept) {
      return;
    }
    for (Forgotten one : nodes) {
      lookups.computeIfPresent(
          one.node(),
          (node, count) -> count > one.lookups() ? (Long) (count - one.lookups()) : null);
    }
  }

  /** Changes have come that the kernel will be told of. */
  void hear() {
    heard.incrementAndGet();
  }

  /**
   * Grows when changes come. What was asked for before may be older than they are, and the kernel
   * may have been told of them when the reply comes: it must not rely on that reply.
   */
  long heard() {
    return heard.get();
  }

  Set<Long> all() {
    return lookups.keySet();
  }
}

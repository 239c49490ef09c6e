package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileTree;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Answer.DirectoryEntry;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A directory as it is read by number of entry, where the tree lists by name: page by page, each
 * after the last name of the one before. So what is removed between two reads, as by rm -r, never
 * makes a later entry be passed over. Keeps one page, and where the others begin.
 */
final class OpenDirectory {
  private static final Bytes PARENT = Bytes.utf8("..");

  private final FileTree tree;
  private final long node;
  private final ReentrantLock lock = new ReentrantLock();

  /** Number of a page's first entry, to the name after which the page begins. */
  private final TreeMap<Long, Bytes> pages = new TreeMap<>();

  private long first;
  private List<DirectoryEntry> page = List.of();
  private boolean end;
  private long parent;

  OpenDirectory(FileTree tree, long node) {
    this.tree = tree;
    this.node = node;
    pages.put(0L, Bytes.EMPTY);
  }

  long node() {
    return node;
  }

  /** The directory above; the root's is itself. */
  long parent() throws IOException {
    if (parent == 0) {
      parent = tree.stat(At.child(node, PARENT)).inode();
    }
    return parent;
  }

  /** What was listed is old: it will be listed again. */
  void rewind() {
    lock.lock();
    try {
      pages.clear();
      pages.put(0L, Bytes.EMPTY);
      page = List.of();
      first = 0;
      end = false;
    } finally {
      lock.unlock();
    }
  }

  /** Entry {@code number}, from 0, with its attributes; null after the last. */
  @Nullable DirectoryEntry entry(long number) throws IOException {
    lock.lock();
    try {
      while (number < first || number >= first + page.size()) {
        boolean next = number == first + page.size();
        if (next && end) {
          return null;
        }
        if (next && !page.isEmpty()) {
          pages.putIfAbsent(number, page.getLast().name());
        }
        load(pages.floorEntry(number));
        if (page.isEmpty()) {
          return null;
        }
        if (number >= first + page.size() && end) {
          return null;
        }
        if (number > first + page.size()) {
          // A place that was never told; go there page by page.
          pages.putIfAbsent(first + page.size(), page.getLast().name());
        }
      }
      return page.get((int) (number - first));
    } finally {
      lock.unlock();
    }
  }

  private void load(Map.Entry<Long, Bytes> start) throws IOException {
    Answer.Listing listing = tree.list(At.inode(node), start.getValue(), true);
    first = start.getKey();
    page = listing.entries();
    end = listing.end();
  }
}

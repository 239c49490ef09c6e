package io.quorate.store.fuse.mount;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import io.quorate.store.file.FileTree;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Answer.DirectoryEntry;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A directory as readdir(2) reads it: from a place on, where the tree lists after a name.
 *
 * <p>A place is a hash of the name before it. So it stays true whatever else is made or removed,
 * after telldir and seekdir as well as for a server that opens the directory anew for each request.
 * What was listed is remembered as places, 8 bytes an entry: if the name of one has been removed,
 * reading goes on after the last of those before it that is still there.
 */
final class OpenDirectory {
  private static final Bytes PARENT = Bytes.utf8("..");

  /** Places below are before the first entry, after "." and after "..". */
  static final long FIRST_PLACE = 3;

  /** With a secret in it, so that nobody can choose names that collide. */
  private static final HashFunction PLACES = Hashing.goodFastHash(64);

  /**
   * Some entries in a row.
   *
   * @param after the name that they come after
   * @param last the name of the last of them
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Listed(Bytes after, Bytes last, long[] places) {}

  /** An entry, the place after it, and {@link KnownNodes#heard} before it was listed. */
  record Placed(DirectoryEntry entry, long place, long heard) {}

  private final FileTree tree;
  private final KnownNodes nodes;
  private final long node;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Listed> listed = new ArrayList<>();

  /** Where reading is: entries, the places after them, and whether nothing follows. */
  private List<DirectoryEntry> page = List.of();

  private long[] places = {};
  private boolean end;

  /** Place and number of the entry of the page that is read next. */
  private long nextPlace;

  private int next;
  private long parent;
  private long pageHeard;

  OpenDirectory(FileTree tree, KnownNodes nodes, long node, long root) {
    this.tree = tree;
    this.nodes = nodes;
    this.node = node;
    this.parent = node == root ? node : 0;
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
      listed.clear();
      show(List.of(), false);
    } finally {
      lock.unlock();
    }
  }

  /** The entry at a place, null behind the last. */
  @Nullable Placed at(long place) throws IOException {
    lock.lock();
    try {
      if (place != nextPlace || page.isEmpty()) {
        seek(place);
      }
      if (next == page.size() && !end) {
        load(page.isEmpty() ? Bytes.EMPTY : page.getLast().name());
      }
      if (next == page.size()) {
        return null;
      }
      Placed found = new Placed(page.get(next), places[next], pageHeard);
      nextPlace = found.place();
      next++;
      return found;
    } finally {
      lock.unlock();
    }
  }

  private static long placeOf(Bytes name) {
    long hash = PLACES.hashBytes(name.unsafeArray()).asLong();
    return (hash >>> 2) + FIRST_PLACE;
  }

  private void load(Bytes after) throws IOException {
    pageHeard = nodes.heard();
    Answer.Listing listing = tree.list(At.inode(node), after, true);
    show(listing.entries(), listing.end());
    Bytes known = listed.isEmpty() ? Bytes.EMPTY : listed.getLast().last();
    if (!page.isEmpty() && page.getLast().name().compareTo(known) > 0) {
      int from = 0;
      while (page.get(from).name().compareTo(known) <= 0) {
        from++;
      }
      long[] added = Arrays.copyOfRange(places, from, places.length);
      listed.add(new Listed(known, page.getLast().name(), added));
    }
  }

  private void show(List<DirectoryEntry> entries, boolean last) {
    page = entries;
    end = last;
    places = entries.stream().mapToLong(entry -> placeOf(entry.name())).toArray();
    next = 0;
  }

  private void seek(long place) throws IOException {
    nextPlace = place;
    if (place < FIRST_PLACE) {
      load(Bytes.EMPTY);
      return;
    }
    int here = indexOf(places, place);
    if (here >= 0) {
      next = here + 1;
      return;
    }
    for (Listed known : listed) {
      int number = indexOf(known.places(), place);
      if (number >= 0) {
        seek(known, number);
        return;
      }
    }
    search(place);
  }

  /** Goes behind the last entry that is still there of those up to {@code number}. */
  private void seek(Listed known, int number) throws IOException {
    long[] before = Arrays.copyOf(known.places(), number + 1);
    Arrays.sort(before);
    Bytes after = known.after();
    boolean behind = false;
    for (load(after); !behind && !page.isEmpty(); load(page.getLast().name())) {
      for (int i = 0; i < places.length && !behind; i++) {
        behind = page.get(i).name().compareTo(known.last()) > 0;
        if (!behind && Arrays.binarySearch(before, places[i]) >= 0) {
          after = page.get(i).name();
          behind = places[i] == known.places()[number];
        }
      }
      if (behind || end) {
        break;
      }
    }
    load(after);
  }

  /** A place that another handle told. If its name is gone nothing follows. */
  private void search(long place) throws IOException {
    load(Bytes.EMPTY);
    while (true) {
      int here = indexOf(places, place);
      if (here >= 0 || end || page.isEmpty()) {
        next = here >= 0 ? here + 1 : page.size();
        return;
      }
      load(page.getLast().name());
    }
  }

  private static int indexOf(long[] places, long place) {
    for (int i = 0; i < places.length; i++) {
      if (places[i] == place) {
        return i;
      }
    }
    return -1;
  }
}

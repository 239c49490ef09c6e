package io.quorate.store.metadata;

import java.util.HashMap;
import java.util.Map;

/**
 * Paths of directories, for what watchers are told: at the moment of a change they can be found,
 * later perhaps no more. Remembered, since most changes are in few directories. One thread's.
 */
final class DirectoryPaths {
  private static final int MOST_REMEMBERED = 4096;
  private static final byte SLASH = '/';

  private final Map<Long, Bytes> remembered = new HashMap<>();

  /** Path from the root, without '/' at either end; empty for the root and for 0. */
  Bytes of(View view, long directory) {
    if (directory == 0 || directory == At.ROOT) {
      return Bytes.EMPTY;
    }
    Bytes known = remembered.get(directory);
    if (known != null) {
      return known;
    }
    Inode inode = view.need(directory);
    Bytes above = of(view, inode.parent);
    Bytes path = above.isEmpty() ? inode.name : join(above, inode.name);
    if (remembered.size() >= MOST_REMEMBERED) {
      remembered.clear();
    }
    remembered.put(directory, path);
    return path;
  }

  static Bytes join(Bytes directory, Bytes name) {
    byte[] joined = new byte[directory.length() + 1 + name.length()];
    System.arraycopy(directory.unsafeArray(), 0, joined, 0, directory.length());
    joined[directory.length()] = SLASH;
    System.arraycopy(name.unsafeArray(), 0, joined, directory.length() + 1, name.length());
    return Bytes.wrap(joined);
  }

  /** A directory has moved, and with it all below it. */
  void forget() {
    remembered.clear();
  }
}

package io.quorate.store.metadata;

import io.quorate.store.metadata.View.Dirent;
import org.jspecify.annotations.Nullable;

/**
 * Finds places in the tree as POSIX path resolution does. A name's type is kept beside it in its
 * directory, so that walking down reads one row for each name and no inodes.
 */
final class Resolver {
  private static final int MAX_SYMLINKS = 40;

  private final View view;

  Resolver(View view) {
    this.view = view;
  }

  /** How a path ends. */
  enum Ending {
    /** In a name, which may or may not exist. */
    NAME,
    /** Nowhere: the path is empty or "/", the place is where it began. */
    BASE,
    DOT,
    DOT_DOT
  }

  /**
   * Where a path leads.
   *
   * @param directory the directory that holds (or would hold) {@code name}
   * @param name the last name; empty unless {@code ending} is NAME
   * @param inode what is there; 0 if nothing is
   * @param type its type; null if nothing is there, or if the ending is BASE and it was not looked
   *     up
   * @param slash the path ended in '/', so only a directory will do
   */
  record Place(
      Ending ending,
      long directory,
      Bytes name,
      long inode,
      @Nullable FileType type,
      boolean slash) {

    boolean exists() {
      return inode != 0;
    }

    boolean isDirectory() {
      return type == FileType.DIRECTORY;
    }
  }

  /**
   * An inode and the name that led to it.
   *
   * @param name empty if the path did not end in a name
   */
  record Found(Inode inode, long directory, Bytes name) {}

  /**
   * The inode that {@code at} means; a symbolic link as last name counts itself unless followed.
   */
  Inode resolve(At at) {
    return find(at).inode();
  }

  /** As {@link #resolve}, with the name at which the path ended. */
  Found find(At at) {
    Place place = locate(at, true);
    if (!place.exists()) {
      throw notFound(at);
    }
    Inode inode = view.need(place.inode());
    if (place.slash() && !inode.isDirectory()) {
      throw notDirectory(place.name());
    }
    return new Found(inode, place.directory(), place.name());
  }

  static Refused notFound(At at) {
    return new Refused(ErrorCode.NOT_FOUND, "'" + at.path() + "' does not exist");
  }

  private static Refused notDirectory(Bytes name) {
    return new Refused(ErrorCode.NOT_DIRECTORY, "'" + name + "' is not a directory");
  }

  /** The place of {@code at}, for a command that makes, removes or renames what is there. */
  Place locate(At at) {
    return locate(at, false);
  }

  private Place locate(At at, boolean lookup) {
    check(at.path());
    return new Walk(at).run(lookup);
  }

  private static void check(Bytes path) {
    if (path.length() > At.MAX_PATH_BYTES) {
      throw new Refused(
          ErrorCode.NAME_TOO_LONG,
          "the path has " + path.length() + " bytes; at most " + At.MAX_PATH_BYTES);
    }
    for (byte b : path.unsafeArray()) {
      if (b == 0) {
        throw new Refused(ErrorCode.INVALID, "the path contains a NUL byte");
      }
    }
  }

  /** One resolution: the directory reached and what is left of the path. */
  private final class Walk {
    private final At at;
    private byte[] path;
    private int position;
    private long directory;
    private boolean knownDirectory;
    private int symlinks;

    Walk(At at) {
      this.at = at;
      this.path = at.path().unsafeArray();
      enter(at.base());
      knownDirectory = directory == At.ROOT;
      fromRootIfAbsolute();
    }

    private void enter(long inode) {
      directory = inode;
      knownDirectory = true;
    }

    private void fromRootIfAbsolute() {
      if (path.length > 0 && path[0] == '/') {
        enter(At.ROOT);
      }
    }

    private void skipSlashes() {
      while (position < path.length && path[position] == '/') {
        position++;
      }
    }

    Place run(boolean lookup) {
      skipSlashes();
      while (position < path.length) {
        int start = position;
        while (position < path.length && path[position] != '/') {
          position++;
        }
        int end = position;
        skipSlashes();
        Place place = step(start, end, lookup);
        if (place != null) {
          return place;
        }
      }
      FileType type = knownDirectory ? FileType.DIRECTORY : null;
      return new Place(Ending.BASE, directory, Bytes.EMPTY, directory, type, path.length > 0);
    }

    /** Takes one name; answers a place if it was the last one. */
    private @Nullable Place step(int start, int end, boolean lookup) {
      boolean last = position == path.length;
      boolean slash = last && end < path.length;
      int length = end - start;
      if (length == 1 && path[start] == '.') {
        needDirectory();
        return last ? dots(Ending.DOT, slash) : null;
      }
      if (length == 2 && path[start] == '.' && path[start + 1] == '.') {
        enter(parent());
        return last ? dots(Ending.DOT_DOT, slash) : null;
      }
      if (length > At.MAX_NAME_BYTES) {
        throw new Refused(
            ErrorCode.NAME_TOO_LONG,
            "a name has " + length + " bytes; at most " + At.MAX_NAME_BYTES);
      }
      Bytes name = Bytes.wrap(java.util.Arrays.copyOfRange(path, start, end));
      Dirent entry = view.dirent(directory, name);
      if (entry == null) {
        needDirectory();
        if (!last) {
          throw notFound(at);
        }
        return new Place(Ending.NAME, directory, name, 0, null, slash);
      }
      if (entry.type() == FileType.SYMLINK && (!last || at.follow() || (slash && lookup))) {
        follow(entry.inode(), end);
        return null;
      }
      if (last) {
        return new Place(Ending.NAME, directory, name, entry.inode(), entry.type(), slash);
      }
      if (entry.type() != FileType.DIRECTORY) {
        throw notDirectory(name);
      }
      enter(entry.inode());
      return null;
    }

    private Place dots(Ending ending, boolean slash) {
      return new Place(ending, directory, Bytes.EMPTY, directory, FileType.DIRECTORY, slash);
    }

    /** Goes on with the link's target and then with what followed {@code end}. */
    private void follow(long symlink, int end) {
      if (++symlinks > MAX_SYMLINKS) {
        throw new Refused(
            ErrorCode.LOOP, "'" + at.path() + "' passes more than " + MAX_SYMLINKS + " symlinks");
      }
      byte[] target = view.need(symlink).target.unsafeArray();
      byte[] whole = java.util.Arrays.copyOf(target, target.length + path.length - end);
      System.arraycopy(path, end, whole, target.length, path.length - end);
      path = whole;
      position = 0;
      fromRootIfAbsolute();
      skipSlashes();
    }

    private void needDirectory() {
      if (!knownDirectory) {
        if (!view.need(directory).isDirectory()) {
          throw new Refused(ErrorCode.NOT_DIRECTORY, "inode " + directory + " is not a directory");
        }
        knownDirectory = true;
      }
    }

    private long parent() {
      needDirectory();
      long parent = view.need(directory).parent;
      if (parent == 0) {
        throw new Refused(ErrorCode.NOT_FOUND, "the directory was removed");
      }
      return parent;
    }
  }
}

package io.quorate.store.metadata;

/**
 * A place in the tree: a path of names separated by '/', relative to a base inode. An empty path is
 * the base itself, which is how a mount addresses inodes; the API uses the root and a whole path,
 * so that one command resolves and acts in one round. Symbolic links on the way are followed (at
 * most 40), a target that begins with '/' from the root; the last name is followed only if {@code
 * follow}. "." and ".." are resolved as POSIX does.
 *
 * @param base inode that the path starts from
 * @param path at most 4,096 bytes, each name 1 to 255 bytes without NUL
 * @param follow whether a symbolic link as last name is followed
 */
public record At(long base, Bytes path, boolean follow) {
  /** Inode of the root directory. */
  public static final long ROOT = 1;

  /** Longest path, in bytes. */
  public static final int MAX_PATH_BYTES = 4096;

  /** Longest name, in bytes. */
  public static final int MAX_NAME_BYTES = 255;

  public static At inode(long inode) {
    return new At(inode, Bytes.EMPTY, true);
  }

  public static At path(Bytes path, boolean follow) {
    return new At(ROOT, path, follow);
  }

  /** One name in a directory, as a mount asks. */
  public static At child(long directory, Bytes name) {
    return new At(directory, name, false);
  }
}

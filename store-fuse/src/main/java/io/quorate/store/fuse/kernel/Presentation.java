package io.quorate.store.fuse.kernel;

/**
 * How nodes are shown to the kernel.
 *
 * @param cache for how long it may rely on what it is told
 * @param root inode of the directory that is the mount's root: the kernel's node 1
 * @param uid owner that everything has, or −1 for each its own
 * @param gid group that everything has, or −1
 * @param umask permissions that nobody has, or −1 for the bits as they are
 */
public record Presentation(Caching cache, long root, int uid, int gid, int umask) {
  /** The kernel's number for the root. */
  private static final long ROOT_NODE = 1;

  /** Type, and the permissions that umask speaks of. */
  private static final int TYPE = 0170000;

  private static final int ALL = 0777;

  /** Everything as it is in the store. */
  public static final Presentation PLAIN = new Presentation(Caching.NONE, ROOT_NODE, -1, -1, -1);

  /** The same, with nothing to rely on. */
  public Presentation once() {
    return new Presentation(Caching.NONE, root, uid, gid, umask);
  }

  /** The inode that the kernel means by a node. */
  public long inode(long node) {
    return node == ROOT_NODE ? root : node;
  }

  /** What the kernel calls an inode. */
  public long node(long inode) {
    return inode == root ? ROOT_NODE : inode;
  }

  int uid(int own) {
    return uid < 0 ? own : uid;
  }

  int gid(int own) {
    return gid < 0 ? own : gid;
  }

  int mode(int own) {
    return umask < 0 ? own : own & TYPE | ALL & ~umask;
  }
}

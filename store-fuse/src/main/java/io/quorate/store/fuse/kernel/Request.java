package io.quorate.store.fuse.kernel;

import io.quorate.store.metadata.Bytes;
import java.nio.ByteBuffer;
import java.util.List;

/** What the kernel asks of a file system. Node 1 is the root; handles are numbers of our own. */
public sealed interface Request {

  /**
   * Who asks, and about which node.
   *
   * @param unique number of the request, which the reply repeats
   * @param pid 0 if the kernel itself asks
   */
  record Header(int opcode, long unique, long node, int uid, int gid, int pid) {
    public Header withNode(long other) {
      return other == node ? this : new Header(opcode, unique, other, uid, gid, pid);
    }
  }

  // ---- the connection

  /**
   * The first request: versions and what the kernel offers; flags 32 to 63 are in the high half.
   */
  record Init(int major, int minor, int maxReadahead, long flags) implements Request {}

  /** The last one of some mounts. */
  record Destroy() implements Request {}

  /** The caller of another request was interrupted. */
  record Interrupt(long unique) implements Request {}

  /** The kernel drops references that it got by lookups; it awaits no reply. */
  record Forget(List<Forgotten> nodes) implements Request {}

  /** {@code lookups} references to {@code node}. */
  record Forgotten(long node, long lookups) {}

  // ---- names

  record Lookup(Bytes name) implements Request {}

  /** The umask is not applied to the mode, here and where something else is made. */
  record MakeNode(Bytes name, int mode, int umask, int device) implements Request {}

  record MakeDirectory(Bytes name, int mode, int umask) implements Request {}

  record Symlink(Bytes name, Bytes target) implements Request {}

  record Link(long existing, Bytes name) implements Request {}

  record Unlink(Bytes name) implements Request {}

  record RemoveDirectory(Bytes name) implements Request {}

  record Rename(Bytes name, long newDirectory, Bytes newName, int flags) implements Request {}

  record ReadLink() implements Request {}

  // ---- attributes

  /** Of the node, or by a handle that is open; {@code birth} if also when it was made. */
  record GetAttributes(boolean byHandle, long handle, boolean birth) implements Request {}

  /** See {@link Attribute} for the bits of {@code valid}. */
  record SetAttributes(
      int valid,
      long handle,
      long sizeBytes,
      long atimeNanos,
      long mtimeNanos,
      int mode,
      int uid,
      int gid)
      implements Request {}

  record StatFileSystem() implements Request {}

  /** {@code killSetgid} if setgid goes with it: who sets an ACL is not in the file's group. */
  record SetXattr(Bytes name, Bytes value, int flags, boolean killSetgid) implements Request {}

  /** A size of 0 asks how much there is. */
  record GetXattr(Bytes name, int sizeBytes) implements Request {}

  record ListXattrs(int sizeBytes) implements Request {}

  record RemoveXattr(Bytes name) implements Request {}

  // ---- files

  record Open(int flags, boolean killPrivileges) implements Request {}

  record Create(Bytes name, int flags, int mode, int umask) implements Request {}

  /** A file without a name in the directory that the request is about. */
  record CreateUnnamed(int flags, int mode, int umask) implements Request {}

  record Read(long handle, long offset, int lengthBytes) implements Request {}

  record Write(long handle, long offset, ByteBuffer content, int flags, boolean killPrivileges)
      implements Request {}

  record Flush(long handle, long lockOwner) implements Request {}

  record Sync(long handle) implements Request {}

  record Release(long handle, boolean unlock, long lockOwner) implements Request {}

  record Allocate(long handle, long offset, long lengthBytes, int mode) implements Request {}

  record Seek(long handle, long offset, int whence) implements Request {}

  record CopyRange(
      long handle, long offset, long toNode, long toHandle, long toOffset, long lengthBytes)
      implements Request {}

  // ---- directories

  record OpenDirectory() implements Request {}

  /** {@code plus} if each entry comes with its attributes, and counts as a lookup. */
  record ReadDirectory(long handle, long offset, int sizeBytes, boolean plus) implements Request {}

  record ReleaseDirectory(long handle) implements Request {}

  record SyncDirectory(long handle) implements Request {}

  // ---- locks

  /** Which lock is in the way of this one? */
  record TestLock(long handle, FileLock lock) implements Request {}

  /** {@code waits} as long as others hold it. */
  record SetLock(long handle, FileLock lock, boolean waits) implements Request {}

  /**
   * A range with a lock.
   *
   * @param flock whether it is one of flock(2), not of fcntl(2)
   * @param endByte last byte, inclusive
   */
  record FileLock(
      long owner, boolean flock, long startByte, long endByte, LockKind kind, int pid) {}

  /** F_RDLCK, F_WRLCK, F_UNLCK. */
  enum LockKind {
    READ,
    WRITE,
    UNLOCK
  }

  /** One that is not served; the kernel remembers ENOSYS for many of them. */
  record Unknown() implements Request {}
}

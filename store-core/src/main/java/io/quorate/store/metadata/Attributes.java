package io.quorate.store.metadata;

/**
 * What stat(2) tells, and a little more. Times are nanoseconds since 1970.
 *
 * @param inode number, never used twice in a cluster
 * @param content id of the file's content; a whole-file replacement gives the inode a new one, and
 *     readers that opened the old one keep it
 * @param version log index of the last change to content or attributes
 * @param contentVersion log index of the last change to content
 * @param permissions the low 12 mode bits (07777)
 * @param device rdev of device nodes
 * @param allocatedBytes bytes that extents and preallocation cover
 */
public record Attributes(
    long inode,
    long content,
    long version,
    long contentVersion,
    FileType type,
    int permissions,
    int links,
    int uid,
    int gid,
    long device,
    long sizeBytes,
    long allocatedBytes,
    long atimeNanos,
    long mtimeNanos,
    long ctimeNanos,
    long birthNanos) {

  /** Type and permission bits as st_mode has them. */
  public int mode() {
    return type.bits() | permissions;
  }
}

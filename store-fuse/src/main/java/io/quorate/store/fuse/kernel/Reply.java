package io.quorate.store.fuse.kernel;

import io.quorate.store.fuse.kernel.Request.FileLock;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes replies: the header and the body, as the device takes them. */
public final class Reply {
  static final int HEADER_BYTES = 16;

  /** Size of struct fuse_attr. */
  static final int ATTRIBUTES_BYTES = 88;

  /** Size of struct fuse_entry_out. */
  static final int ENTRY_BYTES = 40 + ATTRIBUTES_BYTES;

  /** Size of struct fuse_statx, which is struct statx of statx(2). */
  private static final int STATX_BYTES = 256;

  /** What is told: STATX_BASIC_STATS, and STATX_BTIME where it is known. */
  private static final int STATX_BASIC = 0x7ff;

  private static final int STATX_BIRTH = 0x800;

  private static final int INIT_BYTES = 64;
  private static final int STATFS_BYTES = 80;
  private static final int LOCK_BYTES = 24;
  private static final int BLOCK_BYTES = 4096;

  /** Unit of st_blocks, whatever the block size. */
  private static final int BLOCKS_UNIT_BYTES = 512;

  private static final int NANOS = 1_000_000_000;

  private Reply() {}

  static ByteBuffer body(int bytes) {
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + bytes).order(ByteOrder.nativeOrder());
    return out.position(HEADER_BYTES);
  }

  /** Puts the header in front; the message is ready to be sent. */
  static ByteBuffer finish(ByteBuffer reply, long unique, int errno) {
    reply.flip();
    return reply.putInt(0, reply.limit()).putInt(4, -errno).putLong(8, unique);
  }

  public static ByteBuffer empty() {
    return body(0);
  }

  /** Answers INIT. */
  public static ByteBuffer init(Terms terms) {
    ByteBuffer out = body(INIT_BYTES);
    out.putInt(terms.major()).putInt(terms.minor()).putInt(terms.maxReadahead());
    out.putInt((int) terms.flags());
    out.putShort((short) terms.maxBackground()).putShort((short) (terms.maxBackground() * 3 / 4));
    out.putInt(terms.maxWriteBytes()).putInt(1); // times to the nanosecond
    out.putShort((short) terms.maxPages()).putShort((short) 0);
    out.putInt((int) (terms.flags() >>> 32));
    return out.position(out.limit());
  }

  /** A node that a name leads to. */
  public static ByteBuffer entry(Attributes attributes, Presentation shown) {
    return putEntry(body(ENTRY_BYTES), attributes, shown);
  }

  /** The node of a reply that was made by {@link #entry} or {@link #created}. */
  public static long entryNode(ByteBuffer reply) {
    return reply.getLong(HEADER_BYTES);
  }

  static ByteBuffer putEntry(ByteBuffer out, Attributes attributes, Presentation shown) {
    Caching cache = shown.cache();
    out.putLong(shown.node(attributes.inode())).putLong(0);
    out.putLong(cache.entrySeconds()).putLong(cache.attributeSeconds());
    out.putInt(cache.entryNanosOfSecond()).putInt(cache.attributeNanosOfSecond());
    return putAttributes(out, attributes, shown);
  }

  /** Answers GETATTR and SETATTR. */
  public static ByteBuffer attributes(Attributes attributes, Presentation shown) {
    Caching cache = shown.cache();
    ByteBuffer out = body(16 + ATTRIBUTES_BYTES);
    out.putLong(cache.attributeSeconds()).putInt(cache.attributeNanosOfSecond()).putInt(0);
    return putAttributes(out, attributes, shown);
  }

  private static long blocks(Attributes a) {
    return (a.allocatedBytes() + BLOCKS_UNIT_BYTES - 1) / BLOCKS_UNIT_BYTES;
  }

  private static ByteBuffer putAttributes(ByteBuffer out, Attributes a, Presentation shown) {
    out.putLong(a.inode()).putLong(a.sizeBytes());
    out.putLong(blocks(a));
    out.putLong(Math.floorDiv(a.atimeNanos(), NANOS));
    out.putLong(Math.floorDiv(a.mtimeNanos(), NANOS));
    out.putLong(Math.floorDiv(a.ctimeNanos(), NANOS));
    out.putInt((int) Math.floorMod(a.atimeNanos(), (long) NANOS));
    out.putInt((int) Math.floorMod(a.mtimeNanos(), (long) NANOS));
    out.putInt((int) Math.floorMod(a.ctimeNanos(), (long) NANOS));
    out.putInt(shown.mode(a.mode())).putInt(a.links());
    out.putInt(shown.uid(a.uid())).putInt(shown.gid(a.gid()));
    return out.putInt((int) a.device()).putInt(BLOCK_BYTES).putInt(0);
  }

  /** Answers STATX: the same, and when the node was made. */
  public static ByteBuffer attributesAndBirth(Attributes a, Presentation shown) {
    Caching cache = shown.cache();
    ByteBuffer out = body(32 + STATX_BYTES);
    out.putLong(cache.attributeSeconds()).putInt(cache.attributeNanosOfSecond()).putInt(0);
    out.putLong(0).putLong(0);
    // The root of the tree was made by nobody.
    int told = a.birthNanos() == 0 ? STATX_BASIC : STATX_BASIC | STATX_BIRTH;
    out.putInt(told).putInt(BLOCK_BYTES).putLong(0).putInt(a.links());
    out.putInt(shown.uid(a.uid())).putInt(shown.gid(a.gid()));
    out.putShort((short) shown.mode(a.mode())).putShort((short) 0);
    out.putLong(a.inode()).putLong(a.sizeBytes()).putLong(blocks(a)).putLong(0);
    putTime(out, a.atimeNanos());
    putTime(out, a.birthNanos());
    putTime(out, a.ctimeNanos());
    putTime(out, a.mtimeNanos());
    // The number of a device is one word elsewhere: 8 bits of its minor part, 12 of the major, 12
    // of the minor.
    int device = (int) a.device();
    out.putInt(device >>> 8 & 0xfff).putInt(device & 0xff | device >>> 12 & 0xfff00);
    return out.position(out.limit());
  }

  private static void putTime(ByteBuffer out, long nanos) {
    out.putLong(Math.floorDiv(nanos, NANOS));
    out.putInt((int) Math.floorMod(nanos, (long) NANOS)).putInt(0);
  }

  /**
   * Answers OPEN and OPENDIR.
   *
   * @param flags of {@link OpenFlags}
   */
  public static ByteBuffer opened(long handle, int flags) {
    return putOpened(body(16), handle, flags);
  }

  /** Answers CREATE. */
  public static ByteBuffer created(
      Attributes attributes, Presentation shown, long handle, int flags) {
    return putOpened(putEntry(body(ENTRY_BYTES + 16), attributes, shown), handle, flags);
  }

  private static ByteBuffer putOpened(ByteBuffer out, long handle, int flags) {
    return out.putLong(handle).putInt(flags).putInt(0);
  }

  /** Bytes as they are: content, the target of a link, an attribute's value. */
  public static ByteBuffer bytes(ByteBuffer content) {
    return body(content.remaining()).put(content);
  }

  public static ByteBuffer bytes(Bytes content) {
    return bytes(ByteBuffer.wrap(content.unsafeArray()));
  }

  /** How many bytes were written. */
  public static ByteBuffer written(int bytes) {
    return body(8).putInt(bytes).putInt(0);
  }

  /** How many bytes an attribute, or the list of their names, takes. */
  public static ByteBuffer size(int bytes) {
    return written(bytes);
  }

  public static ByteBuffer offset(long offset) {
    return body(8).putLong(offset);
  }

  /** Answers STATFS; bytes are told in blocks. */
  public static ByteBuffer statFileSystem(
      long totalBytes, long freeBytes, long files, long freeFiles, int nameBytes) {
    ByteBuffer out = body(STATFS_BYTES);
    out.putLong(totalBytes / BLOCK_BYTES);
    out.putLong(freeBytes / BLOCK_BYTES).putLong(freeBytes / BLOCK_BYTES);
    out.putLong(files + freeFiles).putLong(freeFiles);
    out.putInt(BLOCK_BYTES).putInt(nameBytes).putInt(BLOCK_BYTES);
    return out.position(out.limit());
  }

  /** The lock that is in the way, or one that is no lock. */
  public static ByteBuffer lock(FileLock lock) {
    ByteBuffer out = body(LOCK_BYTES);
    out.putLong(lock.startByte()).putLong(lock.endByte());
    return out.putInt(lock.kind().ordinal()).putInt(lock.pid());
  }
}

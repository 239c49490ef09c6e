package io.quorate.store.fuse.kernel;

import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A reply to READDIR or READDIRPLUS, filled entry by entry:
 *
 * <pre>
 *   (plus: what LOOKUP answers, 128) · inode 8 · offset of the next 8 · name length 4 · type 4 · name
 * </pre>
 *
 * <p>each padded to 8 bytes.
 */
public final class DirectoryReply {
  private static final int FIXED_BYTES = 24;

  private final ByteBuffer out;
  private final boolean plus;

  /**
   * Begins.
   *
   * @param sizeBytes what the kernel has room for
   */
  public DirectoryReply(int sizeBytes, boolean plus) {
    this.out = Reply.body(sizeBytes);
    this.plus = plus;
  }

  /**
   * Adds an entry, if there is room for it.
   *
   * @param attributes of the node, which counts as a lookup; null for "." and ".."
   * @param next offset at which to go on after it
   */
  public boolean add(
      Bytes name,
      long inode,
      FileType type,
      @Nullable Attributes attributes,
      long next,
      Presentation shown) {
    int bytes = (FIXED_BYTES + name.length() + 7) & ~7;
    if (out.remaining() < bytes + (plus ? Reply.ENTRY_BYTES : 0)) {
      return false;
    }
    if (plus) {
      if (attributes == null) {
        out.position(out.position() + Reply.ENTRY_BYTES);
      } else {
        Reply.putEntry(out, attributes, shown);
      }
    }
    int end = out.position() + bytes;
    out.putLong(inode).putLong(next).putInt(name.length()).putInt(type.bits() >> 12);
    out.put(name.unsafeArray());
    out.position(end);
    return true;
  }

  public ByteBuffer finish() {
    return out;
  }
}

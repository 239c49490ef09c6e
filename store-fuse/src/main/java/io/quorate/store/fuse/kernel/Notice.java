package io.quorate.store.fuse.kernel;

import io.quorate.store.metadata.Bytes;
import java.nio.ByteBuffer;

/** Messages that nobody has asked for: of what the kernel is to forget. */
public final class Notice {
  static final int INVALIDATE_INODE = 2;
  static final int INVALIDATE_ENTRY = 3;
  static final int NEXT_EPOCH = 8;

  /** The first minor version of the protocol that has {@link #names()}: Linux 6.16. */
  public static final int EPOCHS_MINOR = 44;

  static final int EXPIRE_ONLY = 1;

  private static final int NODE_BYTES = 24;
  private static final int ENTRY_BYTES = 16;

  private Notice() {}

  /** Attributes of a node, its ACLs among them. */
  public static ByteBuffer attributes(long node) {
    return node(node, -1);
  }

  /** Attributes and content of a node. */
  public static ByteBuffer content(long node) {
    return node(node, 0);
  }

  private static ByteBuffer node(long node, long from) {
    return finish(Reply.body(NODE_BYTES).putLong(node).putLong(from).putLong(0), INVALIDATE_INODE);
  }

  /**
   * What a name in a directory leads to.
   *
   * @param expire to ask what it is before it is used, not to drop it at once: a directory that is
   *     somebody's working directory stays so if nothing has changed in the end. Where {@link
   *     InitFlags#HAS_EXPIRE_ONLY} is offered
   */
  public static ByteBuffer name(long directory, Bytes name, boolean expire) {
    ByteBuffer out = Reply.body(ENTRY_BYTES + name.length() + 1);
    out.putLong(directory).putInt(name.length()).putInt(expire ? EXPIRE_ONLY : 0);
    return finish(out.put(name.unsafeArray()).put((byte) 0), INVALIDATE_ENTRY);
  }

  /** What all names lead to. */
  public static ByteBuffer names() {
    return finish(Reply.body(0), NEXT_EPOCH);
  }

  /** In place of an error there is what the message is about, and in place of a request 0. */
  private static ByteBuffer finish(ByteBuffer body, int code) {
    return Reply.finish(body, 0, -code);
  }
}

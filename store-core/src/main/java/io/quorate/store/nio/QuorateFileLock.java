package io.quorate.store.nio;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A lock of this virtual machine, that all peers know. Ends with its channel or with the session.
 */
final class QuorateFileLock extends FileLock {
  /**
   * All locks of a file system have one owner within the session, as those of a process have; that
   * two of them do not overlap is seen to by the {@link LockTable}.
   */
  private static final long OWNER = 1;

  private final QuorateFileChannel channel;
  private final AtomicBoolean released = new AtomicBoolean();

  QuorateFileLock(QuorateFileChannel channel, long position, long size, boolean shared) {
    super(channel, position, size, shared);
    this.channel = channel;
  }

  long owner() {
    return OWNER;
  }

  long startByte() {
    return position();
  }

  /** Last byte, inclusive. */
  long endByte() {
    long size = size();
    return size == 0 || size > Long.MAX_VALUE - position() ? Long.MAX_VALUE : position() + size - 1;
  }

  @Override
  public boolean isValid() {
    return !released.get() && channel.isOpen();
  }

  @Override
  public void release() throws IOException {
    if (released.compareAndSet(false, true)) {
      channel.release(this);
    }
  }
}

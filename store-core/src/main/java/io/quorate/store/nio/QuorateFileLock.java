package io.quorate.store.nio;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
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

  private final ChannelLocks locks;
  private final AtomicBoolean released = new AtomicBoolean();

  QuorateFileLock(
      FileChannel channel, ChannelLocks locks, long position, long size, boolean shared) {
    super(channel, position, size, shared);
    this.locks = locks;
  }

  QuorateFileLock(
      AsynchronousFileChannel channel,
      ChannelLocks locks,
      long position,
      long size,
      boolean shared) {
    super(channel, position, size, shared);
    this.locks = locks;
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
    return !released.get() && acquiredBy().isOpen();
  }

  @Override
  public void release() throws IOException {
    if (!acquiredBy().isOpen()) {
      throw new ClosedChannelException();
    }
    if (released.compareAndSet(false, true)) {
      locks.release(this);
    }
  }
}

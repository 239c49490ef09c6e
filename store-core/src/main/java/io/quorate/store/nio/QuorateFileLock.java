package io.quorate.store.nio;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A lock of this virtual machine, that all peers know. Ends with its channel or with the session.
 *
 * <pre>
 * ANNOUNCED ─► TAKING ─► HELD ◄─► RELEASING
 *     │          │        │           │
 *     │          ▼        ▼           │
 *     │      GIVEN_UP ─► GONE ◄───────┤
 *     └────────────────►  ▲ ◄─────────┘
 * </pre>
 *
 * GIVEN_UP says that nobody wants it any more while a thread is asking the cluster for it; that
 * thread sees to it that it is dropped.
 */
final class QuorateFileLock extends FileLock {
  /**
   * All locks of a file system have one owner within the session, as those of a process have; that
   * two of them do not overlap is seen to by the {@link LockTable}.
   */
  private static final long OWNER = 1;

  enum State {
    ANNOUNCED,
    TAKING,
    HELD,
    GIVEN_UP,
    RELEASING,
    GONE
  }

  private final ChannelLocks locks;
  private final AtomicReference<State> state = new AtomicReference<>(State.ANNOUNCED);

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

  ChannelLocks locks() {
    return locks;
  }

  /** Goes from one state to another; false if it was not in the first. */
  boolean move(State from, State to) {
    return state.compareAndSet(from, to);
  }

  boolean isIn(State asked) {
    return state.get() == asked;
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

  /** False also when the cluster has ended the session, and the lock with it. */
  @Override
  public boolean isValid() {
    return isIn(State.HELD) && acquiredBy().isOpen() && locks.sessionLives();
  }

  /**
   * Publishes what was written, then drops the lock. If that fails the lock is still held, and may
   * be released again.
   */
  @Override
  public void release() throws IOException {
    if (!acquiredBy().isOpen()) {
      throw new ClosedChannelException();
    }
    locks.release(this);
  }
}

package io.quorate.store.nio;

import io.quorate.store.file.FileHandle;
import io.quorate.store.metadata.Command;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;

/** The locks that one channel has on its file, or waits for. */
final class ChannelLocks {
  private final QuoratePath path;
  private final FileHandle handle;
  private final FileOptions options;
  private final LockTable table;

  ChannelLocks(QuoratePath path, FileHandle handle, FileOptions options) {
    this.path = path;
    this.handle = handle;
    this.options = options;
    this.table = path.getFileSystem().locks();
  }

  /** Whether the channel was opened for what such a lock needs. */
  void checkMode(boolean shared) {
    if (shared && !options.read()) {
      throw new NonReadableChannelException();
    }
    if (!shared && !options.write()) {
      throw new NonWritableChannelException();
    }
  }

  /**
   * Enters a lock, held or not yet, into the table of this file system.
   *
   * @throws OverlappingFileLockException if there is one in its range
   */
  void announce(QuorateFileLock lock) {
    table.add(handle.inode(), lock);
  }

  /**
   * Takes a lock that was announced, waiting for owners elsewhere.
   *
   * @throws FileLockInterruptionException when the thread is interrupted meanwhile
   * @throws ClosedChannelException when the channel is closed meanwhile
   */
  void await(QuorateFileLock lock) throws IOException {
    boolean taken = false;
    try {
      if (Thread.currentThread().isInterrupted()) {
        throw new FileLockInterruptionException();
      }
      handle.lock(
          lock.owner(),
          Command.LockFamily.FCNTL,
          type(lock.isShared()),
          lock.startByte(),
          lock.endByte());
      taken = true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      FileLockInterruptionException interrupted = new FileLockInterruptionException();
      interrupted.initCause(e);
      throw interrupted;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      withdrawUnless(taken, lock);
    }
  }

  /** Takes a lock that was announced; false if an owner elsewhere is in the way. */
  boolean take(QuorateFileLock lock) throws IOException {
    boolean taken = false;
    try {
      taken =
          handle.tryLock(
                  lock.owner(),
                  Command.LockFamily.FCNTL,
                  type(lock.isShared()),
                  lock.startByte(),
                  lock.endByte())
              == null;
      return taken;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      withdrawUnless(taken, lock);
    }
  }

  private void withdrawUnless(boolean taken, QuorateFileLock lock) {
    if (!taken) {
      withdraw(lock);
    }
  }

  /** Forgets a lock that was announced and not taken. */
  void withdraw(QuorateFileLock lock) {
    table.remove(handle.inode(), lock);
  }

  private static Command.LockType type(boolean shared) {
    return shared ? Command.LockType.READ : Command.LockType.WRITE;
  }

  void release(QuorateFileLock lock) throws IOException {
    if (!table.remove(handle.inode(), lock)) {
      return;
    }
    try {
      handle.unlock(lock.owner(), Command.LockFamily.FCNTL, lock.startByte(), lock.endByte());
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  /** Lets go of all that {@code channel} holds, as its closing does. */
  void releaseAll(Channel channel) throws IOException {
    for (QuorateFileLock lock : table.of(handle.inode(), channel)) {
      release(lock);
    }
  }
}

package io.quorate.store.nio;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.file.FileHandle;
import io.quorate.store.metadata.Command;
import io.quorate.store.nio.QuorateFileLock.State;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** The locks that one channel has on its file, or waits for. */
final class ChannelLocks {
  private static final Command.LockFamily FCNTL = Command.LockFamily.FCNTL;

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

  boolean sessionLives() {
    return handle.holdsLocks();
  }

  // ---- taking

  /**
   * Takes a lock that was announced, waiting for owners elsewhere.
   *
   * @throws FileLockInterruptionException when the thread is interrupted meanwhile
   * @throws ClosedChannelException when the channel is closed meanwhile
   */
  QuorateFileLock await(QuorateFileLock lock) throws IOException {
    begin(lock);
    boolean taken = false;
    try {
      if (Thread.currentThread().isInterrupted()) {
        throw new FileLockInterruptionException();
      }
      taken =
          handle.lock(
              lock.owner(),
              FCNTL,
              type(lock),
              lock.startByte(),
              lock.endByte(),
              met -> !lock.isIn(State.GIVEN_UP));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      FileLockInterruptionException interrupted = new FileLockInterruptionException();
      interrupted.initCause(e);
      throw interrupted;
    } catch (IndeterminateWriteException e) {
      taken = true;
      lock.move(State.TAKING, State.GIVEN_UP);
      throw e;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      end(lock, taken);
    }
    if (!taken) {
      throw new ClosedChannelException();
    }
    return held(lock);
  }

  /** Takes a lock that was announced; null if an owner elsewhere is in the way. */
  @Nullable QuorateFileLock take(QuorateFileLock lock) throws IOException {
    begin(lock);
    boolean taken = false;
    try {
      taken =
          handle.tryLock(lock.owner(), FCNTL, type(lock), lock.startByte(), lock.endByte()) == null;
    } catch (IndeterminateWriteException e) {
      taken = true;
      lock.move(State.TAKING, State.GIVEN_UP);
      throw e;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      end(lock, taken);
    }
    return taken ? held(lock) : null;
  }

  private void begin(QuorateFileLock lock) throws ClosedChannelException {
    if (!lock.move(State.ANNOUNCED, State.TAKING)) {
      throw new ClosedChannelException();
    }
    if (!lock.acquiredBy().isOpen()) {
      // It may have closed before the lock was announced, and so not have seen it.
      lock.move(State.TAKING, State.GONE);
      table.remove(handle.inode(), lock);
      throw new ClosedChannelException();
    }
  }

  /**
   * The cluster has answered.
   *
   * @param taken whether it has given the lock, or may have
   */
  private void end(QuorateFileLock lock, boolean taken) {
    if (!taken) {
      table.remove(handle.inode(), lock);
      return;
    }
    if (!lock.move(State.TAKING, State.HELD)) {
      drop(lock);
    } else if (!lock.acquiredBy().isOpen()) {
      giveUp(lock);
    }
  }

  private static QuorateFileLock held(QuorateFileLock lock) throws ClosedChannelException {
    if (!lock.acquiredBy().isOpen()) {
      throw new ClosedChannelException();
    }
    return lock;
  }

  private static Command.LockType type(QuorateFileLock lock) {
    return lock.isShared() ? Command.LockType.READ : Command.LockType.WRITE;
  }

  // ---- letting go

  /** Publishes, and drops a lock that is held; nothing if it is not. */
  void release(QuorateFileLock lock) throws IOException {
    if (!lock.move(State.HELD, State.RELEASING)) {
      return;
    }
    boolean released = false;
    try {
      handle.unlock(lock.owner(), FCNTL, lock.startByte(), lock.endByte());
      released = true;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      if (released) {
        lock.move(State.RELEASING, State.GONE);
        table.remove(handle.inode(), lock);
      } else {
        lock.move(State.RELEASING, State.HELD);
        if (!lock.acquiredBy().isOpen()) {
          giveUp(lock);
        }
      }
    }
  }

  /**
   * Nobody wants the lock any more, whatever its state. Does not wait.
   *
   * @return done when it is gone, or somebody else sees to it
   */
  CompletableFuture<Void> giveUp(QuorateFileLock lock) {
    if (lock.move(State.ANNOUNCED, State.GONE)) {
      table.remove(handle.inode(), lock);
    } else if (lock.move(State.HELD, State.GIVEN_UP)) {
      return drop(lock);
    } else {
      lock.move(State.TAKING, State.GIVEN_UP);
    }
    return CompletableFuture.completedFuture(null);
  }

  private CompletableFuture<Void> drop(QuorateFileLock lock) {
    return handle
        .dropLock(lock.owner(), FCNTL, lock.startByte(), lock.endByte())
        .whenComplete(
            (done, error) -> {
              lock.move(State.GIVEN_UP, State.GONE);
              table.remove(handle.inode(), lock);
            });
  }

  /** Lets go of all that the channel holds or waits for, as its closing does. */
  void releaseAll() throws IOException {
    List<CompletableFuture<Void>> drops = new ArrayList<>();
    for (QuorateFileLock lock : table.of(handle.inode(), this)) {
      drops.add(giveUp(lock));
    }
    try {
      CompletableFuture.allOf(drops.toArray(CompletableFuture<?>[]::new)).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException io
          ? JdkErrors.translate(io, path)
          : new IOException(e.getCause());
    }
  }
}

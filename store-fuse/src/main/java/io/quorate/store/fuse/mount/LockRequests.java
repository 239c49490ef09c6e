package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileHandle;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.FileLock;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.fuse.kernel.Request.LockKind;
import io.quorate.store.fuse.mount.LockHolders.Key;
import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;
import io.quorate.store.metadata.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Locks of flock(2) and fcntl(2), which reach every peer. */
final class LockRequests {
  /** How often a request waits for the release of a lock that it meets; each is another one. */
  private static final int RELEASES = 64;

  private final Numbered<FileHandle> files;
  private final LockHolders holders = new LockHolders();
  private final LockWaits waits = new LockWaits();

  LockRequests(Numbered<FileHandle> files) {
    this.files = files;
  }

  ByteBuffer test(Request.TestLock request) throws IOException {
    FileLock lock = request.lock();
    FileHandle file = files.get(request.handle());
    Result.LockConflict conflict =
        meet(
            file,
            family(lock),
            () ->
                file.testLock(
                    lock.owner(), family(lock), type(lock), lock.startByte(), lock.endByte()));
    if (conflict == null) {
      return Reply.lock(new FileLock(0, false, 0, 0, LockKind.UNLOCK, 0));
    }
    LockKind kind = conflict.type() == LockType.READ ? LockKind.READ : LockKind.WRITE;
    // A process elsewhere has no number here: 0, as NFS tells it. The kernel would make 0 of any
    // other that it does not know, and sees to −1 for who asks by F_OFD_GETLK.
    int process =
        conflict.session() == file.session()
            ? holders.process(new Key(file.inode(), conflict.owner(), family(lock)))
            : 0;
    return Reply.lock(
        new FileLock(0, false, conflict.startByte(), conflict.endByte(), kind, process));
  }

  /** A question whether a lock is in the way. */
  private interface Asking {
    Result.@Nullable LockConflict ask() throws IOException;
  }

  /** Asks, and again when what is in the way is about to be released. */
  private Result.@Nullable LockConflict meet(FileHandle file, LockFamily family, Asking asking)
      throws IOException {
    Result.LockConflict met = asking.ask();
    for (int i = 0; i < RELEASES && met != null && met.session() == file.session(); i++) {
      Key key = new Key(file.inode(), met.owner(), family);
      if (!holders.isHolder(key)) {
        return asking.ask(); // It has just gone.
      }
      if (!holders.awaitRelease(key)) {
        break;
      }
      met = asking.ask();
    }
    return met;
  }

  /**
   * Takes or drops one.
   *
   * @param wanted false once whoever waits for it was interrupted
   */
  ByteBuffer set(Header header, Request.SetLock request, BooleanSupplier wanted)
      throws IOException {
    FileHandle handle = files.get(request.handle());
    FileLock lock = request.lock();
    LockFamily family = family(lock);
    if (lock.kind() == LockKind.UNLOCK) {
      boolean all = lock.startByte() == 0 && lock.endByte() == Long.MAX_VALUE;
      if (all || family == LockFamily.FLOCK) {
        holders.forget(new Key(handle.inode(), lock.owner(), family));
      }
      handle.unlock(lock.owner(), family, lock.startByte(), lock.endByte());
      return Reply.empty();
    }
    Key key = new Key(handle.inode(), lock.owner(), family);
    boolean converts = lock.flock() && holders.isHolder(key);
    holders.claim(key, request.handle(), lock.pid() != 0 ? lock.pid() : header.pid());
    if (converts || !request.waits()) {
      if (meet(handle, family, () -> tryLock(handle, lock)) == null) {
        return Reply.empty();
      }
      if (converts) {
        // What flock(2) can not make another kind of lock, it loses: two that have a shared lock
        // and want it for themselves would else wait for each other.
        handle.unlock(lock.owner(), family, 0, Long.MAX_VALUE);
      }
      if (!request.waits()) {
        throw new Errno.ErrnoException(Errno.EAGAIN);
      }
    }
    await(handle, lock, wanted);
    return Reply.empty();
  }

  private static Result.@Nullable LockConflict tryLock(FileHandle handle, FileLock lock)
      throws IOException {
    return handle.tryLock(lock.owner(), family(lock), type(lock), lock.startByte(), lock.endByte());
  }

  private void await(FileHandle handle, FileLock lock, BooleanSupplier wanted) throws IOException {
    AtomicBoolean circle = new AtomicBoolean();
    Predicate<Result.LockConflict> waiting =
        met -> {
          circle.set(
              !lock.flock()
                  && met.session() == handle.session()
                  && !waits.begin(lock.owner(), met.owner()));
          return !circle.get() && wanted.getAsBoolean();
        };
    try {
      if (!handle.lock(
          lock.owner(), family(lock), type(lock), lock.startByte(), lock.endByte(), waiting)) {
        throw new Errno.ErrnoException(circle.get() ? Errno.EDEADLK : Errno.EINTR);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Errno.ErrnoException(Errno.EINTR);
    } finally {
      if (!lock.flock()) {
        waits.end(lock.owner());
      }
    }
  }

  /** Whether locks go when that descriptor is closed. */
  boolean isHolder(FileHandle handle, Request.Flush request) {
    return holders.isHolder(new Key(handle.inode(), request.lockOwner(), LockFamily.FCNTL));
  }

  /** Whether locks go with that open file. */
  boolean isHolder(Request.Release request) {
    return !holders.of(request.handle()).isEmpty();
  }

  /** A descriptor is being closed: with it, locks may go that are not its process's. */
  void closing(Request.Flush request) {
    holders.flushed(request.handle());
  }

  /** A descriptor is closed: POSIX has the process's locks in the file go. */
  void closed(Request.Flush request) throws IOException {
    FileHandle handle = files.get(request.handle());
    drop(handle, new Key(handle.inode(), request.lockOwner(), LockFamily.FCNTL));
  }

  /**
   * The last descriptor is closed. Locks of flock(2) go, and those of open files; those of a
   * process have gone when it closed.
   */
  void released(Request.Release request) throws IOException {
    FileHandle handle = files.find(request.handle());
    try {
      for (Key key : holders.of(request.handle())) {
        if (handle != null) {
          drop(handle, key);
        }
      }
    } finally {
      holders.released(request.handle());
    }
  }

  private void drop(FileHandle handle, Key key) throws IOException {
    holders.drop(key, () -> handle.unlock(key.owner(), key.family(), 0, Long.MAX_VALUE));
  }

  private static LockFamily family(FileLock lock) {
    return lock.flock() ? LockFamily.FLOCK : LockFamily.FCNTL;
  }

  private static LockType type(FileLock lock) {
    return lock.kind() == LockKind.READ ? LockType.READ : LockType.WRITE;
  }
}

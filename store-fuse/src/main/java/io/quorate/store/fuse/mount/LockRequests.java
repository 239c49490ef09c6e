package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileHandle;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.FileLock;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.fuse.kernel.Request.LockKind;
import io.quorate.store.metadata.Command.LockFamily;
import io.quorate.store.metadata.Command.LockType;
import io.quorate.store.metadata.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/** Locks of flock(2) and fcntl(2), which reach every peer. */
final class LockRequests {
  /** Who has taken locks in a file, so that a close that has none to drop costs no round. */
  private record Holder(long inode, long owner, LockFamily family) {}

  private final Numbered<FileHandle> files;
  private final Set<Holder> holders = ConcurrentHashMap.newKeySet();

  /** The process that last asked for a lock, by owner: F_GETLK tells it. */
  private final ConcurrentHashMap<Long, Integer> processes = new ConcurrentHashMap<>();

  LockRequests(Numbered<FileHandle> files) {
    this.files = files;
  }

  ByteBuffer test(Request.TestLock request) throws IOException {
    FileLock lock = request.lock();
    FileHandle file = files.get(request.handle());
    Result.LockConflict conflict =
        file.testLock(lock.owner(), family(lock), type(lock), lock.startByte(), lock.endByte());
    if (conflict == null) {
      return Reply.lock(new FileLock(0, false, 0, 0, LockKind.UNLOCK, 0));
    }
    LockKind kind = conflict.type() == LockType.READ ? LockKind.READ : LockKind.WRITE;
    // A process elsewhere has no number here.
    int process =
        conflict.session() == file.session() ? processes.getOrDefault(conflict.owner(), 0) : 0;
    return Reply.lock(
        new FileLock(0, false, conflict.startByte(), conflict.endByte(), kind, process));
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
        holders.remove(new Holder(handle.inode(), lock.owner(), family));
      }
      handle.unlock(lock.owner(), family, lock.startByte(), lock.endByte());
      return Reply.empty();
    }
    holders.add(new Holder(handle.inode(), lock.owner(), family));
    processes.put(lock.owner(), lock.pid() != 0 ? lock.pid() : header.pid());
    if (!request.waits()) {
      if (handle.tryLock(lock.owner(), family, type(lock), lock.startByte(), lock.endByte())
          != null) {
        throw new Errno.ErrnoException(Errno.EAGAIN);
      }
      return Reply.empty();
    }
    try {
      if (!handle.lock(
          lock.owner(), family, type(lock), lock.startByte(), lock.endByte(), wanted)) {
        throw new Errno.ErrnoException(Errno.EINTR);
      }
      return Reply.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Errno.ErrnoException(Errno.EINTR);
    }
  }

  /** Whether locks go when that descriptor is closed. */
  boolean isHolder(FileHandle handle, Request.Flush request) {
    return holders.contains(new Holder(handle.inode(), request.lockOwner(), LockFamily.FCNTL));
  }

  /** A descriptor is closed: POSIX has the process's locks in the file go. */
  void closed(Request.Flush request) throws IOException {
    drop(files.get(request.handle()), request.lockOwner(), LockFamily.FCNTL);
  }

  /** The last descriptor is closed: locks of flock(2) go. */
  void released(Request.Release request) throws IOException {
    FileHandle handle = files.find(request.handle());
    if (handle != null && request.unlock()) {
      drop(handle, request.lockOwner(), LockFamily.FLOCK);
    }
  }

  private void drop(FileHandle handle, long owner, LockFamily family) throws IOException {
    if (holders.remove(new Holder(handle.inode(), owner, family))) {
      processes.remove(owner);
      handle.unlock(owner, family, 0, Long.MAX_VALUE);
    }
  }

  private static LockFamily family(FileLock lock) {
    return lock.flock() ? LockFamily.FLOCK : LockFamily.FCNTL;
  }

  private static LockType type(FileLock lock) {
    return lock.kind() == LockKind.READ ? LockType.READ : LockType.WRITE;
  }
}

package io.quorate.store.fuse.mount;

import io.quorate.store.metadata.Command.LockFamily;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Who has taken locks in which file, and through which open file.
 *
 * <p>Locks of flock(2) and those of open files (OFD) go with the last close(2), but the kernel
 * tells that by a RELEASE which nobody waits for: the next lock request may overtake it. What
 * close(2) does wait for is a FLUSH. So an open file that was flushed since it took a lock may be
 * about to be released; or it lives on, in a child process or as a duplicate. A request that meets
 * its lock waits for a moment for the release, once for each flush, so that what a program has
 * closed is not in its own way.
 *
 * <p>The kernel makes the number of an owner from an address, which a new open file may get as soon
 * as the old one is closed. Hence locks are dropped on behalf of an open file only as long as that
 * one is who holds them, and who takes one waits while they are being dropped.
 */
final class LockHolders {
  /** A release that is under way is there within this, unless the machine is very busy. */
  private static final int RELEASE_MILLIS = 50;

  /** Whose locks in a file. */
  record Key(long inode, long owner, LockFamily family) {}

  /**
   * Who holds them.
   *
   * @param handle the open file through which the last one was taken
   * @param process that asked for that, as the kernel numbers it here; F_GETLK tells it
   * @param gone once they are being dropped: done when they are
   */
  private record Hold(long handle, int process, @Nullable CompletableFuture<Void> gone) {}

  private final ConcurrentHashMap<Key, Hold> holds = new ConcurrentHashMap<>();

  /** What was claimed through an open file, until it is released. */
  private final ConcurrentHashMap<Long, Set<Key>> claimed = new ConcurrentHashMap<>();

  /** Open files that were flushed while they held locks: done when they are released. */
  private final ConcurrentHashMap<Long, CompletableFuture<Void>> leaving =
      new ConcurrentHashMap<>();

  /** Notes that a lock is asked for, and by which process. */
  void claim(Key key, long handle, int process) {
    claimed.computeIfAbsent(handle, none -> ConcurrentHashMap.newKeySet()).add(key);
    Hold own = new Hold(handle, process, null);
    while (true) {
      Hold before = holds.putIfAbsent(key, own);
      if (before == null) {
        return;
      }
      if (before.gone() != null) {
        before.gone().join();
      } else if (holds.replace(key, before, own)) {
        return;
      }
    }
  }

  boolean isHolder(Key key) {
    return holds.containsKey(key);
  }

  /** The process that asked for the last of them; 0 if it is not known. */
  int process(Key key) {
    Hold hold = holds.get(key);
    return hold == null ? 0 : hold.process();
  }

  /** Whose locks go when that open file is released. */
  List<Key> of(long handle) {
    return claimed.getOrDefault(handle, Set.of()).stream()
        .filter(key -> holds.get(key) instanceof Hold hold && hold.handle() == handle)
        .toList();
  }

  /** All of them are given up, by who holds them. */
  void forget(Key key) {
    Hold hold = holds.get(key);
    if (hold != null && hold.gone() == null && holds.remove(key, hold)) {
      noLongerOf(key, hold.handle());
    }
  }

  private void noLongerOf(Key key, long handle) {
    Set<Key> keys = claimed.get(handle);
    if (keys != null) {
      keys.remove(key);
    }
  }

  /** What drops locks. */
  interface Dropping {
    void drop() throws IOException;
  }

  /** Drops the locks of {@code key} if there are any, however many others want to. */
  void drop(Key key, Dropping dropping) throws IOException {
    Hold hold = holds.get(key);
    if (hold == null || hold.gone() != null) {
      return;
    }
    CompletableFuture<Void> gone = new CompletableFuture<>();
    Hold going = new Hold(hold.handle(), hold.process(), gone);
    if (!holds.replace(key, hold, going)) {
      return;
    }
    try {
      dropping.drop();
    } finally {
      holds.remove(key, going);
      noLongerOf(key, hold.handle());
      gone.complete(null);
    }
  }

  /** A descriptor of that open file is closed, perhaps the last one. */
  void flushed(long handle) {
    if (!of(handle).isEmpty()) {
      leaving.putIfAbsent(handle, new CompletableFuture<>());
    }
  }

  /** Its locks are dropped. */
  void released(long handle) {
    claimed.remove(handle);
    CompletableFuture<Void> waitedFor = leaving.remove(handle);
    if (waitedFor != null) {
      waitedFor.complete(null);
    }
  }

  /**
   * Waits until the lock that is in the way is gone, if it may be about to go.
   *
   * @return whether it makes sense to ask again
   */
  boolean awaitRelease(Key key) {
    Hold hold = holds.get(key);
    if (hold == null) {
      return true;
    }
    if (hold.gone() != null) {
      hold.gone().join();
      return true;
    }
    CompletableFuture<Void> release = leaving.get(hold.handle());
    if (release == null) {
      return false;
    }
    try {
      release.get(RELEASE_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      leaving.remove(hold.handle(), release);
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("it never ends with an exception", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

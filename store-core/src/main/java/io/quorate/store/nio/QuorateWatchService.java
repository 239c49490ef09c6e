package io.quorate.store.nio;

import io.quorate.store.file.ChangeReader;
import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.ChangeSet;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.NotDirectoryException;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Watches directories through the log: an event on every peer and client, whoever made the change
 * and wherever. Nothing is polled for on the tree; a peer tells what it applies. After a silence
 * that was too long (no peer to be reached, or too many changes) all keys get OVERFLOW.
 */
final class QuorateWatchService implements WatchService {
  private final QuorateFileSystem fileSystem;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, QuorateWatchKey> keys = new LinkedHashMap<>();
  private final ArrayDeque<QuorateWatchKey> signalled = new ArrayDeque<>();
  private final ArrayDeque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
  private @Nullable ChangeReader reader;
  private boolean closed;

  QuorateWatchService(QuorateFileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  boolean isOf(QuorateFileSystem other) {
    return fileSystem == other;
  }

  // ---- registering

  /** Watches a directory, or changes what is watched for. */
  WatchKey register(
      QuoratePath directory, WatchEvent.Kind<?>[] kinds, WatchEvent.Modifier... modifiers)
      throws IOException {
    Set<WatchEvent.Kind<?>> wanted = wanted(kinds);
    for (WatchEvent.Modifier modifier : modifiers) {
      Objects.requireNonNull(modifier, "modifier");
      throw new UnsupportedOperationException("modifier " + modifier + " is not supported");
    }
    checkOpen();
    long now;
    Attributes attributes;
    try {
      // In this order: a deletion after it is seen as a change, one before it here.
      now = fileSystem.tree().now();
      attributes = fileSystem.tree().stat(directory.at(true));
    } catch (IOException e) {
      throw JdkErrors.translate(e, directory);
    }
    if (attributes.type() != FileType.DIRECTORY) {
      throw new NotDirectoryException(directory.toString());
    }
    QuorateWatchKey key;
    boolean known;
    ChangeReader begun = null;
    lock.lock();
    try {
      if (closed) {
        throw new ClosedWatchServiceException();
      }
      QuorateWatchKey there = keys.get(attributes.inode());
      known = there != null;
      key =
          there != null
              ? there
              : new QuorateWatchKey(this, directory, attributes.inode(), wanted, now);
      keys.put(attributes.inode(), key);
      if (reader == null) {
        reader = fileSystem.tree().changes(now, this::changed);
        begun = reader;
      }
    } finally {
      lock.unlock();
    }
    // Without the lock: a key takes it while holding its own, and a reader may answer at once.
    if (known) {
      key.want(wanted);
    }
    if (begun != null) {
      begun.next();
    }
    return key;
  }

  private static Set<WatchEvent.Kind<?>> wanted(WatchEvent.Kind<?>... kinds) {
    Set<WatchEvent.Kind<?>> wanted = new LinkedHashSet<>();
    for (WatchEvent.Kind<?> kind : kinds) {
      Objects.requireNonNull(kind, "kind of event");
      if (kind == StandardWatchEventKinds.ENTRY_CREATE
          || kind == StandardWatchEventKinds.ENTRY_MODIFY
          || kind == StandardWatchEventKinds.ENTRY_DELETE) {
        wanted.add(kind);
      } else if (kind != StandardWatchEventKinds.OVERFLOW) {
        throw new UnsupportedOperationException(
            "events of kind " + kind.name() + " are not supported");
      }
    }
    if (wanted.isEmpty()) {
      throw new IllegalArgumentException("no kind of event is asked for");
    }
    return wanted;
  }

  void forget(QuorateWatchKey key) {
    lock.lock();
    try {
      keys.remove(key.inode(), key);
    } finally {
      lock.unlock();
    }
  }

  // ---- what the peer tells

  private void changed(ChangeBatch batch) {
    if (!batch.complete()) {
      for (QuorateWatchKey key : allKeys()) {
        key.tellOverflow(batch.through());
      }
    }
    for (ChangeSet set : batch.sets()) {
      for (Change change : set.changes()) {
        tell(set.index(), change);
      }
    }
    ChangeReader following;
    lock.lock();
    try {
      following = reader;
    } finally {
      lock.unlock();
    }
    if (following != null) {
      following.next();
    }
  }

  private List<QuorateWatchKey> allKeys() {
    lock.lock();
    try {
      return new ArrayList<>(keys.values());
    } finally {
      lock.unlock();
    }
  }

  private void tell(long index, Change change) {
    QuorateWatchKey parent;
    QuorateWatchKey ended = null;
    lock.lock();
    try {
      parent = keys.get(change.parent());
      if (change.type() == FileType.DIRECTORY && change.ends()) {
        ended = keys.remove(change.inode());
      }
    } finally {
      lock.unlock();
    }
    WatchEvent.Kind<?> kind = kind(change.kind());
    if (parent != null && kind != null && !change.name().isEmpty()) {
      parent.tell(index, kind, QuoratePath.ofRaw(fileSystem, change.name().toArray()));
    }
    if (ended != null) {
      ended.end();
    }
  }

  private static WatchEvent.@Nullable Kind<?> kind(Change.Kind kind) {
    return switch (kind) {
      case CREATED -> StandardWatchEventKinds.ENTRY_CREATE;
      case REMOVED -> StandardWatchEventKinds.ENTRY_DELETE;
      case CONTENT, ATTRIBUTES -> StandardWatchEventKinds.ENTRY_MODIFY;
      // The name is there before and after: its new owner's creation is told.
      case REPLACED -> null;
    };
  }

  // ---- who waits

  /** A key has something to tell. */
  void queue(QuorateWatchKey key) {
    CompletableFuture<Void> waiter;
    lock.lock();
    try {
      signalled.add(key);
      waiter = waiting.poll();
    } finally {
      lock.unlock();
    }
    if (waiter != null) {
      waiter.complete(null);
    }
  }

  @Override
  public @Nullable WatchKey poll() {
    lock.lock();
    try {
      checkOpen();
      return signalled.poll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable WatchKey poll(long timeout, TimeUnit unit) throws InterruptedException {
    return await(fileSystem.world().nanoTime() + unit.toNanos(timeout));
  }

  @Override
  public WatchKey take() throws InterruptedException {
    while (true) {
      WatchKey key = await(fileSystem.world().nanoTime() + Long.MAX_VALUE / 4);
      if (key != null) {
        return key;
      }
    }
  }

  private @Nullable WatchKey await(long deadlineNanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    while (true) {
      CompletableFuture<Void> wake = new CompletableFuture<>();
      lock.lock();
      try {
        checkOpen();
        QuorateWatchKey key = signalled.poll();
        if (key != null) {
          return key;
        }
        waiting.add(wake);
      } finally {
        lock.unlock();
      }
      boolean woken = false;
      try {
        long left = deadlineNanos - fileSystem.world().nanoTime();
        if (left <= 0) {
          return null;
        }
        fileSystem.world().await(wake, left);
        woken = true;
      } catch (TimeoutException e) {
        return null;
      } catch (ExecutionException e) {
        throw new AssertionError("nobody fails it", e);
      } finally {
        if (!woken) {
          leave(wake);
        }
      }
    }
  }

  /** Waits no more; if it was woken just now, somebody else is in its place. */
  private void leave(CompletableFuture<Void> wake) {
    CompletableFuture<Void> other = null;
    lock.lock();
    try {
      if (!waiting.remove(wake) && !signalled.isEmpty()) {
        other = waiting.poll();
      }
    } finally {
      lock.unlock();
    }
    if (other != null) {
      other.complete(null);
    }
  }

  private void checkOpen() {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedWatchServiceException();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    List<QuorateWatchKey> ended;
    List<CompletableFuture<Void>> woken;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (reader != null) {
        reader.close();
      }
      ended = new ArrayList<>(keys.values());
      woken = new ArrayList<>(waiting);
      keys.clear();
      signalled.clear();
      waiting.clear();
    } finally {
      lock.unlock();
    }
    fileSystem.forget(this);
    ended.forEach(QuorateWatchKey::invalidate);
    woken.forEach(waiter -> waiter.complete(null));
  }
}

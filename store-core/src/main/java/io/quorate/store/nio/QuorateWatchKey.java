package io.quorate.store.nio;

import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A directory that is watched, and what happened in it since it was looked at last. Stays with the
 * directory when that is moved.
 */
final class QuorateWatchKey implements WatchKey {
  /** As the JDK's own: beyond it the events give way to one that says so. */
  static final int MOST_EVENTS = 512;

  private static final class Event implements WatchEvent<Object> {
    private final Kind<?> kind;
    private final @Nullable Path context;
    private int count = 1;

    Event(Kind<?> kind, @Nullable Path context) {
      this.kind = kind;
      this.context = context;
    }

    @SuppressWarnings("unchecked")
    @Override
    public Kind<Object> kind() {
      return (Kind<Object>) kind;
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    @SuppressWarnings("NullAway") // Null is what the JDK defines for OVERFLOW.
    public Object context() {
      return context;
    }

    @Override
    public String toString() {
      return kind.name() + " " + context + " ×" + count;
    }
  }

  private final QuorateWatchService service;
  private final QuoratePath directory;
  private final long inode;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<WatchEvent<?>> events = new ArrayList<>();

  /** Modifications told since the last other event of that name: one more counts there. */
  private final Map<Path, Event> modifications = new HashMap<>();

  private Set<WatchEvent.Kind<?>> wanted;

  /** Index of the last entry before it was registered. */
  private long after;

  private boolean signalled;
  private boolean valid = true;

  QuorateWatchKey(
      QuorateWatchService service,
      QuoratePath directory,
      long inode,
      Set<WatchEvent.Kind<?>> wanted,
      long after) {
    this.service = service;
    this.directory = directory;
    this.inode = inode;
    this.wanted = wanted;
    this.after = after;
  }

  long inode() {
    return inode;
  }

  /** Registers again: other kinds from now on. */
  void want(Set<WatchEvent.Kind<?>> kinds) {
    lock.lock();
    try {
      wanted = kinds;
    } finally {
      lock.unlock();
    }
  }

  /** Something happened to a name in the directory. */
  void tell(long index, WatchEvent.Kind<?> kind, QuoratePath name) {
    lock.lock();
    try {
      if (index > after && valid && wanted.contains(kind)) {
        add(kind, name);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Something may have happened that nobody can tell any more. */
  void tellOverflow(long through) {
    lock.lock();
    try {
      after = Math.max(after, through);
      if (valid) {
        add(StandardWatchEventKinds.OVERFLOW, null);
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(WatchEvent.Kind<?> kind, @Nullable Path context) {
    boolean modification = kind == StandardWatchEventKinds.ENTRY_MODIFY;
    Event same = events.isEmpty() ? null : (Event) events.getLast();
    boolean last =
        same != null
            && (same.kind == StandardWatchEventKinds.OVERFLOW
                || (same.kind == kind && Objects.equals(same.context, context)));
    if (!last && context != null) {
      same = modification ? modifications.get(context) : null;
      if (!modification) {
        modifications.remove(context);
      }
    } else if (!last) {
      same = null;
    }
    if (same != null) {
      same.count++;
      return;
    }
    boolean overflow = kind == StandardWatchEventKinds.OVERFLOW || events.size() >= MOST_EVENTS;
    if (overflow) {
      events.clear();
      modifications.clear();
    }
    Event event =
        overflow ? new Event(StandardWatchEventKinds.OVERFLOW, null) : new Event(kind, context);
    events.add(event);
    if (modification && !overflow && context != null) {
      modifications.put(context, event);
    }
    signal();
  }

  /** The directory is gone. */
  void end() {
    lock.lock();
    try {
      valid = false;
      signal();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is told any more, and nobody waits. */
  void invalidate() {
    lock.lock();
    try {
      valid = false;
    } finally {
      lock.unlock();
    }
  }

  private void signal() {
    if (!signalled) {
      signalled = true;
      service.queue(this);
    }
  }

  @Override
  public boolean isValid() {
    lock.lock();
    try {
      return valid;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<WatchEvent<?>> pollEvents() {
    lock.lock();
    try {
      List<WatchEvent<?>> taken = new ArrayList<>(events);
      events.clear();
      modifications.clear();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean reset() {
    lock.lock();
    try {
      if (signalled && valid) {
        signalled = false;
        if (!events.isEmpty()) {
          signal();
        }
      }
      return valid;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cancel() {
    invalidate();
    service.forget(this);
  }

  @Override
  public Path watchable() {
    return directory;
  }
}

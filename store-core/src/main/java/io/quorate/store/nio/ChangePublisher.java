package io.quorate.store.nio;

import io.quorate.store.ChangesLostException;
import io.quorate.store.FileChange;
import io.quorate.store.file.ChangeReader;
import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.metadata.Metadata.ChangeSet;
import java.nio.file.ClosedFileSystemException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The changes of a store after a version. Each subscriber hears all of them, at its own pace. */
final class ChangePublisher implements Flow.Publisher<FileChange> {
  private static final Logger LOG = LoggerFactory.getLogger(ChangePublisher.class);

  private final QuorateFileSystem fileSystem;
  private final long after;

  ChangePublisher(QuorateFileSystem fileSystem, long after) {
    this.fileSystem = fileSystem;
    this.after = after;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super FileChange> subscriber) {
    Subscription subscription = new Subscription(Objects.requireNonNull(subscriber));
    fileSystem.remember(subscription);
    try {
      subscriber.onSubscribe(subscription);
    } catch (RuntimeException | Error e) {
      subscription.cancel();
      throw e;
    }
    subscription.begin();
  }

  private final class Subscription implements Flow.Subscription, AutoCloseable {
    private final Flow.Subscriber<? super FileChange> subscriber;
    private final ChangeReader reader;
    private final ReentrantLock lock = new ReentrantLock();

    /** Of one batch: the next one is asked for when they are told. */
    private final ArrayDeque<FileChange> pending = new ArrayDeque<>();

    private long lastVersion = after;
    private long demand;
    private boolean telling;
    private boolean ended;
    private @Nullable Throwable error;

    Subscription(Flow.Subscriber<? super FileChange> subscriber) {
      this.subscriber = subscriber;
      this.reader = fileSystem.tree().changes(after, this::changed);
    }

    void begin() {
      reader.next();
    }

    @Override
    public void request(long count) {
      lock.lock();
      try {
        if (count <= 0) {
          error =
              new IllegalArgumentException("a request for " + count + " changes; 1 is the least");
        } else {
          demand = count > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + count;
        }
      } finally {
        lock.unlock();
      }
      tell();
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        ended = true;
        pending.clear();
      } finally {
        lock.unlock();
      }
      reader.close();
      fileSystem.forget(this);
    }

    /** The file system is closed. */
    @Override
    public void close() {
      fail(new ClosedFileSystemException());
    }

    private void fail(Throwable why) {
      lock.lock();
      try {
        error = error == null ? why : error;
      } finally {
        lock.unlock();
      }
      tell();
    }

    private void changed(ChangeBatch batch) {
      if (!batch.complete()) {
        long from;
        lock.lock();
        try {
          from = lastVersion;
        } finally {
          lock.unlock();
        }
        fail(new ChangesLostException(from, batch.through()));
        return;
      }
      lock.lock();
      try {
        for (ChangeSet set : batch.sets()) {
          pending.addAll(describe(set));
        }
        lastVersion = batch.through();
      } finally {
        lock.unlock();
      }
      tell();
    }

    /** What to do next, decided under the lock and done outside of it. */
    private sealed interface Step {
      record Tell(FileChange change) implements Step {}

      record End(Throwable why) implements Step {}

      record Ask() implements Step {}

      record Rest() implements Step {}
    }

    /** Tells what is asked for, one at a time, whoever calls. */
    private void tell() {
      while (true) {
        switch (nextStep()) {
          case Step.Rest rest -> {
            return;
          }
          case Step.Ask ask -> {
            // Not under the lock: a gateway may answer within the call.
            reader.next();
            return;
          }
          case Step.End end -> {
            reader.close();
            fileSystem.forget(this);
            subscriber.onError(end.why());
            return;
          }
          case Step.Tell tell -> {
            if (!told(tell.change())) {
              return;
            }
          }
        }
      }
    }

    private Step nextStep() {
      lock.lock();
      try {
        if (telling || ended) {
          return new Step.Rest();
        }
        FileChange next = demand > 0 ? pending.poll() : null;
        if (next != null) {
          demand -= demand == Long.MAX_VALUE ? 0 : 1;
          telling = true;
          return new Step.Tell(next);
        }
        if (error != null && (pending.isEmpty() || isFault(error))) {
          ended = true;
          return new Step.End(error);
        }
        return pending.isEmpty() ? new Step.Ask() : new Step.Rest();
      } finally {
        lock.unlock();
      }
    }

    /** False if the subscriber threw, which it must not: then it hears no more. */
    private boolean told(FileChange change) {
      try {
        subscriber.onNext(change);
      } catch (RuntimeException | Error e) {
        LOG.warn("a subscriber to changes threw, and is told nothing more", e);
        cancel();
        return false;
      }
      lock.lock();
      try {
        telling = false;
      } finally {
        lock.unlock();
      }
      return true;
    }

    /** What does not wait until the changes before it are told. */
    private boolean isFault(@Nullable Throwable why) {
      return why != null && !(why instanceof ChangesLostException);
    }
  }

  // ---- what a change is called

  private List<FileChange> describe(ChangeSet set) {
    List<FileChange> described = new ArrayList<>(set.changes().size());
    for (Change change : set.changes()) {
      FileChange.Kind kind =
          switch (change.kind()) {
            case CREATED -> change.move() == 0 ? FileChange.Kind.CREATED : FileChange.Kind.MOVED;
            // The other half of a move tells it; so does what took the name.
            case REMOVED -> change.move() == 0 ? FileChange.Kind.DELETED : null;
            case REPLACED -> null;
            case CONTENT -> FileChange.Kind.MODIFIED;
            case ATTRIBUTES -> FileChange.Kind.ATTRIBUTES;
          };
      boolean nameless = change.name().isEmpty() && change.parent() == 0;
      if (kind != null && !nameless) {
        described.add(
            new FileChange(
                kind,
                path(change),
                kind == FileChange.Kind.MOVED ? movedFrom(set, change) : null,
                change.type() == FileType.DIRECTORY,
                set.index(),
                Instant.ofEpochSecond(0, set.stampNanos())));
      }
    }
    return described;
  }

  private @Nullable QuoratePath movedFrom(ChangeSet set, Change moved) {
    for (Change other : set.changes()) {
      if (other.kind() == Change.Kind.REMOVED && other.move() == moved.move()) {
        return path(other);
      }
    }
    return null;
  }

  private QuoratePath path(Change change) {
    QuoratePath path = fileSystem.root();
    for (Bytes part : new Bytes[] {change.directory(), change.name()}) {
      path = part.isEmpty() ? path : path.child(part);
    }
    return path;
  }
}

package io.quorate.store.file;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The store's present session. Opens the first when somebody needs one, keeps it alive, and opens
 * another for new work when the cluster has ended it; what was opened in the old one stays there
 * and fails.
 *
 * <p>Signs of life go out every third of the timeout, each in this order: learn an index that the
 * cluster has committed, then list the open handles. Whoever unlinks a file at or below that index
 * thereby knows from the list whether this session still reads it: a handle in the list was open,
 * and one that is being opened since before is allowed for by naming the index that was known when
 * its opening began.
 */
final class Sessions {
  private final World world;
  private final Gateway gateway;
  private final Requests requests;
  private final Window window;
  private final StoreOptions options;
  private final InodeTable files;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Session current;
  private @Nullable CompletableFuture<Session> opening;
  private World.@Nullable Timer nextSignOfLife;
  private boolean closed;

  Sessions(
      World world,
      Gateway gateway,
      Requests requests,
      Window window,
      StoreOptions options,
      InodeTable files) {
    this.world = world;
    this.gateway = gateway;
    this.requests = requests;
    this.window = window;
    this.options = options;
    this.files = files;
  }

  /** The session for new work: the present one, or one that is opened now. */
  CompletableFuture<Session> current(@Nullable String file, long deadline) {
    CompletableFuture<Session> begun;
    lock.lock();
    try {
      if (closed) {
        return CompletableFuture.failedFuture(new StoreClosedException(file));
      }
      if (current != null && !current.hasEnded()) {
        return CompletableFuture.completedFuture(current);
      }
      if (opening != null) {
        return bounded(opening, file, deadline);
      }
      begun = new CompletableFuture<>();
      opening = begun;
    } finally {
      lock.unlock();
    }
    open(begun);
    return bounded(begun, file, deadline);
  }

  private CompletableFuture<Session> bounded(
      CompletableFuture<Session> session, @Nullable String file, long deadline) {
    if (session.isDone()) {
      return session;
    }
    CompletableFuture<Session> bounded = new CompletableFuture<>();
    Deadlines.Entry expiry =
        requests
            .deadlines()
            .add(
                deadline,
                () ->
                    bounded.completeExceptionally(
                        Requests.noQuorum(file, "no session could be opened")));
    session.whenComplete(
        (opened, error) -> {
          requests.deadlines().remove(expiry);
          if (error != null) {
            bounded.completeExceptionally(Requests.cause(error));
          } else {
            bounded.complete(opened);
          }
        });
    return bounded;
  }

  private void open(CompletableFuture<Session> begun) {
    SessionCommand command =
        new SessionCommand(
            0,
            world.randomLong(),
            0,
            new Command.OpenSession(options.owner(), options.sessionTimeoutMillis()));
    requests
        .write(null, requests.deadline(), false, () -> gateway.propose(command, List.of()))
        .whenComplete((result, error) -> opened(begun, result, error));
  }

  private void opened(
      CompletableFuture<Session> begun, @Nullable Result result, @Nullable Throwable error) {
    Session session = null;
    Throwable failure = error == null ? null : Requests.cause(error);
    if (result instanceof Result.Opened opened) {
      session = new Session(gateway, requests, window, opened.session());
      files.committed(opened.session());
    } else if (result instanceof Result.Failed failed) {
      failure = new RefusedException(failed.code(), null, null, "no session: " + failed.detail());
    } else if (failure instanceof IndeterminateWriteException) {
      // A session that nobody uses ends by its timeout: for the caller, nothing was attempted.
      failure = new NoQuorumException(null, "no session could be opened: " + failure.getMessage());
    } else if (failure == null) {
      failure = new IllegalStateException("opening a session answered " + result);
    }
    lock.lock();
    try {
      opening = null;
      if (session != null && !closed) {
        current = session;
        schedule(session);
      }
    } finally {
      lock.unlock();
    }
    if (session != null) {
      begun.complete(session);
    } else {
      begun.completeExceptionally(failure);
    }
  }

  private void schedule(Session session) {
    lock.lock();
    try {
      if (!closed && !session.hasEnded()) {
        nextSignOfLife = world.schedule(intervalNanos(), () -> signOfLife(session));
      }
    } finally {
      lock.unlock();
    }
  }

  private long intervalNanos() {
    return options.sessionTimeoutMillis() * 1_000_000 / 3;
  }

  private void signOfLife(Session session) {
    requests
        .read(null, world.nanoTime() + intervalNanos() / 4, gateway::status)
        .thenAccept(this::learn)
        .handle((learned, error) -> keepAlive(session))
        .thenCompose(
            keepAlive ->
                session.submit(keepAlive, List.of(), null, world.nanoTime() + intervalNanos() / 2))
        .whenComplete(
            (result, error) -> {
              if (error != null && Requests.cause(error) instanceof SessionEndedException) {
                session.end();
              } else {
                schedule(session);
              }
            });
  }

  private void learn(ClusterStatus status) {
    files.committed(status.commitIndex());
  }

  private Command.KeepAlive keepAlive(Session session) {
    InodeTable.Held held = files.held();
    return new Command.KeepAlive(held.asOf(), held.ids(), session.chunkFloor());
  }

  /** Ends the session, so that its locks and chunks are free at once; within a second. */
  void close() {
    Session last;
    lock.lock();
    try {
      closed = true;
      last = current;
      if (nextSignOfLife != null) {
        nextSignOfLife.cancel();
      }
    } finally {
      lock.unlock();
    }
    if (last != null && !last.hasEnded()) {
      long deadline = world.nanoTime() + Math.min(1_000_000_000L, intervalNanos());
      last.submit(new Command.EndSession(last.id()), List.of(), null, deadline)
          .handle((result, error) -> null)
          .join();
      last.end();
    }
  }
}

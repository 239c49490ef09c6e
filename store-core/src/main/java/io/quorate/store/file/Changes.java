package io.quorate.store.file;

import io.quorate.store.SessionEndedException;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Result;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts commands that change names and attributes through the log, in whatever session this process
 * has. Thread-safe.
 */
final class Changes {
  private final Sessions sessions;
  private final Requests requests;
  private final BooleanSupplier closed;

  /**
   * @param closed whether no new session is to be opened any more
   */
  Changes(Sessions sessions, Requests requests, BooleanSupplier closed) {
    this.sessions = sessions;
    this.requests = requests;
    this.closed = closed;
  }

  /**
   * Waits for the outcome. A session that has ended is no hindrance: nothing happened in it, so the
   * command goes on in a new one.
   *
   * @param about what the command is about, for messages, as is {@code other}
   */
  Result submit(Command command, At about, @Nullable At other) throws IOException {
    String file = FileTree.name(about);
    long deadline = requests.deadline();
    while (true) {
      Session session = Requests.join(sessions.current(file, deadline));
      try {
        Result result = Requests.join(session.submit(command, List.of(), file, deadline));
        if (result instanceof Result.Failed) {
          throw refused(result, file, other);
        }
        return result;
      } catch (SessionEndedException e) {
        if (requests.passed(deadline) || closed.getAsBoolean()) {
          throw e;
        }
      }
    }
  }

  /**
   * The session that this process has now, for who must not wait; null if one is to be had only by
   * waiting.
   */
  @Nullable Session present(String file) {
    CompletableFuture<Session> current = sessions.current(file, requests.deadline());
    return current.isDone() && !current.isCompletedExceptionally() ? current.join() : null;
  }

  /**
   * As {@link #submit}, for who must not wait: empty, and nothing has happened, where only that
   * knows what to do. Completes on a thread that must not be kept.
   */
  CompletableFuture<Optional<Result>> submitAsync(
      @Nullable Session session, Command command, At about, @Nullable At other) {
    if (session == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    String file = FileTree.name(about);
    return session
        .submit(command, List.of(), file, requests.deadline())
        .handle(
            (result, thrown) -> {
              Throwable failed = thrown == null ? null : Requests.cause(thrown);
              if (failed instanceof SessionEndedException) {
                return CompletableFuture.completedFuture(Optional.<Result>empty());
              }
              if (failed != null || result instanceof Result.Failed) {
                return CompletableFuture.<Optional<Result>>failedFuture(
                    failed != null ? failed : refused(result, file, other));
              }
              return CompletableFuture.completedFuture(Optional.of(result));
            })
        .thenCompose(outcome -> outcome);
  }

  private static IOException refused(Result result, String file, @Nullable At other) {
    return FileTree.refused(result, file, other == null ? null : FileTree.name(other));
  }
}

package io.quorate.store.fuse.mount;

import io.quorate.store.NoQuorumException;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a request gets while there is no quorum. Thread-safe. */
final class Patience {
  private static final long PAUSE_MILLIS = 250;

  /** Signals of other kinds than to end interrupt as well; so nothing quick is given up for one. */
  private static final long HELD_MILLIS = 5_000;

  private final WithoutQuorum policy;
  private final Interruptions interruptions;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  Patience(WithoutQuorum policy, Interruptions interruptions) {
    this.policy = policy;
    this.interruptions = interruptions;
  }

  /** One attempt to answer. */
  interface Attempt {
    ByteBuffer answer() throws IOException;
  }

  ByteBuffer answer(Header header, Request request, Attempt attempt) throws IOException {
    if (policy == WithoutQuorum.WAIT) {
      return waitFor(header, attempt);
    }
    try {
      return attempt.answer();
    } catch (NoQuorumException e) {
      throw policy == WithoutQuorum.EROFS && changes(request)
          ? new Errno.ErrnoException(Errno.EROFS)
          : e;
    }
  }

  /**
   * Until there is an answer. Who was told to end is not kept: it gets one after a while, and what
   * it asked for is still done, or not.
   */
  private ByteBuffer waitFor(Header header, Attempt attempt) throws IOException {
    AtomicBoolean interrupted = interruptions.begin(header.unique());
    CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> attempt(attempt, answer));
    try {
      for (long waited = 0; ; waited += PAUSE_MILLIS) {
        try {
          return answer.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (ended.isDone() || (interrupted.get() && waited >= HELD_MILLIS)) {
            throw new Errno.ErrnoException(ended.isDone() ? Errno.EIO : Errno.EINTR);
          }
        }
      }
    } catch (ExecutionException e) {
      throw rethrow(Objects.requireNonNull(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Errno.ErrnoException(Errno.EINTR);
    } finally {
      interruptions.end(header.unique());
    }
  }

  /** Requests have much time under this policy, so this goes round rarely. */
  private void attempt(Attempt attempt, CompletableFuture<ByteBuffer> answer) {
    while (!answer.isDone()) {
      try {
        answer.complete(attempt.answer());
      } catch (NoQuorumException e) {
        if (ended.isDone()) {
          answer.completeExceptionally(e);
        }
      } catch (IOException | RuntimeException | Error e) {
        answer.completeExceptionally(e);
      }
    }
  }

  /** As what an attempt may throw. */
  static IOException rethrow(Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> new IOException(cause);
    };
  }

  /** Nobody waits any longer. */
  void end() {
    ended.complete(null);
  }

  private static boolean changes(Request request) {
    return switch (request) {
      case Request.Lookup r -> false;
      case Request.ReadLink r -> false;
      case Request.GetAttributes r -> false;
      case Request.StatFileSystem r -> false;
      case Request.GetXattr r -> false;
      case Request.ListXattrs r -> false;
      case Request.ReadDirectory r -> false;
      case Request.Read r -> false;
      case Request.Seek r -> false;
      case Request.TestLock r -> false;
      default -> true;
    };
  }
}

package io.quorate.store.file;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Repeats requests to the gateway until they are answered or their deadline passes, with pauses
 * that double from 5 ms to 500 ms and are jittered, so that clients do not return in step.
 *
 * <p>A request that ends without an answer fails with {@link NoQuorumException} if none of its
 * attempts can have had an effect, else with {@link IndeterminateWriteException}. Every future that
 * comes from here is complete by its deadline, whatever the gateway does; waiting for it needs no
 * timeout.
 */
final class Requests {
  private static final long FIRST_PAUSE_NANOS = 5_000_000;
  private static final long LONGEST_PAUSE_NANOS = 500_000_000;

  /** Different troubles that an error tells of; enough for each of seven peers. */
  private static final int MOST_TROUBLES = 7;

  private final World world;
  private final Deadlines deadlines;
  private final QuorumWatch quorum;
  private final long deadlineNanos;
  private final AtomicLong changes = new AtomicLong();

  Requests(World world, long deadlineMillis) {
    this.world = world;
    this.deadlines = new Deadlines(world);
    this.quorum = new QuorumWatch(world, deadlines);
    this.deadlineNanos = deadlineMillis * 1_000_000;
  }

  World world() {
    return world;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  /** When a call that begins now must have ended, as {@link World#nanoTime}. */
  long deadline() {
    return world.nanoTime() + deadlineNanos;
  }

  boolean passed(long deadline) {
    return deadline - world.nanoTime() <= 0;
  }

  /** A request without effect, such as a read: may be repeated at will. */
  <T> CompletableFuture<T> read(
      @Nullable String file, long deadline, Supplier<CompletableFuture<T>> attempt) {
    return new Request<>(file, deadline, false, false, attempt).start();
  }

  /**
   * A request with an effect, which the gateway applies at most once however often it is asked.
   *
   * @param inDoubt whether an earlier request for the same may have had an effect
   */
  <T> CompletableFuture<T> write(
      @Nullable String file,
      long deadline,
      boolean inDoubt,
      Supplier<CompletableFuture<T>> attempt) {
    changes.incrementAndGet();
    return new Request<>(file, deadline, true, inDoubt, attempt).start();
  }

  /**
   * Grows when a request with an effect sets out and again before its outcome is told: what was
   * read while it stayed the same can not miss an effect that somebody here knows of.
   */
  long changesMade() {
    return changes.get();
  }

  /** See {@link FileTree#giveUpWithoutQuorum}. */
  void giveUpWithoutQuorum() {
    quorum.begin();
  }

  /** Fails everything that is under way, as if its deadline had passed. */
  void close() {
    deadlines.close();
  }

  /**
   * Waits for a future that ends by a deadline of its own, and throws what it failed with. Not
   * ended early by an interrupt, because what was sent can not be called back; the flag is kept.
   */
  static <T> T join(CompletableFuture<T> future) throws IOException {
    try {
      return future.join();
    } catch (CompletionException e) {
      throw rethrow(e);
    }
  }

  /** The IOException behind {@code error}, as a new throw of the waiting thread. */
  static IOException rethrow(Throwable error) {
    Throwable cause = cause(error);
    if (cause instanceof IOException io) {
      io.addSuppressed(new WaitedHere());
      return io;
    }
    if (cause instanceof RuntimeException runtime) {
      throw runtime;
    }
    if (cause instanceof Error fatal) {
      throw fatal;
    }
    return new IOException(cause);
  }

  static Throwable cause(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Shows the stack of the thread that waited; the failure itself was made on another. */
  private static final class WaitedHere extends Exception {
    private static final long serialVersionUID = 1L;

    WaitedHere() {
      super("the call that waited for it");
    }
  }

  private final class Request<T> {
    private final @Nullable String file;
    private final long deadline;
    private final boolean effect;
    private final Supplier<CompletableFuture<T>> attempt;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private boolean maybeHappened;
    private boolean underWay;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private final Set<String> troubles = new LinkedHashSet<>();
    private Deadlines.@Nullable Entry expiry;

    Request(
        @Nullable String file,
        long deadline,
        boolean effect,
        boolean inDoubt,
        Supplier<CompletableFuture<T>> attempt) {
      this.file = file;
      this.deadline = deadline;
      this.effect = effect;
      this.maybeHappened = inDoubt;
      this.attempt = attempt;
    }

    CompletableFuture<T> start() {
      if (passed(deadline)) {
        expire();
        return outcome;
      }
      attempt();
      if (!outcome.isDone()) {
        Deadlines.Entry entry = deadlines.add(deadline, this::expire);
        lock.lock();
        try {
          expiry = entry;
        } finally {
          lock.unlock();
        }
        if (outcome.isDone()) {
          deadlines.remove(entry);
        }
      }
      return outcome;
    }

    private void attempt() {
      lock.lock();
      try {
        if (outcome.isDone()) {
          return;
        }
        underWay = true;
      } finally {
        lock.unlock();
      }
      CompletableFuture<T> answer;
      try {
        answer = attempt.get();
      } catch (RuntimeException e) {
        answer = CompletableFuture.failedFuture(e);
      }
      answer.whenComplete(this::answered);
    }

    private void answered(@Nullable T value, @Nullable Throwable error) {
      if (error == null) {
        finish();
        countEffect();
        if (effect) {
          quorum.changed();
        }
        outcome.complete(value);
        return;
      }
      Throwable cause = cause(error);
      boolean retry =
          cause instanceof UnavailableException || cause instanceof OutcomeUnknownException;
      long pause;
      lock.lock();
      try {
        underWay = false;
        if (cause instanceof NoRoom) {
          // Not taken this time; it is the answer only if no earlier attempt may have been.
          retry = maybeHappened;
        } else if (!(cause instanceof UnavailableException)) {
          maybeHappened = true;
        }
        if (troubles.size() < MOST_TROUBLES) {
          troubles.add(cause.getMessage() != null ? cause.getMessage() : cause.toString());
        }
        pause = pauseNanos / 2 + Long.remainderUnsigned(world.randomLong(), pauseNanos / 2 + 1);
        pauseNanos = Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 2);
        long left = deadline - world.nanoTime();
        if (pause > left / 2) {
          // One more attempt that may still be answered, rather than doubt at the deadline.
          pause = Math.max(left / 2, FIRST_PAUSE_NANOS / 2);
        }
      } finally {
        lock.unlock();
      }
      if (!retry) {
        finish();
        countEffect();
        boolean doubt = effect && cause instanceof IOException && !(cause instanceof NoRoom);
        outcome.completeExceptionally(doubt ? inDoubt() : cause);
      } else if (!outcome.isDone()) {
        world.schedule(pause, this::attempt);
      }
    }

    private void finish() {
      lock.lock();
      Deadlines.Entry entry;
      try {
        entry = expiry;
      } finally {
        lock.unlock();
      }
      if (entry != null) {
        deadlines.remove(entry);
      }
    }

    private void countEffect() {
      if (effect) {
        changes.incrementAndGet();
      }
    }

    private void expire() {
      countEffect();
      boolean doubt;
      lock.lock();
      try {
        doubt = effect && (maybeHappened || underWay);
      } finally {
        lock.unlock();
      }
      outcome.completeExceptionally(doubt ? inDoubt() : noQuorum(file, trouble()));
    }

    /** What each attempt met; those that met the same count once. */
    private String trouble() {
      lock.lock();
      try {
        return troubles.isEmpty() ? "no peer answered" : String.join("; then ", troubles);
      } finally {
        lock.unlock();
      }
    }

    private IOException inDoubt() {
      return new IndeterminateWriteException(
          file, "sent, but no answer came in time; it may or may not have happened: " + trouble());
    }
  }

  static NoQuorumException noQuorum(@Nullable String file, String trouble) {
    return new NoQuorumException(file, "no quorum of peers within the deadline: " + trouble);
  }
}

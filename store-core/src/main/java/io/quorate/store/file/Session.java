package io.quorate.store.file;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.SessionEndedException;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One session with the cluster: numbers commands and chunks, and repeats a command under the same
 * number until it is answered, so that it is applied once whatever answers are lost.
 *
 * <p>Numbers in use span at most {@link SessionCommand#WINDOW}; a command beyond it waits its turn.
 * A command given up at its deadline stops holding the window: the next command that arrives says
 * that lower numbers are settled, and the state then refuses the late one. A {@link Call} kept in
 * doubt goes on holding it until it is resumed or abandoned.
 *
 * <p>A chunk number is unpublished from {@link #seal} until {@link #settle}; the lowest of them is
 * the floor below which the cluster may reclaim what nobody published.
 *
 * <p>Thread-safe; nothing here blocks.
 */
public final class Session {
  private final Gateway gateway;
  private final Requests requests;
  private final Window window;
  private final long id;

  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Long, Call> outstanding = new TreeMap<>();
  private final ArrayDeque<Call> waiting = new ArrayDeque<>();
  private final TreeSet<Long> unpublished = new TreeSet<>();
  private long nextSequence = 1;
  private long nextChunk = 1;
  private volatile boolean ended;

  Session(Gateway gateway, Requests requests, Window window, long id) {
    this.gateway = gateway;
    this.requests = requests;
    this.window = window;
    this.id = id;
  }

  /** The log index that opened it. */
  public long id() {
    return id;
  }

  /** Whether the cluster is known to have ended it. */
  public boolean hasEnded() {
    return ended;
  }

  /** A command with its number, once it has one. */
  static final class Call {
    private final Command command;
    private final List<Chunk> chunks;
    private final @Nullable String file;
    private final boolean keepInDoubt;
    private long sequence;
    private boolean inDoubt;
    private long deadline;
    private CompletableFuture<Result> outcome = new CompletableFuture<>();

    Call(Command command, List<Chunk> chunks, @Nullable String file, boolean keepInDoubt) {
      this.command = command;
      this.chunks = List.copyOf(chunks);
      this.file = file;
      this.keepInDoubt = keepInDoubt;
    }

    CompletableFuture<Result> outcome() {
      return outcome;
    }
  }

  /**
   * Sends a command and repeats it as needed. The future has a result, refusals included, or fails
   * by the deadline with NoQuorumException, IndeterminateWriteException or SessionEndedException.
   *
   * @param chunks content that the command names and that goes along with it
   * @param file what the command is about, for messages
   */
  CompletableFuture<Result> submit(
      Command command, List<Chunk> chunks, @Nullable String file, long deadline) {
    return submit(new Call(command, chunks, file, false), deadline).outcome;
  }

  /**
   * As {@link #submit(Command, List, String, long)}, but if the outcome is unknown at the deadline
   * the call keeps its number: {@link #resume} asks again for the same, {@link #abandon} gives it
   * up.
   */
  Call submitKept(Command command, List<Chunk> chunks, @Nullable String file, long deadline) {
    return submit(new Call(command, chunks, file, true), deadline);
  }

  /** Asks again for the outcome of a call in doubt. */
  CompletableFuture<Result> resume(Call call, long deadline) {
    call.outcome = new CompletableFuture<>();
    call.deadline = deadline;
    drive(call);
    return call.outcome;
  }

  /** Gives a call in doubt up; it may still happen until a later command of the session does. */
  void abandon(Call call) {
    lock.lock();
    try {
      outstanding.remove(call.sequence);
    } finally {
      lock.unlock();
    }
    admit();
  }

  /**
   * Asks the cluster whether the session goes on: done if it does, else fails as {@link #submit}.
   * Costs a round.
   */
  CompletableFuture<Void> confirm(@Nullable String file, long deadline) {
    // Says nothing of handles and chunks that an earlier sign of life did not say.
    Command signOfLife = new Command.KeepAlive(0, Collections.emptySortedSet(), 0);
    return submit(signOfLife, List.of(), file, deadline).thenApply(result -> null);
  }

  private Call submit(Call call, long deadline) {
    call.deadline = deadline;
    boolean go;
    lock.lock();
    try {
      go = waiting.isEmpty() && roomInWindow();
      if (go) {
        number(call);
      } else {
        waiting.add(call);
      }
    } finally {
      lock.unlock();
    }
    if (go) {
      drive(call);
    } else {
      expireWhileWaiting(call, deadline);
    }
    return call;
  }

  private void expireWhileWaiting(Call call, long deadline) {
    Deadlines.Entry expiry =
        requests
            .deadlines()
            .add(
                deadline,
                () -> {
                  boolean waited;
                  lock.lock();
                  try {
                    waited = waiting.remove(call);
                  } finally {
                    lock.unlock();
                  }
                  if (waited) {
                    call.outcome.completeExceptionally(
                        Requests.noQuorum(call.file, "earlier commands are still unanswered"));
                  }
                });
    call.outcome.whenComplete((result, error) -> requests.deadlines().remove(expiry));
  }

  private boolean roomInWindow() {
    return nextSequence - lowestOutstanding() < SessionCommand.WINDOW;
  }

  private long lowestOutstanding() {
    return outstanding.isEmpty() ? nextSequence : outstanding.firstKey();
  }

  private void number(Call call) {
    call.sequence = nextSequence++;
    outstanding.put(call.sequence, call);
  }

  private void drive(Call call) {
    if (ended) {
      ended(call);
      return;
    }
    requests
        .write(call.file, call.deadline, call.inDoubt, () -> propose(call))
        .whenComplete((result, error) -> answered(call, result, error));
  }

  private CompletableFuture<Result> propose(Call call) {
    long lowest;
    lock.lock();
    try {
      lowest = lowestOutstanding();
    } finally {
      lock.unlock();
    }
    return gateway
        .propose(new SessionCommand(id, call.sequence, lowest, call.command), call.chunks)
        .whenComplete((result, error) -> call.inDoubt |= error != null && maybeHappened(error))
        .thenCompose(Session::unlessFull);
  }

  /** An attempt without an answer: if the session has ended by the next, it tells nothing of it. */
  private static boolean maybeHappened(Throwable error) {
    return !(Requests.cause(error) instanceof UnavailableException);
  }

  private static CompletableFuture<Result> unlessFull(Result result) {
    return result instanceof Result.Failed failed && failed.code() == ErrorCode.NO_SPACE
        ? CompletableFuture.failedFuture(new NoRoom(failed))
        : CompletableFuture.completedFuture(result);
  }

  private void answered(Call call, @Nullable Result result, @Nullable Throwable error) {
    CompletableFuture<Result> outcome = call.outcome;
    if (error != null) {
      Throwable cause = Requests.cause(error);
      if (cause instanceof NoRoom full) {
        abandon(call);
        outcome.complete(full.answer());
        return;
      }
      call.inDoubt = cause instanceof IndeterminateWriteException;
      if (!call.keepInDoubt || !call.inDoubt) {
        abandon(call);
      }
      outcome.completeExceptionally(cause);
      return;
    }
    if (result instanceof Result.Failed failed && failed.code() == ErrorCode.SESSION_ENDED) {
      ended = true;
      ended(call);
      return;
    }
    abandon(call);
    if (result instanceof Result.Failed failed && failed.code() == ErrorCode.ANSWER_FORGOTTEN) {
      outcome.completeExceptionally(
          new IndeterminateWriteException(call.file, "the answer is no longer known"));
    } else {
      outcome.complete(result);
    }
  }

  private void ended(Call call) {
    abandon(call);
    call.outcome.completeExceptionally(call.inDoubt ? doubtful(call) : endedException(call.file));
  }

  private static IndeterminateWriteException doubtful(Call call) {
    return new IndeterminateWriteException(
        call.file, "the session ended before the outcome was known");
  }

  /** What a handle or lock of this session answers once it has ended. */
  SessionEndedException endedException(@Nullable String file) {
    return new SessionEndedException(
        file,
        "the cluster ended the session, having heard nothing from it for its timeout; unpublished"
            + " writes and locks are lost: open the file again");
  }

  private void admit() {
    while (true) {
      Call next;
      lock.lock();
      try {
        if (waiting.isEmpty() || !roomInWindow()) {
          return;
        }
        next = waiting.remove();
        number(next);
      } finally {
        lock.unlock();
      }
      drive(next);
    }
  }

  // ---- chunks

  /** Makes a chunk of content that nobody changes any more. */
  Chunk seal(ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    long number;
    lock.lock();
    try {
      number = nextChunk++;
      unpublished.add(number);
    } finally {
      lock.unlock();
    }
    ChunkRef ref = new ChunkRef(new ChunkId(id, number), content.remaining(), (int) crc.getValue());
    return new Chunk(ref, content);
  }

  /** Says that chunks are published, or never will be. */
  void settle(Collection<ChunkRef> refs) {
    lock.lock();
    try {
      refs.forEach(ref -> unpublished.remove(ref.id().number()));
    } finally {
      lock.unlock();
    }
  }

  /** Chunk numbers below are settled. */
  long chunkFloor() {
    lock.lock();
    try {
      return unpublished.isEmpty() ? nextChunk : unpublished.first();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Hands a chunk to the peers. The outer future completes when there is room in the window, which
   * is the signal to make the next chunk; the inner one when the chunk is taken.
   */
  CompletableFuture<CompletableFuture<Void>> store(
      Chunk chunk, @Nullable String file, long deadline) {
    int bytes = chunk.ref().lengthBytes();
    return window
        .take(bytes, file, deadline)
        .thenApply(
            admitted -> {
              CompletableFuture<Void> taken =
                  requests.read(file, deadline, () -> gateway.storeChunk(chunk));
              CompletableFuture<Void> settled = new CompletableFuture<>();
              taken.whenComplete(
                  (done, error) -> {
                    window.give(bytes);
                    if (error != null) {
                      settled.completeExceptionally(Requests.cause(error));
                    } else {
                      settled.complete(null);
                    }
                  });
              return settled;
            });
  }

  // ---- the end

  /** Marks the session as over, for whoever uses it. */
  void end() {
    ended = true;
    List<Call> left;
    lock.lock();
    try {
      left = new ArrayList<>(waiting);
      waiting.clear();
    } finally {
      lock.unlock();
    }
    left.forEach(call -> call.outcome.completeExceptionally(endedException(call.file)));
  }
}

package io.quorate.store.file;

import io.quorate.store.SessionEndedException;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Result;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A whole file on its way in. Full chunks leave while the caller produces the next ones; the
 * command that names them all comes last, so nobody sees a part of the file. What is abandoned, by
 * {@link #abandon} or by a crash, leaves chunks that no command names; the cluster reclaims them.
 *
 * <p>Buffers are handed on without copying: whoever passes one must not touch it again. Used by one
 * thread at a time, but for {@link #abandon}, which may come from any.
 */
public final class Upload {
  /**
   * Most chunks of one put. The command names each of them, and one log entry of some 3 MB is the
   * most that is reasonable: 64 GiB in chunks of 1 MiB. Longer files go through a handle.
   */
  static final int MAX_CHUNKS = 65_536;

  /** What is read of a stream before a whole chunk's memory is spent on it. */
  private static final int FIRST_BYTES = 64 << 10;

  private final Sessions sessions;
  private final Requests requests;
  private PutRequest request;
  private final ReentrantLock lock = new ReentrantLock();
  private final Window buffers;
  private final AtomicLong takenBytes = new AtomicLong();
  private final List<ChunkRef> refs = new ArrayList<>();
  private final List<CompletableFuture<Void>> storing = new ArrayList<>();
  private volatile @Nullable Session session;
  private long sizeBytes;
  private boolean finishing;
  private boolean abandoned;

  Upload(Sessions sessions, Requests requests, PutRequest request, Window buffers) {
    this.sessions = sessions;
    this.requests = requests;
    this.request = request;
    this.buffers = buffers;
  }

  public String file() {
    return request.file();
  }

  /** Adds content that is not the last; at most 1 MiB. Waits while the window is full. */
  public void add(ByteBuffer content) throws IOException {
    Requests.join(addAsync(content));
  }

  /**
   * Adds all of a stream but its end, as it is read: full chunks leave while the next are read.
   *
   * @return the end, for {@link #finish}
   */
  public ByteBuffer addAll(InputStream content, int chunkBytes) throws IOException {
    byte[] first = new byte[Math.min(FIRST_BYTES, chunkBytes)];
    int count = content.readNBytes(first, 0, first.length);
    if (count < first.length) {
      return ByteBuffer.wrap(first, 0, count);
    }
    byte[] piece = Arrays.copyOf(first, takeBuffer(chunkBytes));
    count += content.readNBytes(piece, count, piece.length - count);
    while (count == piece.length) {
      byte[] next = new byte[takeBuffer(chunkBytes)];
      int nextCount = content.readNBytes(next, 0, next.length);
      if (nextCount == 0) {
        giveBuffer(next.length);
        break;
      }
      add(ByteBuffer.wrap(piece));
      giveBuffer(piece.length);
      piece = next;
      count = nextCount;
    }
    return ByteBuffer.wrap(piece, 0, count);
  }

  /**
   * How large the next buffer may be: a chunk while the store has memory to spare for it, else 64
   * KiB. So a thousand uploads at a time end in smaller chunks, not in an error.
   */
  public int takeBuffer(int chunkBytes) {
    if (chunkBytes > FIRST_BYTES && buffers.tryTake(chunkBytes)) {
      takenBytes.addAndGet(chunkBytes);
      return chunkBytes;
    }
    return Math.min(FIRST_BYTES, chunkBytes);
  }

  /**
   * Gives back what {@link #takeBuffer} allowed; {@link #finish} and {@link #abandon} do as well.
   */
  public void giveBuffer(int bytes) {
    if (bytes > FIRST_BYTES) {
      takenBytes.addAndGet(-bytes);
      buffers.give(bytes);
    }
  }

  /** As {@link #add}; the future completes when there is room for more. */
  public CompletableFuture<Void> addAsync(ByteBuffer content) {
    long deadline = requests.deadline();
    return session(deadline)
        .thenCompose(
            writer -> {
              Chunk chunk = seal(writer, content);
              return writer.store(chunk, file(), deadline);
            })
        .thenCompose(this::failureSoFar);
  }

  private Chunk seal(Session writer, ByteBuffer content) {
    lock.lock();
    try {
      if (abandoned) {
        throw new CompletionException(new AsynchronousCloseException());
      }
      Chunk chunk = writer.seal(content);
      refs.add(chunk.ref());
      sizeBytes += chunk.ref().lengthBytes();
      return chunk;
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Session> session(long deadline) {
    Session own = session;
    if (own != null) {
      return own.hasEnded()
          ? CompletableFuture.failedFuture(own.endedException(file()))
          : CompletableFuture.completedFuture(own);
    }
    return sessions
        .current(file(), deadline)
        .thenApply(
            opened -> {
              session = opened;
              return opened;
            });
  }

  /** Remembers one more chunk that is on its way, and tells whether an earlier one failed. */
  private CompletableFuture<Void> failureSoFar(CompletableFuture<Void> added) {
    lock.lock();
    try {
      storing.add(added);
      return failureSoFar();
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Void> failureSoFar() {
    if (refs.size() >= MAX_CHUNKS) {
      return CompletableFuture.failedFuture(
          new RefusedException(
              ErrorCode.FILE_TOO_LARGE,
              file(),
              null,
              "a put replaces a file by at most "
                  + MAX_CHUNKS
                  + " chunks; write a longer file through a channel"));
    }
    for (CompletableFuture<Void> stored : storing) {
      if (stored.isCompletedExceptionally()) {
        return stored;
      }
    }
    storing.removeIf(CompletableFuture::isDone);
    return CompletableFuture.completedFuture(null);
  }

  /** Adds all of {@code content}, in pieces of that size, and finishes. */
  CompletableFuture<Attributes> putAll(ByteBuffer content, int chunkBytes) {
    CompletableFuture<Attributes> done = new CompletableFuture<>();
    putFrom(content, chunkBytes, done);
    return done;
  }

  private void putFrom(ByteBuffer rest, int chunkBytes, CompletableFuture<Attributes> done) {
    while (rest.remaining() > chunkBytes) {
      ByteBuffer piece = rest.slice(rest.position(), chunkBytes);
      rest.position(rest.position() + piece.remaining());
      CompletableFuture<Void> room = addAsync(piece);
      if (!room.isDone()) {
        room.whenComplete(
            (added, error) -> {
              if (error == null) {
                putFrom(rest, chunkBytes, done);
              } else {
                abandon();
                done.completeExceptionally(Requests.cause(error));
              }
            });
        return;
      }
      if (room.isCompletedExceptionally()) {
        abandon();
        done.completeExceptionally(Requests.cause(room.exceptionNow()));
        return;
      }
    }
    finish(rest)
        .whenComplete(
            (attributes, error) -> {
              if (error == null) {
                done.complete(attributes);
              } else {
                done.completeExceptionally(Requests.cause(error));
              }
            });
  }

  /** As {@link #finish(ByteBuffer)}, under another condition than the request's. */
  public CompletableFuture<Attributes> finish(ByteBuffer last, Command.PutCondition condition) {
    request = request.with(condition);
    return finish(last);
  }

  /**
   * Puts the file, with {@code last} as its end, in one round. {@code last} travels with the
   * command; it may be empty.
   *
   * @return the file as it is then; fails with RefusedException, NoQuorumException,
   *     IndeterminateWriteException or SessionEndedException
   */
  public CompletableFuture<Attributes> finish(ByteBuffer last) {
    long deadline = requests.deadline();
    CompletableFuture<Void> stored;
    lock.lock();
    try {
      if (abandoned) {
        return CompletableFuture.failedFuture(new AsynchronousCloseException());
      }
      finishing = true;
      if (session == null) {
        return putSmall(last, deadline);
      }
      stored = failureSoFar();
      if (!stored.isCompletedExceptionally()) {
        stored = CompletableFuture.allOf(storing.toArray(CompletableFuture[]::new));
      }
    } finally {
      lock.unlock();
    }
    return stored
        .thenCompose(sound -> session(deadline))
        .thenCompose(writer -> put(writer, last, deadline))
        .whenComplete((attributes, error) -> settle());
  }

  /** All content goes with the command: if the session turns out to have ended, another will do. */
  private CompletableFuture<Attributes> putSmall(ByteBuffer content, long deadline) {
    return session(deadline)
        .thenCompose(writer -> put(writer, content, deadline))
        .handle(
            (attributes, error) -> {
              settle();
              if (error == null) {
                return CompletableFuture.completedFuture(attributes);
              }
              Throwable cause = Requests.cause(error);
              if (cause instanceof SessionEndedException && !requests.passed(deadline)) {
                session = null;
                return putSmall(content, deadline);
              }
              return CompletableFuture.<Attributes>failedFuture(cause);
            })
        .thenCompose(outcome -> outcome);
  }

  private CompletableFuture<Attributes> put(Session writer, ByteBuffer last, long deadline) {
    List<Chunk> attached = new ArrayList<>();
    if (last.hasRemaining()) {
      attached.add(seal(writer, last));
    }
    List<Extent> extents = new ArrayList<>(refs.size());
    long offset = 0;
    for (ChunkRef ref : refs) {
      extents.add(new Extent(offset, ref, 0, ref.lengthBytes()));
      offset += ref.lengthBytes();
    }
    return writer
        .submit(request.command(extents, sizeBytes), attached, file(), deadline)
        .thenCompose(
            result ->
                result instanceof Result.Node node
                    ? CompletableFuture.completedFuture(node.attributes())
                    : CompletableFuture.failedFuture(FileTree.refused(result, file(), null)));
  }

  /**
   * Gives the upload up: nothing happened. No effect once {@link #finish} was called. From any
   * thread.
   */
  public void abandon() {
    lock.lock();
    try {
      if (!finishing) {
        abandoned = true;
        settle();
      }
    } finally {
      lock.unlock();
    }
  }

  private void settle() {
    buffers.give(takenBytes.getAndSet(0));
    lock.lock();
    try {
      Session writer = session;
      if (writer != null) {
        writer.settle(refs);
      }
      refs.clear();
      storing.clear();
      sizeBytes = 0;
    } finally {
      lock.unlock();
    }
  }
}

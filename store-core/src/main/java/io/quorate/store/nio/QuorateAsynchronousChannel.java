package io.quorate.store.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Positional reads and writes that do not block: a file channel, whose operations run on an
 * executor. Handlers run there, too. Visibility is as for {@link QuorateFileChannel}.
 */
final class QuorateAsynchronousChannel extends AsynchronousFileChannel {
  private static final Logger LOG = LoggerFactory.getLogger(QuorateAsynchronousChannel.class);

  private final QuorateFileChannel channel;
  private final Executor executor;

  QuorateAsynchronousChannel(QuorateFileChannel channel, Executor executor) {
    this.channel = channel.uninterruptible();
    this.executor = executor;
  }

  // ---- operations, as futures

  private interface Operation<T> {
    T run() throws IOException;
  }

  /** As the JDK has it, to cancel with an interrupt is to close the channel. */
  private final class Outcome<T> extends CompletableFuture<T> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = !isDone() && super.cancel(mayInterruptIfRunning);
      if (cancelled && mayInterruptIfRunning) {
        try {
          close();
        } catch (IOException e) {
          LOG.warn("closing a channel because a request was cancelled: {}", e.toString());
        }
      }
      return cancelled;
    }
  }

  private <T> CompletableFuture<T> start(Operation<T> operation) {
    CompletableFuture<T> outcome = new Outcome<>();
    if (!isOpen()) {
      outcome.completeExceptionally(new ClosedChannelException());
      return outcome;
    }
    try {
      executor.execute(() -> run(operation, outcome));
    } catch (RejectedExecutionException e) {
      outcome.completeExceptionally(isOpen() ? new IOException(e) : new ClosedChannelException());
    }
    return outcome;
  }

  private static <T> void run(Operation<T> operation, CompletableFuture<T> outcome) {
    try {
      outcome.complete(operation.run());
    } catch (AsynchronousCloseException e) {
      outcome.completeExceptionally(e);
    } catch (ClosedChannelException e) {
      // It was open when the operation began.
      AsynchronousCloseException closed = new AsynchronousCloseException();
      closed.initCause(e);
      outcome.completeExceptionally(closed);
    } catch (IOException | RuntimeException e) {
      outcome.completeExceptionally(e);
    } catch (Error e) {
      outcome.completeExceptionally(e);
      throw e;
    }
  }

  /** Tells a handler, on a thread of the executor unless that takes no more. */
  private <V, A> void tell(
      CompletableFuture<V> outcome, A attachment, CompletionHandler<V, ? super A> handler) {
    Thread asking = Thread.currentThread();
    outcome.whenComplete(
        (value, error) -> {
          if (Thread.currentThread() != asking) {
            tell(value, error, attachment, handler);
            return;
          }
          // It had ended already, and who asks is not to run the handler.
          try {
            executor.execute(() -> tell(value, error, attachment, handler));
          } catch (RejectedExecutionException e) {
            tell(value, error, attachment, handler);
          }
        });
  }

  private static <V, A> void tell(
      V value, @Nullable Throwable error, A attachment, CompletionHandler<V, ? super A> handler) {
    if (error == null) {
      handler.completed(value, attachment);
    } else {
      handler.failed(error, attachment);
    }
  }

  // ---- reading and writing

  @Override
  public Future<Integer> read(ByteBuffer target, long position) {
    return startRead(target, position);
  }

  @Override
  public <A> void read(
      ByteBuffer target,
      long position,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    checkHandler(handler);
    tell(startRead(target, position), attachment, handler);
  }

  private CompletableFuture<Integer> startRead(ByteBuffer target, long position) {
    checkPosition(position);
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the buffer is read-only; nothing can be read into it");
    }
    if (!channel.options().read()) {
      throw new NonReadableChannelException();
    }
    return start(() -> channel.read(target, position));
  }

  @Override
  public Future<Integer> write(ByteBuffer source, long position) {
    return startWrite(source, position);
  }

  @Override
  public <A> void write(
      ByteBuffer source,
      long position,
      A attachment,
      CompletionHandler<Integer, ? super A> handler) {
    checkHandler(handler);
    tell(startWrite(source, position), attachment, handler);
  }

  private CompletableFuture<Integer> startWrite(ByteBuffer source, long position) {
    checkPosition(position);
    if (!channel.options().write()) {
      throw new NonWritableChannelException();
    }
    return start(() -> channel.write(source, position));
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("position is " + position + "; it can not be negative");
    }
  }

  private static void checkHandler(@Nullable Object handler) {
    if (handler == null) {
      throw new NullPointerException("a completion handler is needed");
    }
  }

  // ---- size and durability

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public AsynchronousFileChannel truncate(long size) throws IOException {
    channel.truncate(size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    channel.force(metaData);
  }

  // ---- locks

  @Override
  public Future<FileLock> lock(long position, long size, boolean shared) {
    return startLock(position, size, shared);
  }

  @Override
  public <A> void lock(
      long position,
      long size,
      boolean shared,
      A attachment,
      CompletionHandler<FileLock, ? super A> handler) {
    checkHandler(handler);
    tell(startLock(position, size, shared), attachment, handler);
  }

  private CompletableFuture<FileLock> startLock(long position, long size, boolean shared) {
    channel.locks().checkMode(shared);
    QuorateFileLock lock = newLock(position, size, shared);
    if (!isOpen()) {
      return CompletableFuture.failedFuture(new ClosedChannelException());
    }
    channel.locks().announce(lock);
    CompletableFuture<FileLock> outcome = start(() -> channel.locks().await(lock));
    outcome.whenComplete(
        (taken, error) -> {
          // A future that was cancelled gives its lock to nobody, so nobody could release it.
          if (error != null) {
            channel.locks().giveUp(lock);
          }
        });
    return outcome;
  }

  @Override
  public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
    channel.locks().checkMode(shared);
    QuorateFileLock lock = newLock(position, size, shared);
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    channel.locks().announce(lock);
    return channel.locks().take(lock);
  }

  private QuorateFileLock newLock(long position, long size, boolean shared) {
    long extent = size == 0 ? Long.MAX_VALUE - Math.max(0, position) : size;
    return new QuorateFileLock(this, channel.locks(), position, extent, shared);
  }

  // ---- the end

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

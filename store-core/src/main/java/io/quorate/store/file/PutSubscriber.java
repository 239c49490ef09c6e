package io.quorate.store.file;

import io.quorate.store.metadata.Attributes;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Fills an upload from a stream of buffers and finishes it with the stream. One buffer is asked for
 * at a time, when the last has been taken: the stream goes as fast as the peers take content.
 */
public final class PutSubscriber implements Flow.Subscriber<ByteBuffer> {
  private final Upload upload;
  private final ChunkBuffer buffer;
  private final CompletableFuture<Attributes> done = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private Flow.@Nullable Subscription subscription;

  /**
   * Done when the last piece is in the buffer or on its way. A publisher that has no more says so
   * at once, without being asked, while a piece may still wait for room.
   */
  private CompletableFuture<Void> taken = CompletableFuture.completedFuture(null);

  public PutSubscriber(Upload upload, int chunkBytes) {
    this.upload = upload;
    this.buffer = new ChunkBuffer(chunkBytes);
    done.whenComplete(
        (attributes, error) -> {
          if (error != null) {
            giveUp();
          }
        });
  }

  /** The outcome; cancelling it, or completing it with a failure, gives the put up. */
  public CompletableFuture<Attributes> done() {
    return done;
  }

  private void giveUp() {
    Flow.Subscription active;
    lock.lock();
    try {
      active = subscription;
    } finally {
      lock.unlock();
    }
    if (active != null) {
      active.cancel();
    }
    upload.abandon();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    boolean second;
    lock.lock();
    try {
      second = subscription != null;
      if (!second) {
        subscription = given;
      }
    } finally {
      lock.unlock();
    }
    if (second || done.isDone()) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(ByteBuffer piece) {
    // The publisher may use its buffer again once it is asked for more, or when this returns.
    ByteBuffer rest = piece.duplicate();
    if (!buffer.wouldFill(rest.remaining())) {
      buffer.add(rest);
      askForMore();
      return;
    }
    CompletableFuture<Void> taking = new CompletableFuture<>();
    taken = taking;
    take(rest, taking);
  }

  /** Passes full chunks on, waiting between them without holding the thread. */
  private void take(ByteBuffer rest, CompletableFuture<Void> taking) {
    while (true) {
      ByteBuffer chunk = buffer.add(rest);
      if (chunk == null) {
        taking.complete(null);
        askForMore();
        return;
      }
      CompletableFuture<Void> room = upload.addAsync(chunk);
      if (room.isCompletedExceptionally()) {
        done.completeExceptionally(Requests.cause(room.exceptionNow()));
        return;
      }
      if (!room.isDone()) {
        ByteBuffer copy = ByteBuffer.allocate(rest.remaining()).put(rest).flip();
        room.whenComplete(
            (added, error) -> {
              if (error != null) {
                done.completeExceptionally(Requests.cause(error));
              } else {
                take(copy, taking);
              }
            });
        return;
      }
    }
  }

  private void askForMore() {
    Flow.Subscription active = subscription;
    if (active != null && !done.isDone()) {
      active.request(1);
    }
  }

  @Override
  public void onError(Throwable error) {
    done.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    // If it never is, the put has failed.
    taken.thenRun(this::finish);
  }

  private void finish() {
    if (done.isDone()) {
      return;
    }
    upload
        .finish(buffer.rest())
        .whenComplete(
            (attributes, error) -> {
              if (error != null) {
                done.completeExceptionally(Requests.cause(error));
              } else {
                done.complete(attributes);
              }
            });
  }
}

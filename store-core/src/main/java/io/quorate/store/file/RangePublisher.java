package io.quorate.store.file;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A range of an open version as a stream of buffers. One read is under way at a time, and only when
 * the subscriber has asked for a buffer: so much is in memory, and no more.
 */
public final class RangePublisher implements Flow.Publisher<ByteBuffer> {
  private final OpenVersion version;
  private final long from;
  private final long end;

  /** A range; cut where the file ends. */
  public RangePublisher(OpenVersion version, long offset, long lengthBytes) {
    if (offset < 0 || lengthBytes < 0) {
      throw new IllegalArgumentException(
          "there is no range of " + lengthBytes + " bytes at " + offset);
    }
    long size = version.attributes().sizeBytes();
    this.version = version;
    this.from = Math.min(offset, size);
    this.end = lengthBytes > size - from ? size : from + lengthBytes;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    Objects.requireNonNull(subscriber);
    Delivery delivery = new Delivery(subscriber);
    subscriber.onSubscribe(delivery);
    delivery.started();
  }

  /**
   * The stream of one subscriber. Whoever finds that a step is due and nobody at it takes the
   * steps, in a loop, so that signals come one at a time and a subscriber that asks from within
   * onNext does not deepen the stack.
   */
  private final class Delivery implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;
    private final ReentrantLock lock = new ReentrantLock();
    private long position = from;
    private long demand;
    private boolean started;
    private boolean busy;
    private boolean ended;
    private @Nullable Throwable misuse;

    Delivery(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    void started() {
      lock.lock();
      try {
        started = true;
      } finally {
        lock.unlock();
      }
      proceed();
    }

    @Override
    public void request(long n) {
      lock.lock();
      try {
        if (n <= 0) {
          misuse = new IllegalArgumentException("asked for " + n + " buffers; at least 1");
        } else {
          demand = demand > Long.MAX_VALUE - n ? Long.MAX_VALUE : demand + n;
        }
      } finally {
        lock.unlock();
      }
      proceed();
    }

    @Override
    public void cancel() {
      lock.lock();
      try {
        ended = true;
      } finally {
        lock.unlock();
      }
    }

    private enum Step {
      NONE,
      READ,
      COMPLETE,
      FAIL
    }

    /** The step that is due; whoever gets one has it for himself. */
    private Step next() {
      lock.lock();
      try {
        if (!started || busy || ended) {
          return Step.NONE;
        }
        if (misuse != null || position >= end) {
          ended = true;
          return misuse != null ? Step.FAIL : Step.COMPLETE;
        }
        if (demand == 0) {
          return Step.NONE;
        }
        demand--;
        busy = true;
        return Step.READ;
      } finally {
        lock.unlock();
      }
    }

    private void proceed() {
      for (Step step = next(); step != Step.NONE; step = next()) {
        switch (step) {
          case NONE -> throw new AssertionError();
          case COMPLETE -> subscriber.onComplete();
          case FAIL -> subscriber.onError(Objects.requireNonNull(misuse));
          case READ -> {
            var read =
                version.read(position, (int) Math.min(OpenVersion.MAX_READ_BYTES, end - position));
            if (!read.isDone()) {
              read.whenComplete(
                  (piece, error) -> {
                    deliver(piece, error);
                    proceed();
                  });
              return;
            }
            if (read.isCompletedExceptionally()) {
              deliver(null, read.exceptionNow());
            } else {
              deliver(read.resultNow(), null);
            }
          }
        }
      }
    }

    private void deliver(@Nullable ByteBuffer piece, @Nullable Throwable error) {
      boolean deaf;
      lock.lock();
      try {
        deaf = ended;
        ended |= error != null;
      } finally {
        lock.unlock();
      }
      if (!deaf && error != null) {
        subscriber.onError(Requests.cause(error));
      } else if (!deaf && piece != null) {
        int count = piece.remaining();
        subscriber.onNext(piece.duplicate());
        advance(count);
        return;
      }
      advance(0);
    }

    private void advance(int count) {
      lock.lock();
      try {
        position += count;
        busy = false;
      } finally {
        lock.unlock();
      }
    }
  }
}

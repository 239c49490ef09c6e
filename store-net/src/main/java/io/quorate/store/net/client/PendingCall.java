package io.quorate.store.net.client;

import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call that has no reply yet. */
final class PendingCall<T> {
  private static final long OVERHEAD_BYTES = 512;

  private final long request;
  private final Frame frame;
  private final boolean proposal;
  private final long deadlineNanos;
  private final Function<Reply, @Nullable T> success;
  private final CompletableFuture<T> outcome = new CompletableFuture<>();
  private final long bytes;

  /**
   * @param proposal whether it may have an effect although no reply came
   * @param success the reply's value, or null if it is a reply to something else
   */
  PendingCall(
      long request,
      Frame frame,
      boolean proposal,
      long deadlineNanos,
      Function<Reply, @Nullable T> success) {
    this.request = request;
    this.frame = frame;
    this.proposal = proposal;
    this.deadlineNanos = deadlineNanos;
    this.success = success;
    bytes = OVERHEAD_BYTES + frame.header().getSerializedSize() + frame.payloadBytes();
  }

  long request() {
    return request;
  }

  Frame frame() {
    return frame;
  }

  /** Bytes that it holds in memory. */
  long bytes() {
    return bytes;
  }

  CompletableFuture<T> outcome() {
    return outcome;
  }

  boolean isOverdue(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }

  /** Ends the call with a reply; false if that is not a reply to it. */
  boolean reply(Reply reply) {
    switch (reply) {
      case Reply.Unavailable(String text) -> neverSent(text);
      case Reply.OutcomeUnknown(String text) -> unanswered(text);
      case Reply.Proposed _,
          Reply.Stored _,
          Reply.Answered _,
          Reply.ReadDone _,
          Reply.ChangesDone _,
          Reply.StatusDone _ -> {
        T value = success.apply(reply);
        if (value == null) {
          return false;
        }
        outcome.complete(value);
      }
    }
    return true;
  }

  /** Ends a call that had no effect and will have none. */
  void neverSent(String reason) {
    outcome.completeExceptionally(new UnavailableException(reason));
  }

  /** Ends a call that was sent and got no reply. */
  void unanswered(String reason) {
    outcome.completeExceptionally(
        proposal ? new OutcomeUnknownException(reason) : new UnavailableException(reason));
  }
}

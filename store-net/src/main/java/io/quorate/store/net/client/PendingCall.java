package io.quorate.store.net.client;

import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A call that has no reply yet. */
final class PendingCall<T> {
  private static final long OVERHEAD_BYTES = 512;

  /** What may be concluded while no reply has come. */
  enum Kind {
    /** It may have an effect although no reply came. */
    PROPOSAL,
    /** It has no effect, and a peer that is well answers it soon. */
    READ,
    /** It has no effect, and may rightly wait for long. */
    WAIT
  }

  private final long request;
  private final Frame frame;
  private final Kind kind;
  private final long deadlineNanos;
  private final Function<Reply, @Nullable T> success;
  private final CompletableFuture<T> outcome = new CompletableFuture<>();
  private final long bytes;

  // On the event loop.
  private long sentNanos;

  /**
   * @param success the reply's value, or null if it is a reply to something else
   */
  PendingCall(
      long request,
      Frame frame,
      Kind kind,
      long deadlineNanos,
      Function<Reply, @Nullable T> success) {
    this.request = request;
    this.frame = frame;
    this.kind = kind;
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

  void sent(long nowNanos) {
    sentNanos = nowNanos;
  }

  /** Whether a peer that is well answers it soon. */
  boolean isPrompt() {
    return kind != Kind.WAIT;
  }

  /** Whether a peer that is well would have answered what was sent before {@code nanos}. */
  boolean isSlow(long nanos) {
    return isPrompt() && sentNanos - nanos < 0;
  }

  boolean isOverdue(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }

  /** Ends the call with a reply; false if that is not a reply to it. */
  boolean reply(Endpoint from, Reply reply) {
    switch (reply) {
      case Reply.Unavailable(String text) -> neverSent(from + ": " + text);
      case Reply.OutcomeUnknown(String text) -> unanswered(from + ": " + text);
      case Reply.Proposed _,
          Reply.Stored _,
          Reply.Answered _,
          Reply.ReadDone _,
          Reply.ChangesDone _,
          Reply.StatusDone _,
          Reply.ScrubTaken _,
          Reply.MembersDone _ -> {
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
        kind == Kind.PROPOSAL
            ? new OutcomeUnknownException(reason)
            : new UnavailableException(reason));
  }
}

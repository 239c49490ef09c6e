package io.quorate.store.net.client;

import io.quorate.store.net.transport.Connection;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.GatewayCodec;
import io.quorate.store.net.wire.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A client's connection to one peer, and the calls that wait for its replies. On the event loop.
 */
final class PeerConnection implements Connection.Owner {
  /** Who is told what happens on it. */
  interface Listener {
    void replied(PeerConnection from, PendingCall<?> call, boolean unavailable);

    void ended(PendingCall<?> call);

    void writable(PeerConnection connection);

    void lost(PeerConnection connection, String reason);
  }

  private final Endpoint endpoint;
  private final Connection connection;
  private Listener listener;

  /** In the order sent, which is the order of their deadlines. */
  private final Map<Long, PendingCall<?>> unanswered = new LinkedHashMap<>();

  /** Calls that follow each other more closely are of one series. */
  private static final long SERIES_NANOS = TimeUnit.SECONDS.toNanos(10);

  // The present series of calls that a peer which is well answers soon, none of which was served.
  private boolean unserved;
  private long unservedSinceNanos;
  private long lastAskedNanos;

  private boolean retired;
  private long servedNanos;

  PeerConnection(Endpoint endpoint, Connection connection, Listener listener) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.listener = listener;
    servedNanos = connection.nanoTime();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** Changes who is told. */
  void listenWith(Listener newListener) {
    listener = newListener;
  }

  /**
   * Whether calls wait for replies and none was served since {@code nanos}. Under load each single
   * call may take long; but then others are answered meanwhile. Those count too that have waited
   * before and were given up: a caller with little time gives up each call soon.
   */
  boolean isSilentSince(long nanos) {
    if (servedNanos - nanos >= 0) {
      return false;
    }
    for (PendingCall<?> call : unanswered.values()) {
      boolean inSeries = call.isPrompt() && unserved && unservedSinceNanos - nanos < 0;
      if (inSeries || call.isSlow(nanos)) {
        return true;
      }
    }
    return false;
  }

  boolean isWritable() {
    return connection.isWritable();
  }

  void flush() {
    connection.flush();
  }

  void send(PendingCall<?> call) {
    try {
      connection.write(call.frame());
      long now = connection.nanoTime();
      call.sent(now);
      if (call.isPrompt()) {
        asked(now);
      }
      unanswered.put(call.request(), call);
    } catch (FrameException e) {
      listener.ended(call);
      call.neverSent(String.valueOf(e.getMessage()));
    }
  }

  private void asked(long now) {
    if (!unserved || now - lastAskedNanos > SERIES_NANOS) {
      unserved = true;
      unservedSinceNanos = now;
    }
    lastAskedNanos = now;
  }

  /** Closes once every call has its reply. */
  void retire() {
    retired = true;
    closeIfIdle();
  }

  /** Ends every call, so that it is repeated elsewhere, and closes. */
  void abandon(String reason) {
    retired = true;
    failAll(reason);
    connection.close(reason);
  }

  void close(String reason) {
    connection.close(reason);
  }

  /** Ends the calls whose time is over. */
  void expire(long nowNanos, int requestMillis) {
    List<PendingCall<?>> overdue = new ArrayList<>();
    for (PendingCall<?> call : unanswered.values()) {
      if (!call.isOverdue(nowNanos)) {
        break;
      }
      overdue.add(call);
    }
    for (PendingCall<?> call : overdue) {
      unanswered.remove(call.request());
      listener.ended(call);
      call.unanswered("no answer from " + endpoint + " within " + requestMillis + " ms");
    }
    closeIfIdle();
  }

  @Override
  public void received(Connection from, Frame frame) throws FrameException {
    Reply reply = GatewayCodec.decodeReply(frame);
    PendingCall<?> call = unanswered.remove(frame.header().getRequest());
    if (call == null) {
      // Its deadline has passed.
      return;
    }
    if (isService(reply)) {
      servedNanos = connection.nanoTime();
      unserved = false;
    }
    listener.replied(this, call, reply instanceof Reply.Unavailable);
    if (!call.reply(endpoint, reply)) {
      call.unanswered(endpoint + " answered with " + frame.header().getBodyCase());
      throw new FrameException("a reply is of another kind than its call");
    }
    closeIfIdle();
  }

  /** Whether it took the cluster to answer that. Status and changes a peer tells all by itself. */
  private static boolean isService(Reply reply) {
    return switch (reply) {
      case Reply.Proposed _, Reply.Answered _, Reply.ReadDone _ -> true;
      case Reply.Stored _,
          Reply.ChangesDone _,
          Reply.StatusDone _,
          Reply.ScrubTaken _,
          Reply.MembersDone _,
          Reply.Unavailable _,
          Reply.OutcomeUnknown _ ->
          false;
    };
  }

  @Override
  public void writabilityChanged(Connection from) {
    if (from.isWritable()) {
      listener.writable(this);
    }
  }

  @Override
  public void closed(Connection from, String reason) {
    listener.lost(this, reason);
    failAll("the connection to " + endpoint + " was lost: " + reason);
  }

  private void failAll(String reason) {
    List<PendingCall<?>> failed = new ArrayList<>(unanswered.values());
    unanswered.clear();
    for (PendingCall<?> call : failed) {
      listener.ended(call);
      call.unanswered(reason);
    }
  }

  private void closeIfIdle() {
    if (retired && unanswered.isEmpty()) {
      connection.close("another peer serves this client now");
    }
  }
}

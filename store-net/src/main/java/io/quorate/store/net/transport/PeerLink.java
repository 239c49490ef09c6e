package io.quorate.store.net.transport;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.PeerCodec;
import io.quorate.store.peer.PeerMessage;
import java.io.IOException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This peer's voice towards another: the connection that it dials, dials again when it is lost, and
 * a bounded queue in front of it.
 *
 * <p>{@link #send} is called by any thread and only queues. One pass of {@link #drain} on the event
 * loop encodes what has gathered and sends it with one flush; it stops while the socket does not
 * keep up, so that only a little more than the socket's buffer is ever encoded.
 */
final class PeerLink implements Connection.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
  private static final long REPEAT_FAILURE_NANOS = 10_000_000_000L;

  private record Queued(PeerMessage message, long weightBytes) {}

  private final PeerTransport transport;
  private final EventLoop loop;
  private final int peer;
  private final Endpoint endpoint;
  private final TransportOptions options;
  private final ConcurrentLinkedQueue<Queued> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicBoolean drainPending = new AtomicBoolean();
  private volatile boolean up;

  // On the event loop only.
  private @Nullable Connection connection;
  private @Nullable Dialing dialing;
  private @Nullable Future<?> retry;
  private boolean closed;
  private int attempt;
  private int backoffMillis;
  private long failureLoggedNanos;
  private String failureLogged = "";

  PeerLink(PeerTransport transport, EventLoop loop, int peer, Endpoint endpoint) {
    this.transport = transport;
    this.loop = loop;
    this.peer = peer;
    this.endpoint = endpoint;
    options = transport.options();
    backoffMillis = options.reconnectMinMillis();
  }

  Endpoint endpoint() {
    return endpoint;
  }

  boolean isUp() {
    return up;
  }

  /** Bytes of messages that were sent and that the kernel has not taken yet. */
  long queuedBytes() {
    return queuedBytes.get();
  }

  /** Messages dropped because the queue was full. */
  long dropped() {
    return dropped.get();
  }

  void send(PeerMessage message) {
    if (!up) {
      return;
    }
    long weight = PeerCodec.weightBytes(message);
    long before = queuedBytes.get();
    if (before > 0 && before + weight > bound(message)) {
      dropped.incrementAndGet();
      return;
    }
    queuedBytes.addAndGet(weight);
    queue.add(new Queued(message, weight));
    if (drainPending.compareAndSet(false, true)) {
      try {
        loop.execute(this::drain);
      } catch (RejectedExecutionException e) {
        LOG.debug("a message to peer {} came after the network had stopped", peer, e);
      }
    }
  }

  private long bound(PeerMessage message) {
    return switch (message) {
      case PeerMessage.PushChunk _, PeerMessage.PulledChunk _, PeerMessage.CheckpointPart _ ->
          options.chunkQueueBytes();
      case PeerMessage.Consensus _,
          PeerMessage.PullChunks _,
          PeerMessage.MissingChunk _,
          PeerMessage.Propose _,
          PeerMessage.ProposalRefused _,
          PeerMessage.Readmit _,
          PeerMessage.ChangeMembers _,
          PeerMessage.MembersRefused _,
          PeerMessage.Census _,
          PeerMessage.Counted _,
          PeerMessage.Awaited _,
          PeerMessage.Members _,
          PeerMessage.Returned _,
          PeerMessage.Promised _,
          PeerMessage.CheckpointOffer _,
          PeerMessage.CheckpointPull _,
          PeerMessage.CheckpointGone _,
          PeerMessage.ScrubNow _,
          PeerMessage.Report _ ->
          options.linkQueueBytes();
    };
  }

  /** Dials now: at the start, and when the peer was seen alive. */
  void dialNow() {
    loop.execute(
        () -> {
          backoffMillis = options.reconnectMinMillis();
          if (connection == null && dialing == null) {
            dial();
          }
        });
  }

  void close(String why) {
    loop.execute(
        () -> {
          closed = true;
          if (retry != null) {
            retry.cancel(false);
          }
          Connection open = connection;
          if (open != null) {
            open.close(why);
          }
          Dialing underway = dialing;
          if (underway != null) {
            underway.cancel(why);
          }
        });
  }

  private void dial() {
    if (retry != null) {
      retry.cancel(false);
      retry = null;
    }
    if (closed) {
      return;
    }
    Handshake.Dialer handshake = transport.dialTo(peer);
    dialing =
        Dialing.begin(
            transport.network(),
            loop,
            endpoint,
            attempt++,
            options,
            transport.writer(),
            handshake,
            this::dialed,
            this::dialFailed);
  }

  private Connection.Owner dialed(Connection made) {
    dialing = null;
    connection = made;
    backoffMillis = options.reconnectMinMillis();
    failureLogged = "";
    up = true;
    LOG.info("link to peer {} at {} is up", peer, made.remote());
    transport.linkChanged(peer, true);
    return this;
  }

  private void dialFailed(IOException failure) {
    dialing = null;
    if (closed) {
      return;
    }
    String reason = String.valueOf(failure.getMessage());
    if (failure instanceof RefusedException refused && refused.refusal() == Refusal.UNKNOWN_PEER) {
      transport.refused(peer, reason);
    }
    long now = transport.network().nanoTime();
    if (!reason.equals(failureLogged) || now - failureLoggedNanos > REPEAT_FAILURE_NANOS) {
      failureLogged = reason;
      failureLoggedNanos = now;
      LOG.warn("no link to peer {} at {}: {}", peer, endpoint, reason);
    }
    dialLater();
  }

  private void dialLater() {
    long jittered = backoffMillis * 3L / 4 + transport.random(Math.max(1, backoffMillis / 2));
    backoffMillis = Math.min(2 * backoffMillis, options.reconnectMaxMillis());
    retry = loop.schedule(this::dial, jittered, TimeUnit.MILLISECONDS);
  }

  @Override
  public void received(Connection from, Frame frame) throws FrameException {
    throw new FrameException(
        "peer " + peer + " sent " + frame.header().getBodyCase() + " on a connection it accepted");
  }

  @Override
  public void writabilityChanged(Connection from) {
    if (from.isWritable() && !queue.isEmpty()) {
      drain();
    }
  }

  @Override
  public void closed(Connection from, String reason) {
    up = false;
    connection = null;
    discardQueue();
    LOG.info("link to peer {} is down: {}", peer, reason);
    transport.linkChanged(peer, false);
    if (!closed) {
      dialLater();
    }
  }

  private void drain() {
    drainPending.set(false);
    Connection to = connection;
    if (to == null) {
      discardQueue();
      return;
    }
    long weight = 0;
    ChannelFuture last = null;
    while (to.isWritable()) {
      Queued next = queue.poll();
      if (next == null) {
        break;
      }
      weight += next.weightBytes();
      try {
        last = to.write(PeerCodec.encode(next.message()));
      } catch (FrameException e) {
        LOG.error("a message to peer {} can not be sent: {}", peer, e.getMessage());
      }
    }
    long written = weight;
    if (last != null) {
      last.addListener(done -> queuedBytes.addAndGet(-written));
      to.flush();
    } else {
      queuedBytes.addAndGet(-written);
    }
  }

  private void discardQueue() {
    for (Queued next = queue.poll(); next != null; next = queue.poll()) {
      queuedBytes.addAndGet(-next.weightBytes());
    }
  }
}

package io.quorate.store.net.transport;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.FrameWriter;
import io.quorate.store.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The peer's port: takes connections through the handshake and hands them to whom they are for. */
final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  /** Takes connections whose other end has proved itself. */
  interface Reception {
    /** Returns the owner of the connection; throws to refuse. */
    Connection.Owner admit(Connection connection, Handshake.Party party) throws RefusedException;
  }

  private final TransportOptions options;
  private final Supplier<Handshake.Acceptor> handshakes;
  private final Reception reception;
  private final AtomicInteger pending = new AtomicInteger();
  private final LineLimiter lines;
  private final Channel channel;

  /**
   * Binds, and accepts nothing until {@link #accept}.
   *
   * @throws IOException if the address can not be had
   */
  Listener(
      NettyNetwork network,
      World world,
      Endpoint endpoint,
      TransportOptions options,
      Supplier<Handshake.Acceptor> handshakes,
      Reception reception)
      throws IOException {
    this.options = options;
    this.handshakes = handshakes;
    this.reception = reception;
    lines = new LineLimiter(world::nanoTime);
    channel =
        network.bind(
            endpoint,
            () ->
                new Connection(
                    network,
                    options,
                    new FrameWriter(network.allocator(), options.frame(), false),
                    new Greeting()));
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  void accept() {
    channel.config().setAutoRead(true);
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
  }

  /** Owns an accepted connection until the handshake has ended. */
  private final class Greeting implements Connection.Owner {
    private final Handshake.Acceptor handshake = handshakes.get();
    private @Nullable Future<?> deadline;
    private boolean counted;

    @Override
    public void opened(Connection connection) {
      counted = true;
      if (pending.incrementAndGet() > options.maxHandshakes()) {
        connection.refuse(
            Refusal.TOO_MANY,
            options.maxHandshakes() + " connections are already in their handshake");
        return;
      }
      deadline =
          connection
              .loop()
              .schedule(
                  () ->
                      connection.close("no handshake within " + options.handshakeMillis() + " ms"),
                  options.handshakeMillis(),
                  TimeUnit.MILLISECONDS);
    }

    @Override
    public void received(Connection connection, Frame frame) throws FrameException {
      try {
        Header reply = handshake.next(frame.header());
        Handshake.Party party = handshake.dialer();
        Connection.Owner next = party == null ? null : reception.admit(connection, party);
        connection.write(Frame.of(reply));
        if (next != null) {
          end();
          connection.become(next);
          next.opened(connection);
        }
      } catch (RefusedException e) {
        connection.refuse(e.refusal(), String.valueOf(e.getMessage()));
      }
    }

    @Override
    public void closed(Connection connection, String reason) {
      end();
      if (lines.allows()) {
        LOG.warn("{} was not let in: {}", connection.remote(), reason);
      }
    }

    private void end() {
      if (counted) {
        counted = false;
        pending.decrementAndGet();
      }
      if (deadline != null) {
        deadline.cancel(false);
      }
    }
  }
}

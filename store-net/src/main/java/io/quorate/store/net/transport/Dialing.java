package io.quorate.store.net.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.quorate.store.net.proto.Header;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.FrameWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect: name, TCP, handshake, under one deadline each. Ends in exactly one of
 * {@code succeeded} (which names the connection's owner) and {@code failed} (with a reason for
 * people), both on the event loop.
 */
final class Dialing implements Connection.Owner {
  private final EventLoop loop;
  private final TransportOptions options;
  private final Handshake.Dialer handshake;
  private final Function<Connection, Connection.Owner> succeeded;
  private final Consumer<IOException> failed;
  private @Nullable Channel channel;
  private @Nullable Future<?> deadline;
  private @Nullable RefusedException refusal;
  private boolean over;

  private Dialing(
      EventLoop loop,
      TransportOptions options,
      Handshake.Dialer handshake,
      Function<Connection, Connection.Owner> succeeded,
      Consumer<IOException> failed) {
    this.loop = loop;
    this.options = options;
    this.handshake = handshake;
    this.succeeded = succeeded;
    this.failed = failed;
  }

  /** Starts an attempt; called on {@code loop}. */
  static Dialing begin(
      NettyNetwork network,
      EventLoop loop,
      Endpoint endpoint,
      int attempt,
      TransportOptions options,
      FrameWriter writer,
      Handshake.Dialer handshake,
      Function<Connection, Connection.Owner> succeeded,
      Consumer<IOException> failed) {
    Dialing dialing = new Dialing(loop, options, handshake, succeeded, failed);
    dialing.deadline =
        loop.schedule(
            () -> dialing.cancel("no connection within its deadline"),
            (long) options.connectMillis() + options.handshakeMillis(),
            TimeUnit.MILLISECONDS);
    network
        .resolve(endpoint, attempt)
        .whenComplete(
            (address, error) -> {
              Runnable next =
                  () -> {
                    if (error != null) {
                      dialing.fail(new IOException(error.getMessage(), error));
                    } else {
                      dialing.connect(network, address, writer);
                    }
                  };
              // Always in a later turn, so that begin() returns before an outcome is told.
              loop.execute(next);
            });
    return dialing;
  }

  private void connect(NettyNetwork network, InetSocketAddress address, FrameWriter writer) {
    if (over) {
      return;
    }
    Connection connection = new Connection(network, options, writer, this);
    ChannelFuture connecting = network.dial(loop, address, options.connectMillis(), connection);
    channel = connecting.channel();
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            fail(new IOException(plain(done.cause()), done.cause()));
          }
        });
  }

  /** Gives the attempt up. */
  void cancel(String reason) {
    Channel open = channel;
    fail(new IOException(reason));
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void opened(Connection connection) {
    try {
      connection.write(Frame.of(handshake.hello()));
    } catch (FrameException e) {
      connection.close(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void received(Connection connection, Frame frame) throws FrameException {
    try {
      Header reply = handshake.next(frame.header());
      if (reply != null) {
        connection.write(Frame.of(reply));
      } else if (!over) {
        end();
        connection.become(succeeded.apply(connection));
      }
    } catch (RefusedException e) {
      refusal = e;
      connection.close("refused: " + e.getMessage());
    }
  }

  @Override
  public void closed(Connection connection, String reason) {
    fail(refusal != null ? refusal : new IOException(reason));
  }

  private void fail(IOException reason) {
    if (!over) {
      end();
      failed.accept(reason);
    }
  }

  /** The system's words, without the name of the call and the address, which the caller knows. */
  private static String plain(Throwable cause) {
    return String.valueOf(cause.getMessage())
        .replaceFirst("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ", "")
        .replaceFirst(": [^ ]*/[^ ]*$", "");
  }

  private void end() {
    over = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
  }
}

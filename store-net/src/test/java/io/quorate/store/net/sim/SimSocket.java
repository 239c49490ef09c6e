package io.quorate.store.net.sim;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A connection of one process, as Netty sees it. */
final class SimSocket extends AbstractChannel implements SimSockets.Ready {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
  private static final int READS_IN_A_ROW = 16;

  private final SimSockets sockets;
  private final ChannelConfig config = new SimConfig(this);
  private @Nullable SimEnd end;
  private @Nullable ChannelPromise connecting;
  private @Nullable Future<?> connectTimeout;
  private boolean open = true;
  private boolean reads;

  /**
   * @param accepted null for a socket that is to dial
   */
  SimSocket(@Nullable Channel parent, SimSockets sockets, @Nullable SimEnd accepted) {
    super(parent, new SimChannelId(sockets.tcp().nextChannel()));
    this.sockets = sockets;
    if (accepted != null) {
      take(accepted);
    }
  }

  private void take(SimEnd taken) {
    end = taken;
    taken.watch(() -> sockets.ready(this));
  }

  /** Something has happened to the connection; on the loop. */
  @Override
  public void process() {
    SimEnd mine = end;
    if (!open || mine == null || !isRegistered()) {
      return;
    }
    ChannelPromise promise = connecting;
    if (promise != null) {
      String refused = mine.error();
      if (refused != null) {
        connectFailed(new ConnectException(refused + ": " + remoteAddress0()));
        return;
      }
      if (!mine.isEstablished()) {
        return;
      }
      connecting = null;
      cancelTimeout();
      if (!promise.trySuccess()) {
        unsafe().close(voidPromise());
        return;
      }
      pipeline().fireChannelActive();
    }
    read(mine);
    if (open && mine.error() != null && !mine.hasArrived()) {
      pipeline().fireExceptionCaught(new IOException(mine.error()));
      unsafe().close(voidPromise());
    } else if (open && mine.isAtEnd()) {
      unsafe().close(voidPromise());
    } else if (open && mine.room() > 0) {
      ((SimUnsafe) unsafe()).goOnWriting();
    }
  }

  private void read(SimEnd mine) {
    int left = READS_IN_A_ROW;
    boolean any = false;
    while (open && (reads || config.isAutoRead()) && left-- > 0) {
      byte[] bytes = mine.read();
      if (bytes == null) {
        break;
      }
      any = true;
      reads = false;
      pipeline().fireChannelRead(Unpooled.wrappedBuffer(bytes));
    }
    if (any) {
      pipeline().fireChannelReadComplete();
      if (open && mine.hasArrived() && config.isAutoRead()) {
        sockets.ready(this);
      }
    }
  }

  private void connectFailed(IOException why) {
    ChannelPromise promise = connecting;
    connecting = null;
    cancelTimeout();
    if (promise != null) {
      promise.tryFailure(why);
    }
    unsafe().close(voidPromise());
  }

  private void cancelTimeout() {
    if (connectTimeout != null) {
      connectTimeout.cancel(false);
      connectTimeout = null;
    }
  }

  @Override
  protected void doBeginRead() {
    reads = true;
    if (end != null && (end.hasArrived() || end.isAtEnd() || end.error() != null)) {
      sockets.ready(this);
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    SimEnd mine = end;
    while (mine != null) {
      Object message = in.current();
      if (message == null) {
        return;
      }
      ByteBuf bytes = (ByteBuf) message;
      int length = Math.min(bytes.readableBytes(), mine.room());
      if (length == 0 && bytes.isReadable()) {
        return;
      }
      if (length > 0) {
        byte[] copy = new byte[length];
        bytes.getBytes(bytes.readerIndex(), copy);
        mine.write(copy);
      }
      in.removeBytes(length);
      if (length == 0) {
        in.remove();
      }
    }
  }

  @Override
  protected void doClose() {
    open = false;
    cancelTimeout();
    ChannelPromise promise = connecting;
    connecting = null;
    if (promise != null) {
      promise.tryFailure(new ClosedChannelException());
    }
    if (end != null) {
      end.close();
    }
  }

  @Override
  protected void doDisconnect() {
    doClose();
  }

  @Override
  protected void doBind(SocketAddress local) {
    throw new UnsupportedOperationException("a socket that dials is not bound");
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new SimUnsafe();
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return true;
  }

  @Override
  protected SocketAddress localAddress0() {
    return SimTcp.address(sockets.node());
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return end == null ? null : SimTcp.address(end.remoteNode());
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open && connecting == null && end != null && end.isEstablished();
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  private final class SimUnsafe extends AbstractUnsafe {
    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
      if (!promise.setUncancellable() || !ensureOpen(promise)) {
        return;
      }
      connecting = promise;
      take(sockets.tcp().connect(sockets, (InetSocketAddress) remote));
      connectTimeout =
          eventLoop()
              .schedule(
                  () -> connectFailed(new ConnectTimeoutException("connection timed out")),
                  config.getConnectTimeoutMillis(),
                  TimeUnit.MILLISECONDS);
    }

    void goOnWriting() {
      flush0();
    }
  }
}

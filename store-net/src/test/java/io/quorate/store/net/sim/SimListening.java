package io.quorate.store.net.sim;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelId;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.ArrayDeque;

/** A port at which one process listens. Connections stand before they are accepted. */
final class SimListening extends AbstractServerChannel implements SimSockets.Ready {
  private final SimSockets sockets;
  private final ChannelConfig config = new SimConfig(this);
  private final ArrayDeque<SimEnd> backlog = new ArrayDeque<>();
  private boolean open = true;
  private boolean bound;

  SimListening(SimSockets sockets) {
    this.sockets = sockets;
  }

  @Override
  protected ChannelId newId() {
    // Netty asks for it before this object has its fields.
    return new SimChannelId(0);
  }

  SimSockets sockets() {
    return sockets;
  }

  /** On the carrier: a connection stands. */
  void arrived(SimEnd accepted) {
    backlog.add(accepted);
    sockets.ready(this);
  }

  @Override
  public void process() {
    boolean any = false;
    while (open && config.isAutoRead() && !backlog.isEmpty()) {
      any = true;
      pipeline().fireChannelRead(new SimSocket(this, sockets, backlog.remove()));
    }
    if (any) {
      pipeline().fireChannelReadComplete();
    }
  }

  @Override
  protected void doBeginRead() {
    if (!backlog.isEmpty()) {
      sockets.ready(this);
    }
  }

  @Override
  protected void doBind(SocketAddress local) {
    bound = true;
    sockets.tcp().listen(sockets.node(), this);
  }

  @Override
  protected void doClose() {
    open = false;
    sockets.tcp().listenNoMore(this);
    backlog.forEach(SimEnd::close);
    backlog.clear();
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
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isActive() {
    return open && bound;
  }
}

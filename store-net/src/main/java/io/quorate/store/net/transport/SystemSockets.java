package io.quorate.store.net.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Sockets of the operating system: native epoll, or the JDK's selectors. */
final class SystemSockets implements Sockets {
  private final EventLoopGroup loops;
  private final boolean epoll;

  SystemSockets(String name, int threads, boolean epoll) {
    this.epoll = epoll;
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("quorate-net-" + name, true), handlers);
  }

  @Override
  public EventLoopGroup loops() {
    return loops;
  }

  @Override
  public ServerChannel newListening() {
    return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
  }

  @Override
  public Channel newDialing() {
    return epoll ? new EpollSocketChannel() : new NioSocketChannel();
  }

  @Override
  public ByteBufAllocator allocator() {
    return PooledByteBufAllocator.DEFAULT;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void shutdown(boolean await) {
    Future<?> ended = loops.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    if (await) {
      ended.awaitUninterruptibly();
    }
  }
}

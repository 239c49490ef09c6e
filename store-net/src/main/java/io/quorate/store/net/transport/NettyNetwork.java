package io.quorate.store.net.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The event loops of a process, and the sockets on them. Native epoll where there is one, the JDK's
 * selectors elsewhere.
 */
public final class NettyNetwork implements AutoCloseable {
  private static final int MAX_READ_BYTES = 256 << 10;
  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 20, 4 << 20);

  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop linkLoop;
  private final ChannelGroup channels =
      new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
  private final boolean epoll;
  private final ThreadPoolExecutor resolver;

  private NettyNetwork(String name, int threads, boolean epoll) {
    this.epoll = epoll;
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("quorate-net-" + name, true), handlers);
    linkLoop = group.next();
    resolver =
        new ThreadPoolExecutor(
            2,
            2,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("quorate-names-" + name, true));
    resolver.allowCoreThreadTimeOut(true);
  }

  /**
   * Starts event loops; their threads are daemons named after {@code name}.
   *
   * @param threads how many, 1 or more
   */
  public static NettyNetwork start(String name, int threads) {
    return new NettyNetwork(name, threads, Epoll.isAvailable());
  }

  /** The same on the JDK's selectors. */
  static NettyNetwork startPortable(String name, int threads) {
    return new NettyNetwork(name, threads, false);
  }

  /** The loop for what must share one. */
  EventLoop linkLoop() {
    return linkLoop;
  }

  ByteBufAllocator allocator() {
    return PooledByteBufAllocator.DEFAULT;
  }

  /**
   * Listens, but accepts nothing until the channel's autoRead is set.
   *
   * @throws IOException if the address can not be had
   */
  Channel bind(Endpoint endpoint, Supplier<ChannelHandler> perConnection) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(serverChannel())
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 256)
            .option(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOCATOR, allocator())
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, receiveSizes())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    channel.pipeline().addLast(perConnection.get());
                  }
                });
    ChannelFuture bound =
        bootstrap
            .bind(new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port()))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "can not listen at " + endpoint + ": " + bound.cause().getMessage(), bound.cause());
    }
    channels.add(bound.channel());
    return bound.channel();
  }

  /** Connects; the returned future belongs to {@code loop}. */
  ChannelFuture dial(
      EventLoop loop, InetSocketAddress address, int connectMillis, ChannelHandler handler) {
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
            .option(ChannelOption.ALLOCATOR, allocator())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.RECVBUF_ALLOCATOR, receiveSizes())
            .handler(handler)
            .connect(address);
    channels.add(connecting.channel());
    return connecting;
  }

  /**
   * Looks a name up, off the event loops because the system's resolver blocks. Of several addresses
   * each attempt takes the next.
   */
  CompletableFuture<InetSocketAddress> resolve(Endpoint endpoint, int attempt) {
    CompletableFuture<InetSocketAddress> resolved = new CompletableFuture<>();
    Runnable lookup =
        () -> {
          try {
            InetAddress[] all = InetAddress.getAllByName(endpoint.host());
            InetAddress one = all[Math.floorMod(attempt, all.length)];
            resolved.complete(new InetSocketAddress(one, endpoint.port()));
          } catch (UnknownHostException e) {
            resolved.completeExceptionally(
                new IOException("the name \"" + endpoint.host() + "\" has no address", e));
          }
        };
    if (NetUtil.isValidIpV4Address(endpoint.host())
        || NetUtil.isValidIpV6Address(endpoint.host())) {
      lookup.run();
    } else {
      resolver.execute(lookup);
    }
    return resolved;
  }

  /**
   * Closes every connection, and returns when the threads have ended (at once if it is called on
   * one of them).
   */
  @Override
  public void close() {
    resolver.shutdownNow();
    boolean onLoop = false;
    for (EventExecutor loop : group) {
      onLoop |= loop.inEventLoop();
    }
    // Without a quiet period a loop may end before it has closed what is registered with it.
    Future<?> closed = channels.close();
    if (!onLoop) {
      closed.awaitUninterruptibly();
    }
    Future<?> ended = group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    if (!onLoop) {
      ended.awaitUninterruptibly();
    }
  }

  private Class<? extends ServerChannel> serverChannel() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  private static AdaptiveRecvByteBufAllocator receiveSizes() {
    return new AdaptiveRecvByteBufAllocator(2 << 10, 16 << 10, MAX_READ_BYTES);
  }
}

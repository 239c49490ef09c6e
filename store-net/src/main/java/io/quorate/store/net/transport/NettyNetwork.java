package io.quorate.store.net.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
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

/** The event loops of a process, and the connections on them. */
public final class NettyNetwork implements AutoCloseable {
  private static final int MAX_READ_BYTES = 256 << 10;
  private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(1 << 20, 4 << 20);

  private final Sockets sockets;
  private final EventLoop linkLoop;
  private final ChannelGroup channels =
      new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);
  private final ThreadPoolExecutor resolver;

  private NettyNetwork(String name, Sockets sockets) {
    this.sockets = sockets;
    linkLoop = sockets.loops().next();
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
   * Starts event loops on native epoll where there is one, on the JDK's selectors elsewhere; their
   * threads are daemons named after {@code name}.
   *
   * @param threads how many, 1 or more
   */
  public static NettyNetwork start(String name, int threads) {
    return new NettyNetwork(name, new SystemSockets(name, threads, Epoll.isAvailable()));
  }

  /** The same on the JDK's selectors. */
  static NettyNetwork startPortable(String name, int threads) {
    return new NettyNetwork(name, new SystemSockets(name, threads, false));
  }

  /** The same on sockets of another kind; {@link #close} ends them. */
  public static NettyNetwork over(String name, Sockets sockets) {
    return new NettyNetwork(name, sockets);
  }

  /** The clock that the loops' timers follow. */
  public long nanoTime() {
    return sockets.nanoTime();
  }

  /** The loop for what must share one. */
  EventLoop linkLoop() {
    return linkLoop;
  }

  ByteBufAllocator allocator() {
    return sockets.allocator();
  }

  /**
   * Listens, but accepts nothing until the channel's autoRead is set.
   *
   * @throws IOException if the address can not be had
   */
  Channel bind(Endpoint endpoint, Supplier<ChannelHandler> perConnection) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(sockets.loops())
            .channelFactory(sockets::newListening)
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
        bootstrap.bind(
            new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port()));
    await(bound);
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
            .channelFactory(sockets::newDialing)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
            .option(ChannelOption.ALLOCATOR, allocator())
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.RECVBUF_ALLOCATOR, receiveSizes())
            .disableResolver() // see resolve; Netty's would keep each loop until that has ended
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
    for (EventExecutor loop : sockets.loops()) {
      onLoop |= loop.inEventLoop();
    }
    // Without a quiet period a loop may end before it has closed what is registered with it.
    Future<?> closed = channels.close();
    if (!onLoop) {
      await(closed);
    }
    sockets.shutdown(!onLoop);
  }

  /** Waits without Netty's monitors, in which a thread of the simulator could not be parked. */
  private static void await(Future<?> future) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    future.addListener(ended -> done.complete(true));
    done.join();
  }

  private static AdaptiveRecvByteBufAllocator receiveSizes() {
    return new AdaptiveRecvByteBufAllocator(2 << 10, 16 << 10, MAX_READ_BYTES);
  }
}

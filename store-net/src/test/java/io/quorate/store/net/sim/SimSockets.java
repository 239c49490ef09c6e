package io.quorate.store.net.sim;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.Ticker;
import io.quorate.store.net.transport.Sockets;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.world.World;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of one simulated process and its sockets: Netty's own loop, driven by a thread of
 * the process, with the machine's clock. The thread is parked while there is nothing to do; bytes
 * that arrive, tasks, and a timer for the next task that is scheduled wake it.
 */
final class SimSockets implements Sockets {
  /** Without reference counts that a crash would leave behind. */
  private static final ByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false, true);

  /** A socket that has something to do on the loop. */
  interface Ready {
    void process();
  }

  private final SimTcp tcp;
  private final SimWorld world;
  private final ManualIoEventLoop loop;
  private final Waiting waiting = new Waiting();
  private final Set<Ready> ready = new LinkedHashSet<>();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  SimSockets(SimTcp tcp, SimWorld world) {
    this.tcp = tcp;
    this.world = world;
    this.loop = new ManualIoEventLoop(null, null, executor -> waiting, new MachineTicker());
    tcp.begins(world);
    world.onEnd(powerLoss -> tcp.ended(this, powerLoss));
    world.spawn("net", this::run);
  }

  private void run() {
    Thread thread = Thread.currentThread();
    waiting.thread = thread;
    loop.setOwningThread(thread);
    while (!loop.isTerminated()) {
      loop.run(0);
    }
    ended.complete(true);
  }

  /** Whether its loop has ended and all is closed. */
  boolean isClosed() {
    return loop.isTerminated() && tcp.open(this) == 0;
  }

  SimTcp tcp() {
    return tcp;
  }

  int node() {
    return world.node().id();
  }

  /** Has {@code socket} looked at on the loop. */
  void ready(Ready socket) {
    ready.add(socket);
    waiting.wakeup();
  }

  @Override
  public EventLoopGroup loops() {
    return loop;
  }

  @Override
  public ServerChannel newListening() {
    return new SimListening(this);
  }

  @Override
  public Channel newDialing() {
    return new SimSocket(null, this, null);
  }

  @Override
  public ByteBufAllocator allocator() {
    return ALLOCATOR;
  }

  @Override
  public long nanoTime() {
    return world.nanoTime();
  }

  @Override
  @SuppressWarnings("deprecation") // A graceful one sleeps.
  public void shutdown(boolean await) {
    loop.shutdown();
    if (await) {
      ended.join();
    }
  }

  private final class MachineTicker implements Ticker {
    @Override
    public long initialNanoTime() {
      return 0;
    }

    @Override
    public long nanoTime() {
      return world.node().localNanos();
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
      throw new AssertionError("nobody sleeps on a loop");
    }
  }

  /** What an epoll handler is elsewhere. */
  private final class Waiting implements IoHandler {
    private @Nullable Thread thread;
    private boolean woken;

    @Override
    public int run(IoHandlerContext context) {
      if (context.canBlock() && ready.isEmpty() && !woken) {
        await(context.deadlineNanos());
      }
      woken = false;
      List<Ready> now = List.copyOf(ready);
      ready.clear();
      now.forEach(Ready::process);
      return now.size();
    }

    private void await(long deadlineNanos) {
      World.Timer timer =
          deadlineNanos == -1
              ? null
              : world.schedule(deadlineNanos - world.node().localNanos(), this::wakeup);
      while (!woken) {
        LockSupport.park(this);
      }
      if (timer != null) {
        timer.cancel();
      }
    }

    @Override
    public void wakeup() {
      woken = true;
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public IoRegistration register(IoHandle handle) {
      throw new UnsupportedOperationException("sockets of a simulation are channels of their own");
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return false;
    }
  }
}

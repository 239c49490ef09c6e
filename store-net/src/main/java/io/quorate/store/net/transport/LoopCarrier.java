package io.quorate.store.net.transport;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.quorate.store.peer.Carrier;
import java.util.concurrent.TimeUnit;

/**
 * Lends the event loop of a peer's links to its turns. The loop runs tasks after it has read all
 * sockets that had something.
 */
record LoopCarrier(EventLoop loop) implements Carrier {
  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public boolean isCurrent() {
    return loop.inEventLoop();
  }

  @Override
  public Wakeup schedule(long delayNanos, Runnable task) {
    Future<?> scheduled = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }
}

package io.quorate.store.sim;

import io.quorate.store.peer.Carrier;
import io.quorate.store.world.World;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Lends a peer's turns a thread of its process that runs what it is given, in order. */
final class SimCarrier implements Carrier {
  private final SimWorld world;
  private final SimLane lane;
  private volatile @Nullable Thread thread;

  SimCarrier(SimWorld world) {
    this.world = world;
    lane = world.lane("carrier");
    lane.post(() -> thread = Thread.currentThread());
  }

  @Override
  public void execute(Runnable task) {
    lane.post(task);
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  @Override
  public Wakeup schedule(long delayNanos, Runnable task) {
    AtomicBoolean cancelled = new AtomicBoolean();
    Runnable unlessCancelled =
        () -> {
          if (!cancelled.get()) {
            task.run();
          }
        };
    World.Timer timer = world.schedule(delayNanos, () -> execute(unlessCancelled));
    return () -> {
      cancelled.set(true);
      timer.cancel();
    };
  }
}

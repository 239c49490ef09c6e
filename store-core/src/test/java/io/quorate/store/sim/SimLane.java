package io.quorate.store.sim;

import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that runs what is posted to it, in order: a process's timer thread or network reader.
 */
final class SimLane {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final SimThread thread;

  SimLane(Simulation simulation, String name, @Nullable SimWorld world) {
    this.thread = simulation.spawn(name, world, this::run);
  }

  void post(Runnable task) {
    tasks.add(task);
    LockSupport.unpark(thread.thread);
  }

  private void run() {
    while (true) {
      Runnable task = tasks.poll();
      if (task == null) {
        LockSupport.park(this);
        continue;
      }
      try {
        task.run();
      } catch (Throwable e) {
        SimWorld world = thread.world;
        if (world == null) {
          thread.simulation.fail(e);
        } else {
          world.threadFailed(thread.name, e);
        }
      }
    }
  }
}

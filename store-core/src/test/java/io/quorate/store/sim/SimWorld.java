package io.quorate.store.sim;

import io.quorate.store.world.Disk;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One process on a {@link SimNode}: it lives from boot to crash, with threads, timers and the
 * node's clock and disks.
 *
 * <p>Every call is a point where the calling thread may lose its turn, so that code between two
 * locks is interleaved too.
 */
public final class SimWorld implements World {
  private final SimNode node;
  private final Simulation simulation;
  private final int incarnation;
  private final SimRandom random;
  private final SimLane timerLane;
  private final Set<SimThread> held = new LinkedHashSet<>();

  private boolean alive = true;
  private boolean paused;
  private int pauses;
  private BiConsumer<String, Throwable> onThreadFailure;
  private final List<Consumer<Boolean>> onEnd = new ArrayList<>();

  SimWorld(SimNode node, int incarnation, SimRandom random) {
    this.node = node;
    this.simulation = node.simulation();
    this.incarnation = incarnation;
    this.random = random;
    this.onThreadFailure =
        (thread, error) ->
            simulation.fail(new IllegalStateException("thread " + thread + " failed", error));
    this.timerLane = new SimLane(simulation, name("timer"), this);
  }

  public SimNode node() {
    return node;
  }

  /** False once the process has ended. */
  public boolean isAlive() {
    return alive;
  }

  /** What to do with an exception that leaves a thread's body; by default the run fails. */
  public void onThreadFailure(BiConsumer<String, Throwable> handler) {
    onThreadFailure = handler;
  }

  /** Who is told when the process has ended: true if by a loss of power, false if it was killed. */
  public void onEnd(Consumer<Boolean> listener) {
    onEnd.add(listener);
  }

  /** How often the process has been paused, which may explain that something is late. */
  public int pauses() {
    return pauses;
  }

  @Override
  public long nanoTime() {
    simulation.maybePreempt();
    return node.localNanos();
  }

  @Override
  public long wallClockNanos() {
    simulation.maybePreempt();
    return node.wallNanos();
  }

  @Override
  public long randomLong() {
    simulation.maybePreempt();
    return random.nextLong();
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    simulation.maybePreempt();
    ScheduledTask scheduled = new ScheduledTask(task);
    Simulation.SimTimer timer =
        simulation.at(
            node.globalAfter(delayNanos),
            () -> {
              if (alive) {
                timerLane.post(scheduled);
              }
            });
    return () -> {
      scheduled.cancelled = true;
      timer.cancel();
    };
  }

  @Override
  public Task spawn(String name, Runnable body) {
    simulation.maybePreempt();
    String fullName = name(name);
    SimThread thread =
        simulation.spawn(
            fullName,
            this,
            () -> {
              try {
                body.run();
              } catch (Throwable e) {
                threadFailed(fullName, e);
              }
            });
    return new Task() {
      @Override
      public void interrupt() {
        thread.thread.interrupt();
      }

      @Override
      public void join() throws InterruptedException {
        thread.thread.join();
      }
    };
  }

  @Override
  public Disk openDisk(Path directory) throws IOException {
    simulation.maybePreempt();
    return node.disk(directory).open(this);
  }

  /** A thread of this process that runs what the network delivers. */
  SimLane lane(String name) {
    return new SimLane(simulation, name(name), this);
  }

  void threadFailed(String thread, Throwable error) {
    if (alive) {
      onThreadFailure.accept(thread, error);
    }
  }

  /** False keeps the thread off the run queue, for as long as the process is paused or for good. */
  boolean admits(SimThread thread) {
    if (alive && paused) {
      held.add(thread);
    }
    return alive && !paused;
  }

  void end(boolean powerLoss) {
    alive = false;
    held.clear();
    simulation.bury(this);
    onEnd.forEach(listener -> listener.accept(powerLoss));
  }

  void pause(long nanos) {
    int pause = ++pauses;
    paused = true;
    held.addAll(simulation.withdraw(this));
    simulation.at(
        simulation.now() + nanos,
        () -> {
          if (alive && pause == pauses) {
            resume();
          }
        });
  }

  private void resume() {
    simulation.trace("node " + node.id() + " resumes");
    paused = false;
    List<SimThread> released = new ArrayList<>(held);
    held.clear();
    for (SimThread thread : released) {
      simulation.ready(thread);
    }
  }

  private String name(String thread) {
    return "node" + node.id() + "." + incarnation + "/" + thread;
  }

  @Override
  public String toString() {
    return name("world");
  }

  /** A due task waits in the timer thread's queue and can still be cancelled there. */
  private static final class ScheduledTask implements Runnable {
    private final Runnable task;
    private boolean cancelled;

    ScheduledTask(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      if (!cancelled) {
        task.run();
      }
    }
  }
}

package io.quorate.store.sim;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread that runs only when the simulation says so.
 *
 * <p>A timed wait of the JDK that is over before the thread has parked is not seen; longer ones
 * are.
 *
 * <p>It is its own executor: the JDK hands a virtual thread's continuation to its scheduler
 * whenever the thread can go on, and one scheduler object per thread tells which thread that is.
 * The builder that takes a scheduler is package-private in JDK 25, hence {@code
 * --add-opens=java.base/java.lang=ALL-UNNAMED}.
 */
final class SimThread implements Executor {
  private static final Constructor<?> BUILDER = builder();

  final Simulation simulation;
  final int id;
  final String name;

  /** The process that the thread belongs to; null for the test's own threads. */
  final @Nullable SimWorld world;

  final Thread thread;

  /** How long a thread may contend, in real time, for a monitor that the JVM itself holds. */
  private static final long MONITOR_NANOS = 1_000_000_000L;

  /** The JDK's thread that wakes virtual threads when a monitor is free; timers have another. */
  private static final String MONITOR_WAKER = "VirtualThread-unblocker";

  /** What to run for the thread's next step; set while it is ready. */
  private @Nullable Runnable continuation;

  /**
   * Whether the thread is in the middle of a step, and what another thread gave it to go on with.
   */
  private volatile boolean stepping;

  private volatile @Nullable Runnable unblocked;

  SimThread(Simulation simulation, int id, String name, @Nullable SimWorld world, Runnable body) {
    this.simulation = simulation;
    this.id = id;
    this.name = name;
    this.world = world;
    try {
      thread =
          ((Thread.Builder.OfVirtual) BUILDER.newInstance(this))
              .name(name)
              .inheritInheritableThreadLocals(false)
              .unstarted(body);
    } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("can not build a virtual thread on an executor", e);
    }
  }

  @Override
  public void execute(Runnable continuation) {
    if (!simulation.isOnCarrier()) {
      if (stepping && Thread.currentThread().getName().equals(MONITOR_WAKER)) {
        unblocked = continuation;
        return;
      }
      simulation.escaped(
          name
              + " was woken by "
              + Thread.currentThread()
              + ", which is outside the simulation: a timed wait, Thread.sleep, Object.wait, a"
              + " contended monitor or an executor of the JDK");
      return;
    }
    this.continuation = continuation;
    simulation.ready(this);
  }

  /** Runs the thread until it parks, yields or ends; answers which. On the carrier only. */
  Thread.State step() {
    Runnable next = continuation;
    if (next == null) {
      throw new IllegalStateException(name + " is not ready");
    }
    continuation = null;
    stepping = true;
    next.run();
    Thread.State state = passMonitors();
    stepping = false;
    switch (state) {
      case TIMED_WAITING -> simulation.escaped(name + " waits with a timeout of the JDK" + stack());
      case BLOCKED -> simulation.escaped(name + " contends for a monitor" + stack());
      case NEW, RUNNABLE, WAITING, TERMINATED -> {}
    }
    return state;
  }

  /**
   * Goes on with the same step when the thread met a monitor that a thread of the JVM or of another
   * run held, in a Cleaner or a class loader: it is free again at once, and the run is then the
   * same as if it had been free before. One that another simulated thread holds stays taken.
   */
  private Thread.State passMonitors() {
    long giveUpAt = 0;
    while (true) {
      Thread.State state = thread.getState();
      Runnable next = unblocked;
      if (next != null) {
        unblocked = null;
        giveUpAt = 0;
        next.run();
        continue;
      }
      boolean onItsWay = state == Thread.State.RUNNABLE && continuation == null;
      if (state != Thread.State.BLOCKED && !onItsWay) {
        return state;
      }
      if (giveUpAt == 0) {
        giveUpAt = System.nanoTime() + MONITOR_NANOS;
      } else if (System.nanoTime() > giveUpAt) {
        return Thread.State.BLOCKED;
      }
      Thread.onSpinWait();
    }
  }

  /** Where the thread is and what it waits for, for people. */
  String describe() {
    Object blocker = LockSupport.getBlocker(thread);
    return name
        + " "
        + thread.getState()
        + (blocker == null ? "" : " on " + blocker.getClass().getName())
        + stack();
  }

  private String stack() {
    StringBuilder text = new StringBuilder();
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (!frame.getClassName().startsWith("java.lang.VirtualThread")) {
        text.append("\n      at ").append(frame);
      }
    }
    return text.toString();
  }

  private static Constructor<?> builder() {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "the simulator needs JDK 25 and --add-opens=java.base/java.lang=ALL-UNNAMED", e);
    }
  }
}

package io.quorate.store.sim;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A virtual thread that runs only when the simulation says so.
 *
 * <p>It is its own executor: the JDK hands a virtual thread's continuation to its scheduler whenever
 * the thread can go on, and one scheduler object per thread tells which thread that is. The builder
 * that takes a scheduler is package-private in JDK 25, hence {@code
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

  /** What to run for the thread's next step; set while it is ready. */
  private @Nullable Runnable continuation;

  SimThread(
      Simulation simulation, int id, String name, @Nullable SimWorld world, Runnable body) {
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

  /** Runs the thread until it parks, yields or ends. On the carrier only. */
  void step() {
    Runnable next = continuation;
    if (next == null) {
      throw new IllegalStateException(name + " is not ready");
    }
    continuation = null;
    next.run();
    switch (thread.getState()) {
      case TIMED_WAITING ->
          simulation.escaped(name + " waits with a timeout of the JDK" + stack());
      case BLOCKED -> simulation.escaped(name + " contends for a monitor" + stack());
      case NEW, RUNNABLE, WAITING, TERMINATED -> {}
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

package io.quorate.store.sim;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One run of the simulator: one seed, one carrier thread, simulated time.
 *
 * <p>{@link #run} starts the test's body as a simulated thread and ends when the body returns. Each
 * step runs one thread until it parks, yields or ends; which of the ready threads comes next is
 * drawn from the seed. A step takes a few microseconds of simulated time; when no thread is ready,
 * time jumps to the next timer. When there is none either, nothing can ever happen again: the run
 * fails with a dump of what every thread waits for.
 *
 * <p>What would escape the seed is found and fails the run: timed waits of the JDK, Thread.sleep,
 * contended monitors, wake-ups from other threads, and (by a watchdog on real time) threads that
 * pin the carrier or never end a step.
 */
public final class Simulation {

  /** The test's side of a run. */
  @FunctionalInterface
  public interface Body {
    void run(Simulation simulation) throws Exception;
  }

  /**
   * How a run went.
   *
   * @param traceHash hash over every decision, message and disk operation; equal for equal runs
   * @param steps thread steps taken
   * @param nanos simulated time that passed
   * @param counters how often each thing happened, faults above all
   */
  public record Result(
      long seed, long traceHash, long steps, long nanos, SortedMap<String, Long> counters) {}

  /** 2026-01-01T00:00Z: where wall clocks start. */
  static final long EPOCH_NANOS = 1_767_225_600_000_000_000L;

  private static final long STEP_NANOS_MAX = 4_000;
  private static final long WATCHDOG_MILLIS = 1_000;
  private static final int WATCHDOG_LIMIT = 60;

  private final long seed;
  private final SimRandom scheduling;
  private final SimRandom random;
  private final PriorityQueue<SimTimer> timers = new PriorityQueue<>();
  private final List<SimThread> ready = new ArrayList<>();
  private final List<SimThread> live = new ArrayList<>();

  /** A run that needs more of a processor asks the same for ever; long ones need a few seconds. */
  private static final long RUN_LIMIT_NANOS = 60_000_000_000L;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final Map<String, Counter> counters = new HashMap<>();

  private @Nullable Thread carrier;
  private @Nullable SimThread current;
  private @Nullable PrintStream traceTo;
  private volatile @Nullable Throwable failure;
  private volatile long steps;
  private boolean bodyEnded;
  private long now;
  private long traceHash;
  private long timerNumber;
  private int threadNumber;
  private double preemptionChance = 1.0 / 16;
  private long stepLimit = 20_000_000;

  private Simulation(long seed) {
    this.seed = seed;
    this.traceHash = SimRandom.mix(seed);
    SimRandom root = new SimRandom(seed);
    this.scheduling = root.fork();
    this.random = root.fork();
  }

  /**
   * Runs {@code body} under {@code seed}; throws {@link SimulationError} when anything went wrong.
   */
  public static Result run(long seed, Body body) {
    return run(seed, null, body);
  }

  /** As {@link #run(long, Body)}, and prints each event of the trace to {@code traceTo}. */
  public static Result run(long seed, @Nullable PrintStream traceTo, Body body) {
    Simulation simulation = new Simulation(seed);
    simulation.traceTo = traceTo;
    return simulation.execute(body);
  }

  private Result execute(Body body) {
    spawn(
        "body",
        null,
        () -> {
          try {
            body.run(this);
          } catch (Throwable e) {
            fail(e);
          }
          bodyEnded = true;
        });
    Thread runner = new Thread(this::loop, "simulation-" + seed);
    runner.setDaemon(true);
    carrier = runner;
    runner.start();
    watch(runner);
    Throwable cause = failure;
    if (cause != null) {
      throw new SimulationError(
          "seed "
              + seed
              + " failed after "
              + steps
              + " steps, "
              + now / 1_000_000
              + " ms: "
              + cause,
          cause);
    }
    SortedMap<String, Long> counted = new TreeMap<>();
    counters.forEach((what, counter) -> counted.put(what, counter.count));
    return new Result(seed, traceHash, steps, now, Collections.unmodifiableSortedMap(counted));
  }

  /** Waits for the carrier; gives up when one step goes on for {@link #WATCHDOG_LIMIT} seconds. */
  private void watch(Thread runner) {
    long seenSteps = -1;
    int unchanged = 0;
    try {
      while (!runner.join(java.time.Duration.ofMillis(WATCHDOG_MILLIS))) {
        unchanged = seenSteps == steps ? unchanged + 1 : 0;
        seenSteps = steps;
        if (unchanged >= WATCHDOG_LIMIT) {
          SimThread stuck = current;
          StringBuilder text = new StringBuilder("a step does not end (endless loop, or pinned): ");
          text.append(stuck == null ? "carrier" : stuck.describe());
          for (StackTraceElement frame : runner.getStackTrace()) {
            text.append("\n      carrier at ").append(frame);
          }
          fail(new IllegalStateException(text.toString()));
          return;
        }
        long cpuNanos = THREADS.getThreadCpuTime(runner.threadId());
        if (cpuNanos > RUN_LIMIT_NANOS) {
          SimThread busy = current;
          fail(
              new IllegalStateException(
                  "the run goes on after "
                      + cpuNanos / 1_000_000_000
                      + " s of processor time, in "
                      + (busy == null ? "no thread" : busy.describe())));
          return;
        }
      }
    } catch (InterruptedException e) {
      fail(e);
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    try {
      while (!bodyEnded && failure == null) {
        fireDueTimers();
        if (!ready.isEmpty()) {
          runOne();
        } else if (skipToNextTimer()) {
          continue;
        } else {
          throw new IllegalStateException(
              "deadlock: no thread can go on and no timer is pending" + dump());
        }
        if (steps > stepLimit) {
          throw new IllegalStateException("still running after " + steps + " steps" + dump());
        }
      }
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void runOne() {
    int choice = scheduling.below(ready.size());
    SimThread chosen = ready.get(choice);
    SimThread last = ready.removeLast();
    if (last != chosen) {
      ready.set(choice, last);
    }
    now += 1 + (scheduling.nextLong() >>> 1) % STEP_NANOS_MAX;
    steps = steps + 1;
    mix(now);
    mix(chosen.id);
    current = chosen;
    Thread.State state = chosen.step();
    current = null;
    if (state == Thread.State.TERMINATED) {
      live.remove(chosen);
    }
  }

  /** Moves time on to the next timer that was not cancelled; false if there is none. */
  private boolean skipToNextTimer() {
    while (!timers.isEmpty() && timers.element().task == null) {
      timers.remove();
    }
    if (timers.isEmpty()) {
      return false;
    }
    now = Math.max(now, timers.element().atNanos);
    return true;
  }

  private void fireDueTimers() {
    while (!timers.isEmpty() && timers.element().atNanos <= now) {
      SimTimer timer = timers.remove();
      Runnable task = timer.take();
      if (task != null) {
        mix(timer.number);
        task.run();
      }
    }
  }

  /** The seed of this run. */
  public long seed() {
    return seed;
  }

  /** Simulated nanoseconds since the run began. */
  public long now() {
    return now;
  }

  /** Random numbers for the test; apart from those that schedule. */
  public SimRandom random() {
    return random;
  }

  /** How likely a thread loses its turn in a call to its world: 0 to 1. */
  public void preemptionChance(double chance) {
    preemptionChance = chance;
  }

  /** Fails the run after that many steps. */
  public void stepLimit(long limit) {
    stepLimit = limit;
  }

  /** A new machine. */
  public SimNode node(int id) {
    return new SimNode(this, id, random.fork());
  }

  /** Starts a thread of the test's own: a client, a fault injector. */
  public void start(String name, Body body) {
    spawn(
        name,
        null,
        () -> {
          try {
            body.run(this);
          } catch (Throwable e) {
            fail(e);
          }
        });
  }

  /** Pauses the calling thread, which must be one of this simulation. */
  public void sleep(long nanos) {
    Sleep sleep = new Sleep();
    at(now + nanos, sleep);
    sleep.await();
  }

  /**
   * Runs {@code task} on the carrier, {@code nanos} from now; it must not block or run tested code.
   */
  public void after(long nanos, Runnable task) {
    at(now + nanos, task);
  }

  /** Counts one occurrence of {@code what}. */
  public void count(String what) {
    counters.computeIfAbsent(what, key -> new Counter()).count++;
  }

  /** How often {@code what} was counted. */
  public long counted(String what) {
    Counter counter = counters.get(what);
    return counter == null ? 0 : counter.count;
  }

  /** Puts an event into the trace: into its hash, and in words for people. */
  public void trace(String event) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < event.length(); i++) {
      hash = (hash ^ event.charAt(i)) * 0x100000001b3L;
    }
    mix(hash);
    print(event);
  }

  /** Prints an event when the run is traced; no part of the hash, so it may say anything. */
  public void print(String event) {
    PrintStream out = traceTo;
    if (out != null) {
      out.printf("%12.3f ms  %s%n", now / 1e6, event);
    }
  }

  /** True when events are printed; spares callers the making of long texts. */
  public boolean isTracing() {
    return traceTo != null;
  }

  /** Adds a value to the trace hash. */
  public void mix(long value) {
    traceHash = SimRandom.mix(traceHash ^ value) + 0x9E3779B97F4A7C15L;
  }

  /** Ends the run as failed; the first cause counts. */
  public void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  /** What every live thread waits for. */
  public String dump() {
    StringBuilder text = new StringBuilder();
    for (SimThread thread : live) {
      text.append("\n    ").append(thread.describe());
    }
    return text.toString();
  }

  /** Runs {@code task} on the carrier at {@code atNanos}; it must not block or run tested code. */
  SimTimer at(long atNanos, Runnable task) {
    SimTimer timer = new SimTimer(atNanos, ++timerNumber, task);
    timers.add(timer);
    return timer;
  }

  SimThread spawn(String name, @Nullable SimWorld world, Runnable body) {
    SimThread thread = new SimThread(this, ++threadNumber, name, world, body);
    live.add(thread);
    thread.thread.start();
    return thread;
  }

  /** Called when {@code thread} can go on. */
  void ready(SimThread thread) {
    SimWorld world = thread.world;
    if (world == null || world.admits(thread)) {
      ready.add(thread);
    }
  }

  /** Takes the threads of {@code world} off the run queue, in order. */
  List<SimThread> withdraw(SimWorld world) {
    List<SimThread> withdrawn = new ArrayList<>();
    for (SimThread thread : ready) {
      if (thread.world == world) {
        withdrawn.add(thread);
      }
    }
    ready.removeAll(withdrawn);
    return withdrawn;
  }

  /** Forgets the threads of a crashed world. */
  void bury(SimWorld world) {
    withdraw(world);
    live.removeIf(thread -> thread.world == world);
  }

  void escaped(String how) {
    fail(new IllegalStateException("escaped the simulator: " + how));
  }

  boolean isOnCarrier() {
    Thread caller = Thread.currentThread();
    SimThread running = current;
    return carrier == null || caller == carrier || (running != null && caller == running.thread);
  }

  /** The simulated thread that calls, or null. */
  @Nullable SimThread caller() {
    SimThread running = current;
    return running != null && Thread.currentThread() == running.thread ? running : null;
  }

  /** Perhaps lets other threads go first: called from every call into a world. */
  void maybePreempt() {
    if (!isOnCarrier()) {
      escaped("a world was called by " + Thread.currentThread());
    } else if (caller() != null && scheduling.chance(preemptionChance)) {
      Thread.yield();
    }
  }

  private static final class Counter {
    private long count;
  }

  /**
   * The pause of one thread. Most events of a run are the end of one, so it is no more than this.
   */
  private static final class Sleep implements Runnable {
    private final Thread sleeper = Thread.currentThread();
    private boolean over;

    @Override
    public void run() {
      over = true;
      LockSupport.unpark(sleeper);
    }

    /** Waits for the end, interrupted or not. */
    void await() {
      boolean interrupted = false;
      while (!over) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        sleeper.interrupt();
      }
    }
  }

  /** A pending event, ordered by time and then by age. */
  static final class SimTimer implements Comparable<SimTimer> {
    final long atNanos;
    final long number;
    private @Nullable Runnable task;

    SimTimer(long atNanos, long number, Runnable task) {
      this.atNanos = atNanos;
      this.number = number;
      this.task = task;
    }

    @Nullable Runnable take() {
      Runnable taken = task;
      task = null;
      return taken;
    }

    void cancel() {
      task = null;
    }

    @Override
    public int compareTo(SimTimer other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }
}

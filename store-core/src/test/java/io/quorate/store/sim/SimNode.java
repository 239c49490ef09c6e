package io.quorate.store.sim;

import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A machine: its clock and its disks, which outlive the processes that run on it.
 *
 * <p>At most one process ({@link SimWorld}) runs at a time. {@link #crash} ends it at once: none of
 * its threads takes another step, and the disks keep only what a power loss leaves of them.
 */
public final class SimNode {
  private final Simulation simulation;
  private final int id;
  private final SimRandom random;
  private final SortedMap<Path, SimDisk> disks = new TreeMap<>();
  private long diskCapacityBytes = 4L << 30;

  private @Nullable SimWorld world;
  private int incarnations;

  // The clock: local time = localBase + (global − globalBase) · rate.
  private long globalBaseNanos;
  private long localBaseNanos;
  private double rate = 1;
  private long wallOffsetNanos;

  SimNode(Simulation simulation, int id, SimRandom random) {
    this.simulation = simulation;
    this.id = id;
    this.random = random;
    this.globalBaseNanos = simulation.now();
    this.localBaseNanos = random.between(0, 1L << 50);
    this.wallOffsetNanos = Simulation.EPOCH_NANOS + simulation.now() - localBaseNanos;
  }

  public int id() {
    return id;
  }

  public Simulation simulation() {
    return simulation;
  }

  /** Starts a process; there must be none. */
  public SimWorld boot() {
    SimWorld running = world;
    if (running != null && running.isAlive()) {
      throw new IllegalStateException("node " + id + " already runs a process");
    }
    incarnations++;
    SimWorld booted = new SimWorld(this, incarnations, random.fork());
    world = booted;
    simulation.trace("node " + id + " boots, incarnation " + incarnations);
    return booted;
  }

  /** The running process, or null. */
  public @Nullable SimWorld world() {
    SimWorld running = world;
    return running != null && running.isAlive() ? running : null;
  }

  /** Power loss: the process ends, and every disk loses what a crash may lose. */
  public void crash() {
    simulation.trace("node " + id + " crashes");
    simulation.count("crash");
    stopProcess(true);
    for (SimDisk disk : disks.values()) {
      disk.crash();
    }
  }

  /** kill -9: the process ends, but what it wrote stays, as the page cache does. */
  public void kill() {
    simulation.trace("node " + id + " is killed");
    simulation.count("kill");
    stopProcess(false);
    for (SimDisk disk : disks.values()) {
      disk.processEnded();
    }
  }

  /** The process has ended by itself; what it wrote stays. */
  public void exit() {
    simulation.trace("process of node " + id + " ends");
    stopProcess(false);
    for (SimDisk disk : disks.values()) {
      disk.processEnded();
    }
  }

  private void stopProcess(boolean powerLoss) {
    SimWorld running = world;
    if (running != null) {
      running.end(powerLoss);
    }
    world = null;
  }

  /** Stops the process for {@code nanos} (SIGSTOP, a long collection); its messages wait. */
  public void pause(long nanos) {
    SimWorld running = world();
    if (running != null) {
      simulation.trace("node " + id + " pauses for " + nanos / 1_000_000 + " ms");
      simulation.count("pause");
      running.pause(nanos);
    }
  }

  /** Lets the clock run at {@code 1 + drift}, from now on. */
  public void drift(double drift) {
    localBaseNanos = localNanos();
    globalBaseNanos = simulation.now();
    rate = 1 + drift;
    simulation.count("clock drift");
  }

  /** Sets the wall clock forward or back. */
  public void jumpWallClock(long nanos) {
    wallOffsetNanos += nanos;
    simulation.trace("wall clock of node " + id + " jumps by " + nanos / 1_000_000 + " ms");
    simulation.count("clock jump");
  }

  /** Size of disks that are made from now on. */
  public void diskCapacity(long bytes) {
    diskCapacityBytes = bytes;
  }

  /** The disk behind {@code directory}; made at first use. */
  public SimDisk disk(Path directory) {
    return disks.computeIfAbsent(
        directory,
        path -> new SimDisk(simulation, "node " + id, path, diskCapacityBytes, random.fork()));
  }

  /** What its clock shows, in nanoseconds from some moment on. */
  public long localNanos() {
    return localBaseNanos + (long) ((simulation.now() - globalBaseNanos) * rate);
  }

  long wallNanos() {
    return localNanos() + wallOffsetNanos;
  }

  /** Simulated time at which this machine will think that {@code delayNanos} have passed. */
  long globalAfter(long delayNanos) {
    double global = Math.max(0, delayNanos) / rate;
    return simulation.now() + (long) Math.min(global, Long.MAX_VALUE / 4);
  }
}

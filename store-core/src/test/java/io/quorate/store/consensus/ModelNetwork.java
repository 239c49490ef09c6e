package io.quorate.store.consensus;

import java.util.TreeSet;

/** Loses, repeats, delays, reorders; and is cut, in one direction or both. */
final class ModelNetwork {
  private static final long MICRO = 1_000;
  private final ModelSimulation simulation;
  private final TreeSet<Long> cut = new TreeSet<>();
  private final int lossPercent;
  private final int duplicatePercent;
  private final int slowPercent;
  private boolean healed;
  private long sent;

  ModelNetwork(ModelSimulation simulation) {
    this.simulation = simulation;
    SplitMix random = simulation.random;
    this.lossPercent = (int) random.between(0, 3) * (int) random.between(0, 5);
    this.duplicatePercent = (int) random.between(0, 1) * (int) random.between(0, 15);
    this.slowPercent = (int) random.between(0, 1) * (int) random.between(0, 10);
  }

  private static long link(int from, int to) {
    return (long) from << 32 | to;
  }

  void cut(int from, int to) {
    cut.add(link(from, to));
  }

  void rejoin() {
    cut.clear();
  }

  /** No more faults from here on. */
  void heal() {
    healed = true;
    cut.clear();
  }

  long sent() {
    return sent;
  }

  void send(int from, int to, ConsensusMessage message) {
    sent++;
    if (cut.contains(link(from, to)) || !healed && simulation.chance(lossPercent)) {
      return;
    }
    transmit(from, to, message);
    if (!healed && simulation.chance(duplicatePercent)) {
      transmit(from, to, message);
    }
  }

  private void transmit(int from, int to, ConsensusMessage message) {
    long delay =
        !healed && simulation.chance(slowPercent)
            ? simulation.random.between(1_000 * MICRO, 700_000 * MICRO)
            : simulation.random.between(50 * MICRO, 3_000 * MICRO);
    simulation.after(delay, () -> simulation.deliver(from, to, message));
  }
}

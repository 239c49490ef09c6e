package io.quorate.store.sim;

import io.quorate.store.peer.PeerMessage;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Does harm to a cluster until told to stop, and then puts everything right.
 *
 * <p>Nothing that it does may cost acknowledged data: a crash takes only what was not synced. So every
 * failure of a run is a bug.
 */
final class FaultInjector {
  private final Simulation simulation;
  private final ClusterPlan plan;
  private final List<SimPeer> peers;
  private final SimNetwork<PeerMessage> network;
  private final SimRandom random;
  private final List<ClusterPlan.Fault> kinds;
  private boolean stopped;

  FaultInjector(
      Simulation simulation,
      ClusterPlan plan,
      List<SimPeer> peers,
      SimNetwork<PeerMessage> network) {
    this.simulation = simulation;
    this.plan = plan;
    this.peers = peers;
    this.network = network;
    this.random = simulation.random().fork();
    this.kinds = List.copyOf(plan.faults());
  }

  void start() {
    SimNetwork.Faults faults = network.faults();
    faults.lossChance = plan.lossChance();
    faults.duplicateChance = plan.duplicateChance();
    faults.lateChance = plan.lateChance();
    simulation.start("fault injector", same -> run());
  }

  private void run() {
    while (!stopped) {
      simulation.sleep(random.between(1, 2 * plan.faultIntervalNanos()));
      if (!stopped && !kinds.isEmpty()) {
        inject(random.pick(kinds));
      }
    }
  }

  private void inject(ClusterPlan.Fault fault) {
    SimPeer victim = random.pick(peers);
    switch (fault) {
      case CRASH_ONE -> takeDown(victim, true);
      case KILL_ONE -> takeDown(victim, false);
      case CRASH_ALL -> {
        if (random.chance(0.3)) {
          simulation.count("all peers down at once");
          peers.forEach(peer -> takeDown(peer, true));
        }
      }
      case PAUSE -> victim.node().pause(random.between(1_000_000, 1_500_000_000));
      case PARTITION -> {
        network.isolate(someIds());
        healLater();
      }
      case ONE_WAY_CUT -> {
        SimPeer other = random.pick(peers);
        if (other != victim) {
          network.cut(victim.id(), other.id());
          healLater();
        }
      }
      case CLOCK_DRIFT -> victim.node().drift(random.between(-50, 50) / 1000.0);
      case CLOCK_JUMP ->
          victim.node().jumpWallClock(random.between(-3_600, 3_600) * 1_000_000_000L);
      case SLOW_DISK -> {
        victim.disk().faults().slowness = 1 + random.below(200);
        simulation.count("disk slow");
        simulation.start(
            "disk recovers",
            same -> {
              simulation.sleep(random.between(10_000_000, 1_000_000_000));
              victim.disk().faults().slowness = 1;
            });
      }
    }
  }

  private void takeDown(SimPeer victim, boolean powerLoss) {
    if (!victim.isUp()) {
      return;
    }
    if (powerLoss) {
      victim.crash();
    } else {
      victim.kill();
    }
    long downNanos = random.between(1_000_000, random.chance(0.3) ? 3_000_000_000L : 500_000_000);
    simulation.start(
        "restart",
        same -> {
          simulation.sleep(downNanos);
          victim.start();
        });
  }

  private Set<Integer> someIds() {
    Set<Integer> side = new TreeSet<>();
    for (SimPeer peer : peers) {
      if (random.chance(0.5)) {
        side.add(peer.id());
      }
    }
    return side;
  }

  private void healLater() {
    long nanos = random.between(20_000_000, 2_000_000_000L);
    simulation.start(
        "heal",
        same -> {
          simulation.sleep(nanos);
          network.heal();
        });
  }

  /** Ends all faults: links mended, clocks even, disks fast, every peer up. */
  void stopAndRepair() {
    stopped = true;
    simulation.trace("faults end");
    SimNetwork.Faults faults = network.faults();
    faults.lossChance = 0;
    faults.duplicateChance = 0;
    faults.lateChance = 0;
    network.heal();
    for (SimPeer peer : peers) {
      peer.node().drift(0);
      peer.disk().faults().slowness = 1;
      peer.start();
    }
  }
}

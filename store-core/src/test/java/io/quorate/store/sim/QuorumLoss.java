package io.quorate.store.sim;

import io.quorate.store.gateway.MemberCall;
import io.quorate.store.log.Membership;
import io.quorate.store.peer.ForcedQuorum;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.StoppedPeer;
import io.quorate.store.world.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Half of the voters are lost for good in the midst of work, at the worst moment that can be had:
 * just after an answer, while but one of the others had kept up. Somebody goes on with the other
 * half, as the manual says: stops them, forces a quorum on the disk of each, starts them, and
 * replaces those that were lost. Power fails between any two steps, and in the midst of them.
 *
 * <p>What was answered is on more than half of the voters, so nothing of it may be missing then.
 * Some of the lost come back with their old disks all the same.
 */
final class QuorumLoss {
  private static final int FIRST_DESK_NODE = 1_000;
  private static final long FORCED_NANOS = 5_000_000_000L;
  private static final long WHOLE_NANOS = 120_000_000_000L;

  private final Simulation simulation;
  private final List<SimPeer> peers;
  private final List<SimPeer> spares;
  private final SimNetwork<?> network;
  private final ClusterPlan plan;
  private final MemberOperator operator;
  private final Membership founders;
  private final SimRandom random;
  private final List<SimPeer> survivors = new ArrayList<>();
  private final List<SimPeer> lost = new ArrayList<>();
  private int desks;

  /** The survivor that was not cut off before the loss. */
  private @Nullable SimPeer keptUp;

  private boolean armed;
  private boolean isLost;
  private boolean calm;
  private boolean isWhole;

  /**
   * @param peers the founders, and machines that may take their places; the last one never comes
   */
  QuorumLoss(
      Simulation simulation,
      List<SimPeer> peers,
      SimNetwork<?> network,
      ClusterPlan plan,
      MemberOperator operator,
      Membership founders,
      SimRandom random) {
    this.simulation = simulation;
    this.peers = peers;
    this.spares = peers.subList(plan.peers(), peers.size());
    this.network = network;
    this.plan = plan;
    this.operator = operator;
    this.founders = founders;
    this.random = random;
  }

  void start() {
    List<SimPeer> shuffled = new ArrayList<>(peers.subList(0, plan.peers()));
    while (!shuffled.isEmpty()) {
      SimPeer next = shuffled.remove(random.below(shuffled.size()));
      (survivors.size() < plan.peers() / 2 ? survivors : lost).add(next);
    }
    spares.getLast().hold();
    simulation.start(
        "loss",
        same -> {
          simulation.sleep(random.between(0, 600_000_000));
          lose();
          stopSurvivors();
          force();
          startSurvivors();
          lost.forEach(this::mayComeBack);
          crashSurvivors();
          while (true) {
            isWhole = replaceLost();
            simulation.sleep(random.between(10_000_000, 100_000_000));
          }
        });
  }

  /** A client was answered. */
  void answered() {
    if (armed) {
      armed = false;
      loseThem();
    }
  }

  // ---- the loss

  private void lose() {
    if (random.chance(0.4)) {
      // The entry may be on one of the survivors only, or on none.
      SimPeer never = spares.getLast();
      simulation.start(
          "change under way",
          same -> {
            if (operator.ask(new MemberCall.Add(never.id(), MemberOperator.address(never.id())))
                != null) {
              simulation.count("member added before half were lost");
            }
          });
      simulation.sleep(random.between(0, 100_000_000));
    }
    if (random.chance(0.7)) {
      Set<Integer> behind = ids(survivors);
      keptUp = random.pick(survivors);
      behind.remove(keptUp.id());
      network.isolate(behind);
      simulation.sleep(random.between(50_000_000, 1_200_000_000));
    }
    armed = random.chance(0.8);
    for (int wait = 0; armed && wait < 100; wait++) {
      simulation.sleep(10_000_000);
    }
    if (!isLost) {
      armed = false;
      loseThem();
    }
    if (random.chance(0.8)) {
      network.heal();
    }
  }

  private void loseThem() {
    isLost = true;
    simulation.trace("lost for good: " + ids(lost));
    simulation.count("half of the voters lost");
    for (SimPeer each : lost) {
      if (each.isUp()) {
        each.crash();
      }
      each.hold();
    }
    if (random.chance(0.4)) {
      survivors.forEach(this::crashForAWhile);
    }
  }

  private void crashForAWhile(SimPeer peer) {
    if (peer.isUp()) {
      peer.crash();
      simulation.at(simulation.now() + random.between(1_000_000, 300_000_000), peer::start);
    }
  }

  /** Its disk was not lost, only its machine for a while; somebody starts it by mistake. */
  private void mayComeBack(SimPeer peer) {
    if (random.chance(0.35)) {
      operator.gaveUp(List.of(peer));
      simulation.at(
          simulation.now() + random.between(0, 2_500_000_000L),
          () -> {
            simulation.count("lost peer comes back");
            peer.comesBack();
            peer.release();
          });
    }
  }

  // ---- the operator

  private void stopSurvivors() {
    for (SimPeer each : survivors) {
      simulation.sleep(random.between(0, 300_000_000));
      stop(each);
    }
  }

  /** Often the one that has most comes long after the others, which must not go on without it. */
  private void startSurvivors() {
    List<SimPeer> order = new ArrayList<>(survivors);
    long atMost = 300_000_000;
    if (keptUp != null && random.chance(0.6)) {
      order.remove(keptUp);
      order.add(keptUp);
      atMost = 2_000_000_000;
    }
    for (SimPeer each : order) {
      simulation.sleep(random.between(0, each == keptUp ? atMost : 300_000_000));
      each.release();
    }
  }

  private void stop(SimPeer peer) {
    if (peer.isUp() && random.chance(0.5)) {
      peer.crash();
    } else if (peer.isUp()) {
      peer.kill();
    }
    peer.hold();
  }

  private void force() {
    boolean early = random.chance(0.3);
    for (SimPeer each : survivors) {
      while (!force(each)) {
        simulation.sleep(random.between(1_000_000, 50_000_000));
      }
      if (early) {
        early = random.chance(0.3);
        simulation.count("survivors started before all were forced");
        survivors.forEach(SimPeer::release);
        simulation.sleep(random.between(0, 1_500_000_000));
        survivors.forEach(this::stop);
      }
    }
    simulation.count("quorum forced");
  }

  /** Does to one survivor what the command does; false if it has to be done again. */
  private boolean force(SimPeer survivor) {
    Membership known = read(survivor);
    if (known == null) {
      // The peer itself puts the checkpoint in its place.
      simulation.count("checkpoint to be put in its place before forcing");
      survivor.release();
      simulation.sleep(500_000_000);
      stop(survivor);
      return false;
    }
    return write(
        survivor,
        known.reachedAt(founders.addresses()).forcedOnto(ids(survivors), "by the operator"));
  }

  /** The members that a survivor's disk names; null if a checkpoint is not yet in its place. */
  private @Nullable Membership read(SimPeer survivor) {
    SimPeer.Image image = survivor.image();
    SimNode desk = simulation.node(FIRST_DESK_NODE + desks++);
    desk.disk(SimPeer.DIRECTORY).putBack(image.files());
    SimWorld world = desk.boot();
    List<@Nullable Membership> found = new ArrayList<>();
    world.spawn(
        "recover reads",
        () -> {
          try {
            Disk disk = world.openDisk(SimPeer.DIRECTORY);
            try (StoppedPeer stopped =
                StoppedPeer.open(
                    world, disk, SimPeer.JOURNAL, image.metadata().open(disk), image.index())) {
              found.add(stopped.members(founders));
            }
          } catch (StoppedPeer.CheckpointDueException e) {
            found.add(null);
          } catch (IOException e) {
            throw new IllegalStateException("peer " + survivor.id() + " can not be read", e);
          }
        });
    while (found.isEmpty()) {
      simulation.sleep(100_000);
    }
    desk.exit();
    return found.getFirst();
  }

  private boolean write(SimPeer survivor, Membership forced) {
    SimWorld world = survivor.node().boot();
    List<Boolean> done = new ArrayList<>();
    world.spawn(
        "recover writes",
        () -> {
          try (Disk disk = world.openDisk(SimPeer.DIRECTORY)) {
            ForcedQuorum.write(disk, forced);
            done.add(true);
          } catch (IOException e) {
            done.add(false);
          }
        });
    if (random.chance(0.3)) {
      simulation.at(
          simulation.now() + random.between(0, 4 * plan.syncNanos()),
          () -> {
            if (world.isAlive()) {
              simulation.count("crash forcing a quorum");
              survivor.crash();
            }
          });
    }
    while (world.isAlive() && done.isEmpty()) {
      simulation.sleep(10_000);
    }
    boolean written = done.contains(true);
    if (world.isAlive()) {
      if (random.chance(0.5)) {
        survivor.crash();
      } else {
        survivor.node().exit();
      }
    }
    return written;
  }

  /** While they elect, and while the log comes to name what was forced. */
  private void crashSurvivors() {
    for (int crashes = random.below(6); crashes > 0 && !calm; crashes--) {
      simulation.sleep(random.between(0, 400_000_000));
      SimPeer victim = random.pick(survivors);
      if (victim.isUp() && !calm) {
        simulation.count("crash going on with a forced quorum");
        crashForAWhile(victim);
      }
    }
  }

  /** Asks for what is still to be done; true if all is. */
  private boolean replaceLost() {
    Membership members = operator.newest();
    if (members == null || members.forced() == 0) {
      return false;
    }
    // What was asked for before the loss may be done long after it.
    SimPeer never = spares.getLast();
    boolean done = !members.contains(never.id());
    if (!done) {
      operator.expect(new MemberCall.Remove(never.id()), null, "peer removed");
    }
    for (int i = 0; i < lost.size(); i++) {
      int old = lost.get(i).id();
      SimPeer next = spares.get(i);
      done &= !members.contains(old) && members.voters().containsKey(next.id());
      if (members.contains(old) && !members.replacing().containsValue(old)) {
        operator.expect(
            new MemberCall.Replace(old, next.id(), MemberOperator.address(next.id())),
            next,
            "lost peer replaced");
      }
    }
    return done;
  }

  private static Set<Integer> ids(List<SimPeer> some) {
    Set<Integer> ids = new TreeSet<>();
    some.forEach(peer -> ids.add(peer.id()));
    return ids;
  }

  /** Waits a while for the survivors to go on, so that they do it under faults. */
  void awaitForced() {
    long giveUpAt = simulation.now() + FORCED_NANOS;
    while (simulation.now() < giveUpAt && !goesOn()) {
      simulation.sleep(10_000_000);
    }
    simulation.count(goesOn() ? "went on with a forced quorum under faults" : "went on later");
    calm = true;
  }

  private boolean goesOn() {
    for (SimPeer each : survivors) {
      Peer running = each.running();
      if (running != null && running.members().forced() > 0 && running.members().index() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Faults have ended: waits until the cluster is whole again. */
  void awaitWhole() {
    long giveUpAt = simulation.now() + WHOLE_NANOS;
    while (!isWhole) {
      simulation.sleep(50_000_000);
      if (simulation.now() > giveUpAt) {
        StringBuilder text = new StringBuilder("the cluster does not become whole again:");
        for (SimPeer peer : peers) {
          Peer running = peer.running();
          text.append("\n    ").append(peer.describe());
          text.append(running == null ? "" : ", incarnation " + running.incarnation());
          text.append(running == null ? "" : " of " + running.members());
        }
        throw new AssertionError(text.append(simulation.dump()).toString());
      }
    }
    simulation.count("whole again after half were lost");
  }
}

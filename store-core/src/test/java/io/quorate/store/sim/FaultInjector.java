package io.quorate.store.sim;

import io.quorate.store.peer.PeerMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Does harm to a cluster until told to stop, and then puts everything right.
 *
 * <p>Nothing that it does may cost acknowledged data: a crash takes only what was not synced, and
 * damage is done to the disk of one peer in a run. So every failure of a run is a bug.
 */
final class FaultInjector {
  /** Both copies of a segment's header: without them the segment would not exist. */
  private static final int SEGMENT_HEADER_BYTES = 8_192;

  private final Simulation simulation;
  private final ClusterPlan plan;
  private final List<SimPeer> peers;
  private final SimNetwork<PeerMessage> network;
  private final IntSupplier newestLeader;
  private final SimRandom random;
  private final List<ClusterPlan.Fault> kinds;
  private final List<SimPeer> supervised = new ArrayList<>();
  private final OlderImage olderImage;
  private boolean stopped;

  /** The one whose disk is damaged, once it is. */
  private @Nullable SimPeer frail;

  FaultInjector(
      Simulation simulation,
      ClusterPlan plan,
      List<SimPeer> peers,
      SimNetwork<PeerMessage> network,
      IntSupplier newestLeader) {
    this.newestLeader = newestLeader;
    this.simulation = simulation;
    this.plan = plan;
    this.peers = peers;
    this.network = network;
    this.random = simulation.random().fork();
    this.kinds = List.copyOf(plan.faults());
    this.olderImage = new OlderImage(simulation, peers, network);
  }

  void start() {
    SimNetwork.Faults faults = network.faults();
    faults.lossChance = plan.lossChance();
    faults.duplicateChance = plan.duplicateChance();
    faults.lateChance = plan.lateChance();
    peers.forEach(peer -> peer.damageCheckpoints(plan.checkpointDamageChance()));
    network.loseMore(
        message -> message instanceof PeerMessage.PushChunk ? plan.chunkLossChance() : 0);
    network.observeArrivals(olderImage::arrived);
    simulation.start("fault injector", same -> run());
  }

  /**
   * A client was just answered: the worst moment for many peers to lose power. Often {@code leader}
   * comes back long after the others, which then must know of the answer without it.
   */
  void answered(int leader) {
    if (isQuiet() || !random.chance(plan.crashOnAnswerChance())) {
      return;
    }
    simulation.count("power lost at an answer");
    double share = random.chance(0.7) ? 1 : 0.6;
    boolean leaderLast = random.chance(0.7);
    for (SimPeer peer : peers) {
      if (random.chance(share)) {
        long least = leaderLast && peer.id() == leader ? 2_500_000_000L : 0;
        takeDown(peer, true, least);
      }
    }
  }

  /** A peer has just sent its vote: after a crash it must still know for whom. */
  void voted(int voter) {
    if (isQuiet() || plan.crashOnVoteChance() == 0 || !random.chance(plan.crashOnVoteChance())) {
      return;
    }
    SimPeer victim = peers.get(voter - 1);
    // Not at once: this is one of the victim's own threads.
    simulation.at(
        simulation.now(),
        () -> {
          if (victim.isUp()) {
            simulation.count("power lost at a vote");
            victim.crash();
            simulation.at(simulation.now() + random.between(1_000, 2_000_000), victim::start);
          }
        });
  }

  /** Whether no more harm may be done, for now or for good. */
  boolean isQuiet() {
    return stopped || olderImage.isBeingJudged();
  }

  private void run() {
    while (!stopped) {
      simulation.sleep(random.between(1, 2 * plan.faultIntervalNanos()));
      if (!isQuiet() && !kinds.isEmpty()) {
        inject(random.pick(kinds));
      }
    }
  }

  private void inject(ClusterPlan.Fault fault) {
    SimPeer victim = random.pick(peers);
    switch (fault) {
      case CRASH_ONE -> takeDown(victim, true);
      case KILL_ONE -> {
        if (random.chance(0.5)) {
          takeDown(victim, false);
        } else {
          int leader = newestLeader.getAsInt();
          stopOrderly(leader != 0 && random.chance(0.5) ? peers.get(leader - 1) : victim);
        }
      }
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
      case LEADER_CUT_OFF -> {
        // Long enough for the others to elect another, while some go on asking this one.
        int leader = newestLeader.getAsInt();
        if (leader != 0) {
          simulation.count("leader cut off");
          long nanos = random.between(700_000_000, 2_500_000_000L);
          if (random.chance(0.5)) {
            network.isolate(Set.of(leader));
            healAfter(nanos);
          } else {
            peers.get(leader - 1).node().pause(nanos);
          }
        }
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
      case SYNC_ERROR -> failSyncs(victim);
      case READ_ERROR ->
          forAWhile(
              victim,
              "reads fail",
              on -> victim.disk().faults().readErrorChance = on ? plan.diskErrorChance() : 0);
      case WRITE_ERROR ->
          forAWhile(
              victim,
              "writes fail",
              on -> victim.disk().faults().writeErrorChance = on ? plan.diskErrorChance() : 0);
      case DISK_FULL -> {
        long left = random.between(0, 3 << 20);
        forAWhile(
            victim,
            "disk fills",
            on -> {
              if (on) {
                victim.disk().leaveFree(left);
              } else {
                victim.disk().capacity(Long.MAX_VALUE / 4);
              }
            });
      }
      case BIT_ROT -> frail(victim).disk().damage().rotSomewhere(random);
      case LOST_SECTORS ->
          frail(victim).disk().damage().loseSectorsSomewhere(random, SEGMENT_HEADER_BYTES);
      case MISDIRECTED_WRITES -> {
        if (peers.size() % 2 == 0) {
          misdirectWrites(frail(victim));
        }
      }
      case WIPED_DISK -> {
        SimPeer chosen = frail == null ? victim : frail;
        if (!chosen.wasWiped() && chosen.running() != null) {
          takeDown(frail(chosen), false);
          chosen.wipe();
        }
      }
      case OLDER_IMAGE -> {
        frail = frail == null ? victim : frail;
        olderImage.putBackOf(frail, () -> stopped);
      }
    }
  }

  /** All other copies stay good: one peer's disk per run is damaged. */
  private SimPeer frail(SimPeer victim) {
    SimPeer chosen = frail == null ? victim : frail;
    frail = chosen;
    chosen.damaged();
    return chosen;
  }

  /**
   * Writes land elsewhere for a while. The place of the last one then looks as if a crash had torn
   * it, which nobody can tell from one that was never acknowledged; so the peer may forget the end
   * of its log. With an even number of peers that costs nothing: what is committed is on as many
   * others as can deny a majority. With an odd number it would be one copy too few.
   */
  private void misdirectWrites(SimPeer victim) {
    victim.disk().faults().misdirectedWriteChance = plan.diskErrorChance();
    simulation.start(
        "writes go where they should",
        same -> {
          simulation.sleep(random.between(10_000_000, 500_000_000));
          victim.disk().faults().misdirectedWriteChance = 0;
        });
  }

  /**
   * A disk is bad for a while; its peer may end itself, and is started again by whoever runs it.
   */
  private void forAWhile(SimPeer victim, String what, Consumer<Boolean> fault) {
    simulation.count("disk: " + what);
    fault.accept(true);
    simulation.start(
        what,
        same -> {
          simulation.sleep(random.between(10_000_000, 800_000_000));
          fault.accept(false);
          simulation.sleep(random.between(1_000_000, 100_000_000));
          restart(victim);
        });
  }

  /** Syncs fail for a while: the peer must end itself, and is started again by whoever runs it. */
  private void failSyncs(SimPeer victim) {
    victim.disk().faults().syncErrorChance = random.chance(0.5) ? 1 : plan.diskErrorChance();
    simulation.start(
        "syncs recover",
        same -> {
          simulation.sleep(random.between(10_000_000, 300_000_000));
          victim.disk().faults().syncErrorChance = 0;
          simulation.sleep(random.between(1_000_000, 100_000_000));
          restart(victim);
        });
  }

  private void takeDown(SimPeer victim, boolean powerLoss) {
    takeDown(victim, powerLoss, 0);
  }

  private void takeDown(SimPeer victim, boolean powerLoss, long leastDownNanos) {
    if (!victim.isUp()) {
      return;
    }
    if (powerLoss) {
      victim.crash();
    } else {
      victim.kill();
    }
    long downNanos =
        leastDownNanos
            + random.between(1_000_000, random.chance(0.3) ? 3_000_000_000L : 500_000_000);
    simulation.start(
        "restart",
        same -> {
          simulation.sleep(downNanos);
          restart(victim);
        });
  }

  /** Its owner stops it, as for an update, and starts it again. */
  private void stopOrderly(SimPeer victim) {
    victim.stop(
        () ->
            simulation.start(
                "restart",
                same -> {
                  simulation.sleep(random.between(1_000_000, 500_000_000));
                  restart(victim);
                }));
  }

  private void restart(SimPeer victim) {
    if (!stopped || supervised.contains(victim)) {
      victim.start();
    }
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
    healAfter(random.between(20_000_000, 2_000_000_000L));
  }

  private void healAfter(long nanos) {
    simulation.start(
        "heal",
        same -> {
          simulation.sleep(nanos);
          network.heal();
        });
  }

  /**
   * Ends all faults: links mended, clocks even, disks fast. From then on those that {@link
   * #supervised} names are started whenever they are down.
   */
  void stopAndRepair() {
    stopped = true;
    simulation.trace("faults end");
    SimNetwork.Faults faults = network.faults();
    faults.lossChance = 0;
    faults.duplicateChance = 0;
    faults.lateChance = 0;
    network.loseMore(message -> 0);
    network.heal();
    simulation.start(
        "supervisor",
        same -> {
          while (true) {
            supervised.forEach(SimPeer::start);
            simulation.sleep(100_000_000);
          }
        });
    for (SimPeer peer : peers) {
      peer.node().drift(0);
      peer.damageCheckpoints(0);
      peer.disk().faults().slowness = 1;
      peer.disk().faults().syncErrorChance = 0;
      peer.disk().faults().readErrorChance = 0;
      peer.disk().faults().writeErrorChance = 0;
      peer.disk().faults().misdirectedWriteChance = 0;
      peer.disk().capacity(Long.MAX_VALUE / 4);
    }
  }

  /** Loses the power of all peers, and keeps a minority of them down until {@link #supervise}. */
  void leaveOnlyAMajority() {
    simulation.count("all peers down at once");
    simulation.count("only a majority comes back");
    peers.forEach(SimPeer::crash);
    List<SimPeer> shuffled = new ArrayList<>(sound(peers));
    for (int i = shuffled.size() - 1; i > 0; i--) {
      Collections.swap(shuffled, i, random.below(i + 1));
    }
    supervised.addAll(shuffled.subList(0, peers.size() / 2 + 1));
  }

  /** From now on starts each of these that is down, the one with the damaged disk too. */
  void supervise(List<SimPeer> some) {
    supervised.clear();
    supervised.addAll(some);
  }

  /** The peers that are kept up. */
  List<SimPeer> supervised() {
    return List.copyOf(supervised);
  }

  /** The peers whose disks have kept all that they were given. */
  static List<SimPeer> sound(List<SimPeer> some) {
    return some.stream().filter(peer -> !peer.isDamaged()).toList();
  }
}

package io.quorate.store.sim;

import io.quorate.store.peer.CompactionOptions;
import io.quorate.store.peer.LogOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What one run of the cluster does, drawn from its seed: how many peers and clients, which faults
 * and how many. Each run has only some of the kinds of faults, so that some bugs are not hidden
 * behind others ("swarm testing", Groce and others, 2012).
 */
record ClusterPlan(
    int peers,
    int clients,
    int callsPerClient,
    int subtrees,
    SimNetwork.Mode network,
    double lossChance,
    double duplicateChance,
    double lateChance,
    double preemptionChance,
    double metadataFlushChance,
    double indexFlushChance,
    long faultIntervalNanos,
    long syncNanos,
    double crashOnAnswerChance,
    double crashOnVoteChance,
    double chunkLossChance,
    double handleClientShare,
    double clientCrashChance,
    LogOptions log,
    CompactionOptions compaction,
    double diskErrorChance,
    double crashAtStepChance,
    double checkpointDamageChance,
    Set<Fault> faults,
    boolean isCalm,
    Members members) {

  /** What becomes of the members. */
  enum Members {
    /** They stay the same. */
    STAY,
    /** They come and go. */
    CHANGE,
    /** Half of them are lost for good, and an operator goes on with the rest. */
    HALF_LOST
  }

  /** What the fault injector may do. */
  enum Fault {
    CRASH_ONE,
    CRASH_ALL,
    KILL_ONE,
    PAUSE,
    PARTITION,
    LEADER_CUT_OFF,
    ONE_WAY_CUT,
    CLOCK_DRIFT,
    CLOCK_JUMP,
    SLOW_DISK,
    SYNC_ERROR,
    READ_ERROR,
    WRITE_ERROR,
    DISK_FULL,
    BIT_ROT,
    OLDER_IMAGE,
    WIPED_DISK,
    LOST_SECTORS,
    MISDIRECTED_WRITES
  }

  private static final Set<Fault> DISK_DAMAGE =
      EnumSet.of(
          Fault.BIT_ROT,
          Fault.OLDER_IMAGE,
          Fault.WIPED_DISK,
          Fault.LOST_SECTORS,
          Fault.MISDIRECTED_WRITES);

  /** Calls on one subtree of a long run: few enough for the checker to decide its history. */
  private static final int CALLS_PER_SUBTREE = 60;

  private static final int CLIENTS_OF_LONG_RUN = 8;

  /** The plan of one run, as {@code settings} leave it. */
  static ClusterPlan draw(SimRandom random, RunSettings settings) {
    return settings.applyTo(draw(random));
  }

  private static ClusterPlan draw(SimRandom random) {
    int dice = random.below(10);
    int peers = dice < 4 ? 3 : dice < 7 ? 4 : dice < 9 ? 5 : 6 + random.below(2);
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    for (Fault fault : Fault.values()) {
      if (random.chance(0.5)) {
        faults.add(fault);
      }
    }
    boolean lossy = random.chance(0.5);
    boolean stream = random.chance(0.6);
    return new ClusterPlan(
        peers,
        2 + random.below(3),
        6 + random.below(10),
        1,
        stream ? SimNetwork.Mode.STREAM : SimNetwork.Mode.DATAGRAM,
        lossy ? random.between(1, stream ? 10 : 50) / 1000.0 : 0,
        lossy ? random.between(1, 50) / 1000.0 : 0,
        random.chance(0.5) ? random.between(1, 30) / 1000.0 : 0,
        1.0 / (1 << (2 + random.below(6))),
        1.0 / (1 << random.below(8)),
        1.0 / (1 << random.below(8)),
        random.between(60, 600) * 1_000_000,
        50_000L << random.below(10),
        random.chance(0.5) ? random.between(5, 150) / 1000.0 : 0,
        random.chance(0.3) ? random.between(1, 5) / 10.0 : 0,
        random.chance(0.3) ? random.between(1, 10) / 10.0 : 0,
        random.pick(List.of(0.0, 0.5, 1.0)),
        random.chance(0.4) ? random.between(1, 20) / 100.0 : 0,
        drawLog(random),
        drawCompaction(random),
        random.between(2, 80) / 100.0,
        random.chance(0.4) ? random.between(1, 20) / 100.0 : 0,
        random.chance(0.4) ? random.between(1, 10) / 100.0 : 0,
        faults,
        false,
        Members.STAY);
  }

  /** Bounds of the log so small that a short run reaches them, or so large that none does. */
  private static LogOptions drawLog(SimRandom random) {
    return random.chance(0.1)
        ? LogOptions.DEFAULT
        : new LogOptions(
            64L << 10 << random.below(6), random.between(1, 30), random.chance(0.7) ? 0 : 20);
  }

  /** So eager that a short run gives segments back, over and over. */
  private static CompactionOptions drawCompaction(SimRandom random) {
    return new CompactionOptions(
        random.pick(List.of(0.0, 0.5, 0.95, 0.95)),
        64L << 10 << random.below(8),
        random.between(1, 100),
        random.between(1, 500));
  }

  /** The same with peers that come and go, and without what makes disks older or empty. */
  ClusterPlan changingMembers() {
    return of(Math.min(peers, 5), Members.CHANGE, EnumSet.of(Fault.OLDER_IMAGE, Fault.WIPED_DISK));
  }

  /** The same with an even number of peers, half of which are lost; their disks are sound. */
  ClusterPlan losingHalf(int evenPeers) {
    return of(evenPeers, Members.HALF_LOST, DISK_DAMAGE);
  }

  private ClusterPlan of(int newPeers, Members newMembers, Set<Fault> spared) {
    ClusterPlan sound = reduced(Integer.MAX_VALUE, Integer.MAX_VALUE, false, spared);
    return new ClusterPlan(
        newPeers,
        sound.clients,
        sound.callsPerClient,
        sound.subtrees,
        sound.network,
        sound.lossChance,
        sound.duplicateChance,
        sound.lateChance,
        sound.preemptionChance,
        sound.metadataFlushChance,
        sound.indexFlushChance,
        sound.faultIntervalNanos,
        sound.syncNanos,
        sound.crashOnAnswerChance,
        sound.crashOnVoteChance,
        sound.chunkLossChance,
        sound.handleClientShare,
        sound.clientCrashChance,
        sound.log,
        sound.compaction,
        sound.diskErrorChance,
        sound.crashAtStepChance,
        sound.checkpointDamageChance,
        sound.faults,
        sound.isCalm,
        newMembers);
  }

  /** Four peers and {@code calls} calls in all, on one subtree after the other. */
  ClusterPlan lengthened(int calls) {
    return new ClusterPlan(
        4,
        CLIENTS_OF_LONG_RUN,
        Math.max(1, calls / CLIENTS_OF_LONG_RUN),
        Math.max(1, calls / CALLS_PER_SUBTREE),
        network,
        lossChance,
        duplicateChance,
        lateChance,
        preemptionChance,
        metadataFlushChance,
        indexFlushChance,
        // A restart scans the whole journal, which is long in a long run.
        faultIntervalNanos * 4,
        syncNanos,
        // They are for short runs: each costs hundreds of milliseconds without any call.
        crashOnAnswerChance / 10,
        crashOnVoteChance,
        chunkLossChance,
        handleClientShare,
        clientCrashChance,
        log,
        // A long run gives segments back thousands of times all the same.
        new CompactionOptions(
            compaction.liveShare(),
            compaction.bytesPerSecond(),
            compaction.intervalMillis() * 4,
            compaction.countMillis() * 4),
        diskErrorChance,
        crashAtStepChance / 4,
        checkpointDamageChance,
        faults,
        isCalm,
        members);
  }

  /** The same with fewer clients and calls, and without some faults. */
  ClusterPlan reduced(int fewerClients, int fewerCalls, boolean calmNetwork, Set<Fault> without) {
    Set<Fault> left = EnumSet.copyOf(EnumSet.allOf(Fault.class));
    left.retainAll(faults);
    left.removeAll(without);
    return new ClusterPlan(
        peers,
        Math.min(clients, fewerClients),
        Math.min(callsPerClient, fewerCalls),
        subtrees,
        network,
        calmNetwork ? 0 : lossChance,
        calmNetwork ? 0 : duplicateChance,
        calmNetwork ? 0 : lateChance,
        preemptionChance,
        metadataFlushChance,
        indexFlushChance,
        faultIntervalNanos,
        syncNanos,
        calmNetwork ? 0 : crashOnAnswerChance,
        calmNetwork ? 0 : crashOnVoteChance,
        calmNetwork ? 0 : chunkLossChance,
        handleClientShare,
        calmNetwork ? 0 : clientCrashChance,
        log,
        compaction,
        diskErrorChance,
        calmNetwork ? 0 : crashAtStepChance,
        calmNetwork ? 0 : checkpointDamageChance,
        left,
        isCalm || calmNetwork,
        members);
  }
}

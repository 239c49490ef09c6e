package io.quorate.store.sim;

import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * One run of a whole cluster: peers with journal and consensus on simulated disks, metadata in its
 * in-memory twin, clients that work on a small tree through all of them, and faults. Afterwards the
 * faults end, the peers must converge, and the clients' history must be linearizable.
 */
final class ClusterSimulation {
  private static final long CONVERGE_NANOS = 60_000_000_000L;
  private static final long LINEARIZABILITY_STEPS = 400_000;
  private static final List<String> FILES =
      List.of("/a", "/b", "/c", "/d", "/d/a", "/d/b", "/e", "/e/a");
  private static final List<String> LOGS = List.of("/log0", "/log1");

  private final Simulation simulation;
  private final ClusterPlan plan;
  private final SimNetwork<PeerMessage> network;
  private final List<SimPeer> peers = new ArrayList<>();
  private final ClusterHistory history;
  private final ClusterChecks checks;
  private final SortedMap<String, Long> logs = new TreeMap<>();
  private final List<ChangeWatcher> watchers = new ArrayList<>();
  private boolean watchersStop;
  private int lastToken;

  private ClusterSimulation(Simulation simulation, ClusterPlan plan, ClusterMutation mutation) {
    this.simulation = simulation;
    this.plan = plan;
    this.network = new SimNetwork<>(simulation, plan.network());
    this.history = new ClusterHistory(simulation);
    this.checks = new ClusterChecks(simulation);
    SortedMap<Integer, Long> voters = new TreeMap<>();
    for (int id = 1; id <= plan.peers(); id++) {
      voters.put(id, 1L);
    }
    Membership members = new Membership(0, voters, new TreeMap<>());
    for (int id = 1; id <= plan.peers(); id++) {
      peers.add(new SimPeer(simulation, id, members, network, plan, mutation));
    }
    simulation.preemptionChance(plan.preemptionChance());
  }

  /** Runs {@code seed}; throws {@link SimulationError} if anything was wrong. */
  static Simulation.Result run(long seed, @Nullable PrintStream trace) {
    return run(seed, trace, ClusterMutation.NONE);
  }

  /** As {@link #run(long, PrintStream)}, with peers that are broken in one way. */
  static Simulation.Result run(long seed, @Nullable PrintStream trace, ClusterMutation mutation) {
    return Simulation.run(
        seed,
        trace,
        simulation -> {
          ClusterPlan plan = ClusterPlan.draw(simulation.random());
          simulation.print(plan.toString());
          new ClusterSimulation(simulation, plan, mutation).run();
        });
  }

  private void run() throws Exception {
    network.observe(checks::sent);
    peers.forEach(SimPeer::start);
    checks.watch(peers);
    setUp();
    FaultInjector faults = new FaultInjector(simulation, plan, peers, network);
    faults.start();
    network.observe(
        (from, to, message) -> {
          checks.sent(from, to, message);
          if (ClusterChecks.isVote(message)) {
            faults.voted(from);
          }
        });
    history.onAnswer(() -> faults.answered(checks.newestLeader()));
    watch();
    work();
    faults.stopAndRepair();
    if (simulation.random().chance(0.5)) {
      // What was acknowledged is durable on a majority, so any majority can tell it.
      faults.leaveOnlyAMajority();
      converge(faults.supervised());
      readBack(faults.supervised());
    }
    faults.superviseAll();
    converge(peers);
    readBack(peers);
    converge(peers);
    checks.sample(peers);
    judge();
    judgeWatchers();
  }

  /** A directory and two files for appending, made before any fault. */
  private void setUp() throws SimClient.GaveUp {
    FileClient client = client("setup");
    client.client().patient();
    for (String log : LOGS) {
      logs.put(log, client.createLog(log));
    }
    client.perform(new FileCall.MakeDirectory("/d"));
  }

  private FileClient client(String name) {
    return new FileClient(new SimClient(simulation, peers, name), history, logs);
  }

  /** Two who watch the tree from its beginning, through all that happens. */
  private void watch() {
    SortedMap<Long, Metadata.ChangeSet> told = new TreeMap<>();
    for (int i = 1; i <= 2; i++) {
      String name = "watcher" + i;
      ChangeWatcher watcher =
          new ChangeWatcher(
              simulation, new SimClient(simulation, peers, name).watching(), told);
      watchers.add(watcher);
      simulation.start(
          name,
          same -> {
            while (!watchersStop) {
              watcher.follow(Long.MAX_VALUE);
              simulation.sleep(20_000_000);
            }
          });
    }
  }

  private void judgeWatchers() {
    watchersStop = true;
    watchers.forEach(ChangeWatcher::stop);
    Peer first = peers.get(0).running();
    if (first == null) {
      throw new AssertionError("peer 1 is down although all faults have ended");
    }
    for (ChangeWatcher watcher : watchers) {
      while (watcher.isFollowing()) {
        simulation.sleep(10_000_000);
      }
      watcher.judge(first.metadata());
    }
  }

  private void work() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(plan.clients());
    for (int i = 1; i <= plan.clients(); i++) {
      FileClient client = client("client" + i);
      simulation.start(
          "client" + i,
          same -> {
            SimRandom random = client.client().random();
            for (int call = 0; call < plan.callsPerClient(); call++) {
              client.perform(drawCall(random));
              if (random.chance(0.5)) {
                simulation.sleep(random.between(1, 100_000_000));
              }
              if (random.chance(0.3)) {
                client.client().moveTo(random.pick(peers));
              }
            }
            done.countDown();
          });
    }
    done.await();
  }

  private FileCall drawCall(SimRandom random) {
    String path = random.pick(FILES);
    return switch (random.below(16)) {
      case 0, 1, 2 -> new FileCall.Put(path, ++lastToken);
      case 3, 4, 5 -> new FileCall.Append(random.pick(LOGS), ++lastToken);
      case 6, 7 -> new FileCall.Read(random.pick(LOGS));
      case 8, 9 -> new FileCall.Read(path);
      case 10 -> new FileCall.List(random.pick(List.of("/", "/d", "/e")));
      case 11 -> new FileCall.Create(path);
      case 12 -> new FileCall.MakeDirectory(random.pick(List.of("/d", "/e", "/c")));
      case 13 -> new FileCall.Rename(path, random.pick(FILES));
      case 14 ->
          random.chance(0.3)
              ? new FileCall.RemoveDirectory(random.pick(List.of("/d", "/e", "/c")))
              : new FileCall.Unlink(path);
      default -> new FileCall.Link(path, random.pick(FILES));
    };
  }

  /** Faults have ended: within a minute all peers must have applied the same. */
  private void converge(List<SimPeer> some) {
    long giveUpAt = simulation.now() + CONVERGE_NANOS;
    int agreed = 0;
    while (agreed < 5) {
      simulation.sleep(50_000_000);
      agreed = agree(some) ? agreed + 1 : 0;
      if (simulation.now() > giveUpAt) {
        StringBuilder text = new StringBuilder("no convergence a minute after the last fault:");
        peers.forEach(peer -> text.append("\n    ").append(peer.describe()));
        throw new AssertionError(text.append(simulation.dump()).toString());
      }
    }
  }

  private static boolean agree(List<SimPeer> some) {
    Peer first = some.get(0).running();
    for (SimPeer peer : some) {
      Peer running = peer.running();
      if (first == null
          || running == null
          || running.metadata().appliedIndex() != first.metadata().appliedIndex()) {
        return false;
      }
    }
    return true;
  }

  /** Every file through every peer: all content is there, whole, and the same. */
  private void readBack(List<SimPeer> some) {
    long givenUp = simulation.counted("client gave up reading");
    for (SimPeer peer : some) {
      FileClient client =
          new FileClient(
              new SimClient(simulation, some, "reader" + peer.id()).patient(), history, logs);
      for (String path : FILES) {
        client.client().moveTo(peer);
        client.perform(new FileCall.Read(path));
      }
      for (String path : LOGS) {
        client.client().moveTo(peer);
        client.perform(new FileCall.Read(path));
      }
      for (String path : List.of("/", "/d", "/e")) {
        client.client().moveTo(peer);
        client.perform(new FileCall.List(path));
      }
    }
    if (simulation.counted("client gave up reading") > givenUp) {
      throw new AssertionError("a read was not answered although all faults had ended");
    }
  }

  private void judge() {
    List<Operation<FileCall>> operations = history.operations();
    switch (Linearizability.check(new TreeModel(), operations, LINEARIZABILITY_STEPS)) {
      case LINEARIZABLE -> simulation.count("history linearizable");
      case UNDECIDED -> simulation.count("history undecided");
      case VIOLATED -> {
        StringBuilder text = new StringBuilder("the history is not linearizable:");
        operations.stream()
            .sorted(Comparator.comparingLong(Operation::invokedAt))
            .forEach(operation -> text.append("\n    ").append(operation));
        throw new AssertionError(text.toString());
      }
    }
  }
}

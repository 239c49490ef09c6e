package io.quorate.store.sim;

import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run of a whole cluster: peers with journal and consensus on simulated disks, metadata in its
 * in-memory twin, clients that work on a small tree through all of them, and faults. Afterwards the
 * faults end, the peers must converge, and the clients' history must be linearizable.
 */
public final class ClusterSimulation {
  private static final long CONVERGE_NANOS = 60_000_000_000L;

  /** Every time limit of a client a few times over. */
  private static final long SERVED_AGAIN_NANOS = 30_000_000_000L;

  private static final long LINEARIZABILITY_STEPS = 400_000;
  private static final int FIRST_CLIENT_NODE = 100;

  /** In every so manyth run peers come and go. */
  private static final int CHANGING = 4;

  /** In every so manyth run half of the peers are lost: in none in which they come and go. */
  private static final int LOSING = 16;

  private static final int LOSING_REST = 2;

  /** Machines that may come into the cluster. */
  private static final int SPARES = 3;

  private final Simulation simulation;
  private final ClusterPlan plan;
  private final SimNetwork<PeerMessage> network;
  private final List<SimPeer> peers = new ArrayList<>();
  private final ClientNetwork clientNetwork;
  private final List<Subtree> subtrees = new ArrayList<>();
  private final ClusterChecks checks;
  private final MemberChecks memberChecks;
  private final @Nullable MemberOperator operator;
  private final @Nullable QuorumLoss loss;
  private final HandleChores chores;
  private final List<HandleClient> handleClients = new ArrayList<>();
  private final List<ChangeWatcher> watchers = new ArrayList<>();
  private boolean watchersStop;
  private final Workload workload = new Workload();
  private long callsBegun;

  private ClusterSimulation(
      Simulation simulation,
      ClusterPlan plan,
      ClusterMutation mutation,
      ClientNetwork.@Nullable Factory clients) {
    this.simulation = simulation;
    this.plan = plan;
    this.network = new SimNetwork<>(simulation, plan.network());
    this.checks = new ClusterChecks(simulation);
    this.chores = new HandleChores(simulation);
    for (int i = 0; i < plan.subtrees(); i++) {
      subtrees.add(new Subtree(simulation, "/tree" + i));
    }
    clientNetwork =
        clients == null
            ? new DirectClients(peers, plan.duplicateChance() > 0 ? 0.1 : 0)
            : clients.create(
                simulation, IntStream.rangeClosed(1, plan.peers()).boxed().toList(), plan.isCalm());
    SortedMap<Integer, Long> voters = new TreeMap<>();
    SortedMap<Integer, String> addresses = new TreeMap<>();
    for (int id = 1; id <= plan.peers(); id++) {
      voters.put(id, 1L);
      addresses.put(id, MemberOperator.address(id));
    }
    Membership members = new Membership(0, voters, new TreeMap<>()).reachedAt(addresses);
    // Of its own, so that all other runs are what they were.
    SimRandom random = new SimRandom(simulation.seed() * 31 + 5);
    int spares =
        switch (plan.members()) {
          case STAY -> 0;
          case CHANGE -> SPARES;
          case HALF_LOST -> plan.peers() / 2 + 1;
        };
    Map<Integer, SimTransport> transports = new TreeMap<>();
    for (int id = 1; id <= plan.peers() + spares; id++) {
      peers.add(
          new SimPeer(simulation, id, members, network, plan, mutation, clientNetwork, transports));
    }
    operator = spares > 0 ? new MemberOperator(simulation, peers, random) : null;
    loss =
        operator != null && plan.members() == ClusterPlan.Members.HALF_LOST
            ? new QuorumLoss(simulation, peers, network, plan, operator, members, random)
            : null;
    memberChecks = new MemberChecks(simulation, peers);
    simulation.preemptionChance(plan.preemptionChance());
  }

  /** The seed of run number {@code number}, from 0, in which half of the peers are lost. */
  static long losingSeed(long number) {
    return LOSING * number + LOSING_REST;
  }

  /** Runs {@code seed}; throws {@link SimulationError} if anything was wrong. */
  static Simulation.Result run(long seed, @Nullable PrintStream trace) {
    return run(seed, trace, RunSettings.SHORT, ClusterMutation.NONE);
  }

  /** As {@link #run(long, PrintStream)}, with peers that are broken in one way. */
  static Simulation.Result run(
      long seed, @Nullable PrintStream trace, RunSettings settings, ClusterMutation mutation) {
    return run(seed, trace, settings, mutation, null);
  }

  /** As {@link #run(long, PrintStream)}, with clients that reach the peers in another way. */
  public static Simulation.Result run(
      long seed, @Nullable PrintStream trace, RunSettings settings, ClientNetwork.Factory clients) {
    return run(seed, trace, settings, ClusterMutation.NONE, clients);
  }

  private static Simulation.Result run(
      long seed,
      @Nullable PrintStream trace,
      RunSettings settings,
      ClusterMutation mutation,
      ClientNetwork.@Nullable Factory clients) {
    return Simulation.run(
        seed,
        trace,
        simulation -> {
          ClusterPlan drawn = ClusterPlan.draw(simulation.random(), settings);
          boolean stays = settings.calls() > 0 || clients != null;
          ClusterPlan plan =
              stays
                  ? drawn
                  : seed % CHANGING == 0
                      ? drawn.changingMembers()
                      : seed % LOSING == LOSING_REST
                          ? drawn.losingHalf(seed / LOSING % 2 == 0 ? 6 : 4)
                          : drawn;
          simulation.print(plan.toString());
          new ClusterSimulation(simulation, plan, mutation, clients).run();
        });
  }

  private void run() throws Exception {
    network.observe(checks::sent);
    List<SimPeer> founders = List.copyOf(peers.subList(0, plan.peers()));
    founders.forEach(SimPeer::start);
    checks.watch(peers);
    setUp();
    FaultInjector faults =
        new FaultInjector(simulation, plan, peers, network, checks::newestLeader);
    faults.start();
    clientNetwork.startFaults();
    StepCrashes crashes =
        new StepCrashes(simulation, peers, plan.crashAtStepChance(), faults::isQuiet);
    crashes.start();
    network.observe(
        (from, to, message) -> {
          checks.sent(from, to, message);
          memberChecks.sent(from, message);
          crashes.sent(from, to, message);
          if (ClusterChecks.isVote(message)) {
            faults.voted(from);
          }
        });
    watch();
    for (Subtree tree : subtrees) {
      tree.history.onAnswer(
          () -> {
            if (loss != null) {
              loss.answered();
            }
            faults.answered(checks.newestLeader());
          });
    }
    if (operator != null) {
      operator.knows(founders);
    }
    if (loss != null) {
      loss.start();
    } else if (operator != null) {
      operator.start();
    }
    work();
    if (loss != null) {
      loss.awaitForced();
    } else if (operator != null) {
      operator.stop();
    }
    crashes.stop();
    faults.stopAndRepair();
    clientNetwork.stopFaults();
    List<SimPeer> members = peers;
    if (operator != null) {
      faults.supervise(operator.known());
      if (loss != null) {
        loss.awaitWhole();
      }
      members = operator.settle();
    } else if (simulation.random().chance(0.5)) {
      // What was acknowledged is durable on a majority, so any majority can tell it.
      faults.leaveOnlyAMajority();
      converge(faults.supervised());
      readBack(faults.supervised());
    }
    faults.supervise(members);
    List<SimPeer> sound = FaultInjector.sound(members);
    converge(sound);
    getBackToWork();
    readBack(sound);
    new Returns(simulation, members).await();
    if (sound.size() == members.size() && simulation.random().chance(0.3)) {
      restartInTurn(members);
    }
    peers.forEach(SimPeer::takeNoMoreLateCopies);
    converge(sound);
    checks.sample(peers);
    new StorageChecks(simulation).check(sound);
    checkNoSuspects(sound);
    if (!handleClients.isEmpty()) {
      chores.judge(handleClients.getFirst());
    }
    clientNetwork.judge();
    judge();
    judgeWatchers(sound.getFirst());
    if (operator != null) {
      operator.judgeRemoved(members);
    }
  }

  /**
   * A rolling restart with all others up and sound: whoever leads must hand over before it ends.
   */
  private void restartInTurn(List<SimPeer> members) {
    for (SimPeer peer : members) {
      boolean led = checks.newestLeader() == peer.id();
      AtomicBoolean ended = new AtomicBoolean();
      peer.stop(() -> ended.set(true));
      while (!ended.get()) {
        simulation.sleep(1_000_000);
      }
      if (led && checks.newestLeader() == peer.id()) {
        throw new AssertionError("peer " + peer.id() + " led and has stopped; nobody follows it");
      }
      simulation.count(led ? "leadership handed over" : "follower stopped");
      peer.start();
      converge(members);
    }
  }

  /** Whoever has a client is served again, without doing anything about it but asking. */
  private void getBackToWork() throws InterruptedException {
    if (!clientNetwork.needsProcesses()) {
      return;
    }
    CountDownLatch done = new CountDownLatch(handleClients.size());
    for (HandleClient client : handleClients) {
      simulation.start(
          client.name() + " again",
          same -> {
            Subtree tree = client.random().pick(subtrees);
            askUntilAnswered(client, tree, new FileCall.Read(Workload.FILES.getFirst()));
            askUntilAnswered(
                client, tree, new FileCall.Put(Workload.FILES.getFirst(), workload.nextToken()));
            simulation.count("client served after the faults");
            done.countDown();
          });
    }
    done.await();
  }

  private void askUntilAnswered(HandleClient client, Subtree tree, FileCall call) {
    long giveUpAt = simulation.now() + SERVED_AGAIN_NANOS;
    FileCall next = call;
    while (tree.perform(client, next) == null) {
      if (simulation.now() > giveUpAt) {
        throw new AssertionError(
            client.name() + " is not served although all faults had ended: " + next);
      }
      simulation.sleep(50_000_000);
      next =
          next instanceof FileCall.Put put
              ? new FileCall.Put(put.path(), workload.nextToken())
              : next;
    }
  }

  /** Who has kept all that it promised must count. */
  private static void checkNoSuspects(List<SimPeer> sound) {
    for (SimPeer peer : sound) {
      Peer running = peer.running();
      if (running != null && running.isSuspect()) {
        throw new AssertionError(peer.describe() + " is suspect, although its disk is sound");
      }
    }
  }

  /** Directories, and two files for appending in each, made before any fault. */
  private void setUp() throws SimClient.GaveUp {
    FileClient client = patientClient(peers, "setup");
    for (Subtree tree : subtrees) {
      client.makeSubtree(tree);
      for (String log : Workload.LOGS) {
        client.createLog(tree, log);
      }
      client.createLog(tree, Workload.SPARSE);
      tree.perform(client, new FileCall.MakeDirectory("/d"));
    }
  }

  private FileClient patientClient(List<SimPeer> some, String name) {
    return new FileClient(new SimClient(simulation, some, name).patient());
  }

  private ClientFace client(int number) {
    String name = "client" + number;
    if (clientNetwork.needsProcesses() || simulation.random().chance(plan.handleClientShare())) {
      HandleClient client =
          new HandleClient(simulation, FIRST_CLIENT_NODE + number, clientNetwork, name, plan);
      handleClients.add(client);
      return client;
    }
    return new FileClient(new SimClient(simulation, peers, name));
  }

  /** Two who watch the tree from its beginning, through all that happens. */
  private void watch() {
    SortedMap<Long, Metadata.ChangeSet> told = new TreeMap<>();
    for (int i = 1; i <= 2; i++) {
      String name = "watcher" + i;
      ChangeWatcher watcher =
          new ChangeWatcher(simulation, new SimClient(simulation, peers, name).watching(), told);
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

  private void judgeWatchers(SimPeer sound) {
    watchersStop = true;
    watchers.forEach(ChangeWatcher::stop);
    Peer first = sound.running();
    if (first == null) {
      throw new AssertionError(sound.describe() + " although all faults have ended");
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
    List<ClientFace> clients = new ArrayList<>();
    for (int i = 1; i <= plan.clients(); i++) {
      clients.add(client(i));
    }
    for (ClientFace client : clients) {
      simulation.start(
          client.name(),
          same -> {
            SimRandom random = client.random();
            for (int call = 0; call < plan.callsPerClient(); call++) {
              workload.perform(client, subtreeOfTheHour(random));
              if (client instanceof HandleClient handles && random.chance(0.2)) {
                chore(handles);
              }
              if (random.chance(0.5)) {
                simulation.sleep(random.between(1, 100_000_000));
              }
              if (random.chance(0.3)) {
                client.moveTo(random.pick(peers));
              }
            }
            done.countDown();
          });
    }
    done.await();
  }

  private void chore(HandleClient client) {
    switch (client.random().below(10)) {
      case 0, 1, 2, 3 -> chores.increment(client);
      case 4, 5 -> chores.readUnlinked(client, handleClients);
      case 6, 7 -> chores.crowd(client);
      default -> chores.listCrowd(client);
    }
  }

  /** All clients work on one subtree after the other, so that their calls meet there. */
  private Subtree subtreeOfTheHour(SimRandom random) {
    long all = (long) plan.clients() * plan.callsPerClient();
    int newest = (int) (callsBegun++ * subtrees.size() / all);
    return subtrees.get(random.chance(0.1) ? random.below(newest + 1) : newest);
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
      FileClient client = patientClient(some, "reader" + peer.id());
      for (int i = 0; i < subtrees.size(); i++) {
        // In long runs each subtree through one peer: equal digests say the rest.
        if (subtrees.size() == 1 || some.get(i % some.size()) == peer) {
          readBack(client, peer, subtrees.get(i));
        }
      }
    }
    if (simulation.counted("client gave up reading") > givenUp) {
      throw new AssertionError("a read was not answered although all faults had ended");
    }
  }

  private void readBack(FileClient client, SimPeer peer, Subtree tree) {
    List<FileCall> calls = new ArrayList<>();
    Workload.FILES.forEach(path -> calls.add(new FileCall.Read(path)));
    Workload.LOGS.forEach(path -> calls.add(new FileCall.Read(path)));
    calls.add(new FileCall.ReadSlots(Workload.SPARSE));
    Workload.DIRECTORIES.forEach(path -> calls.add(new FileCall.List(path)));
    for (FileCall call : calls) {
      client.moveTo(peer);
      tree.perform(client, call);
    }
  }

  private void judge() {
    for (Subtree tree : subtrees) {
      List<Operation<FileCall>> operations = tree.history.operations();
      switch (Linearizability.check(new TreeModel(), operations, LINEARIZABILITY_STEPS)) {
        case LINEARIZABLE -> simulation.count("history linearizable");
        case UNDECIDED -> simulation.count("history undecided");
        case VIOLATED ->
            throw new AssertionError(
                "the history of \""
                    + tree.prefix()
                    + "/\" is not linearizable:"
                    + Linearizability.explain(new TreeModel(), operations, LINEARIZABILITY_STEPS));
      }
    }
  }
}

package io.quorate.store.fuse.twin;

import io.quorate.store.fuse.Quorate;
import io.quorate.store.fuse.cluster.Hosts;
import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.ProcessPeer;
import io.quorate.store.fuse.cluster.Tmpfs;
import io.quorate.store.fuse.command.JsonReader;
import io.quorate.store.sim.SimRandom;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** One run: real peers and clients on four hosts, faults, and the verdict. */
final class Twin implements AutoCloseable {
  private static final int HOSTS = 4;
  private static final List<Integer> SMALL_DISKS = List.of(1, 3);
  private static final int DISK_MIB = 512;

  /** So long that some 150 calls meet in a subtree, which the checker judges in no time. */
  private static final long EPOCH_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  /** Until the work begins, so that all clients have connected by then. */
  private static final long CONNECTING_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long CONVERGE_NANOS = TimeUnit.MINUTES.toNanos(2);

  /**
   * What a run has found.
   *
   * @param counts how often what happened
   * @param problems what was wrong; empty if nothing
   */
  record Report(long seed, SortedMap<String, Long> counts, List<String> problems) {
    long count(String what) {
      return counts.getOrDefault(what, 0L);
    }

    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("seed " + seed);
      counts.forEach((what, count) -> text.append(String.format("%n%9d %s", count, what)));
      problems.forEach(problem -> text.append(String.format("%nPROBLEM: %s", problem)));
      return text.append(problems.isEmpty() ? "\nall in order" : "").toString();
    }
  }

  private final long seed;
  private final SimRandom random;
  private final PrintStream progress;
  private final TwinHistory history = new TwinHistory();
  private final Hosts hosts;
  private final ProcessCluster cluster;
  private final Tmpfs disks = new Tmpfs();
  private final List<ClientProcess> clients = new ArrayList<>();
  private final FaultInjector faults;

  private Twin(long seed, Path directory, PrintStream progress, Hosts hosts) throws IOException {
    this.seed = seed;
    this.random = new SimRandom(seed);
    this.progress = progress;
    this.hosts = hosts;
    this.cluster =
        ProcessCluster.create(
            ProcessCluster.Settings.temporary("twin", HOSTS, directory)
                .withHosts(IntStream.rangeClosed(1, HOSTS).mapToObj(Hosts::address).toList())
                .withLaunchers(IntStream.rangeClosed(1, HOSTS).mapToObj(Hosts::on).toList())
                .withConfiguration(
                    Map.of("journal.segmentBytes", "4 MiB", "journal.reserveBytes", "16 MiB")));
    this.faults = new FaultInjector(cluster, hosts, clients, SMALL_DISKS, random, history);
  }

  /**
   * Runs {@code seed}, with faults for about as long as {@code harm}.
   *
   * @param directory where the cluster's own is made, and deleted afterwards
   * @throws Hosts.Unavailable where there can be no hosts
   */
  static Report run(long seed, Duration harm, Path directory, PrintStream progress)
      throws IOException, InterruptedException, Hosts.Unavailable {
    try (Hosts hosts = Hosts.create(HOSTS);
        Twin twin = new Twin(seed, directory, progress, hosts)) {
      twin.run(Math.toIntExact(harm.toNanos() / EPOCH_NANOS));
      return new Report(seed, twin.history.counts(), twin.history.problems());
    }
  }

  private void run(int subtrees) throws IOException, InterruptedException {
    start();
    if (!converge("begin")) {
      return;
    }
    say("preparing " + subtrees + " subtrees");
    ClientProcess first = clients.getFirst();
    first.tell("prepare " + subtrees);
    first.awaitDone();

    say("working");
    long beginNanos = System.nanoTime() + CONNECTING_NANOS;
    String work = "work " + beginNanos + " " + EPOCH_NANOS + " " + subtrees;
    clients.forEach(client -> client.tell(work));
    boolean goesOn = faults.runUntil(beginNanos + subtrees * EPOCH_NANOS, work);
    if (goesOn) {
      readBack(subtrees);
    } else {
      for (ClientProcess client : clients) {
        client.kill();
      }
    }
    say("judging");
    history.judge();
  }

  /** All faults have ended: nothing that was acknowledged may be missing. */
  private void readBack(int subtrees) throws IOException, InterruptedException {
    for (ClientProcess client : clients) {
      client.awaitDone();
    }
    say("converging");
    if (converge("come to the same state after the last fault")) {
      say("reading back");
      clients.forEach(client -> client.tell("read " + subtrees));
      for (ClientProcess client : clients) {
        client.awaitDone();
      }
      converge("be in the same state at the end");
    }
  }

  private void start() throws IOException, InterruptedException {
    for (int id : SMALL_DISKS) {
      disks.mount(cluster.peer(id).data(), DISK_MIB);
    }
    for (ProcessPeer peer : cluster.peers()) {
      peer.start();
    }
    for (int host = 1; host <= HOSTS; host++) {
      clients.add(ClientProcess.start(cluster, host, HOSTS, seed, history));
    }
  }

  private void say(String what) {
    progress.printf("%tT seed %d: %s%n", System.currentTimeMillis(), seed, what);
  }

  /**
   * Returns when each peer says that all are healthy, and equal at an equal index; false if that
   * does not come.
   */
  private boolean converge(String what) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + CONVERGE_NANOS;
    while (true) {
      if (!faults.lookAfterPeers()) {
        return false;
      }
      List<String> seen = new ArrayList<>();
      boolean agreed = true;
      boolean differ = false;
      List<Process> asked = new ArrayList<>();
      for (int host = 1; host <= HOSTS; host++) {
        asked.add(askStatus(host));
      }
      for (Process process : asked) {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        agreed &= process.waitFor() == 0 && equalAtEqualIndex(JsonReader.object(said));
        // That never mends itself.
        differ |= said.contains("\"digestsAgree\":false");
        seen.add(said.strip());
      }
      if (agreed) {
        history.count("status of all peers equal");
        return true;
      }
      if (differ || System.nanoTime() - deadlineNanos > 0) {
        StringBuilder text = new StringBuilder("the peers do not " + what + ":");
        seen.forEach(line -> text.append("\n  ").append(line));
        for (ProcessPeer peer : cluster.peers()) {
          text.append("\n  the log of peer ").append(peer.id()).append(" ends:");
          text.append(peer.tail(10));
        }
        history.problem(text.toString());
        return false;
      }
    }
  }

  private Process askStatus(int host) throws IOException {
    List<String> words = new ArrayList<>(Jvm.on(host, "-Xmx64m", Quorate.class));
    words.addAll(List.of("status", "--json", "--peer", Integer.toString(host)));
    words.addAll(List.of("--timeout", "10", "--cluster", cluster.clientFile().toString()));
    return new ProcessBuilder(words).redirectErrorStream(true).start();
  }

  private static boolean equalAtEqualIndex(Map<String, Object> status) {
    Set<Object> states = new HashSet<>();
    for (Object peer : (List<?>) status.get("peers")) {
      Map<?, ?> one = (Map<?, ?>) peer;
      states.add(one.get("appliedIndex") + " " + one.get("digest"));
    }
    return states.size() == 1;
  }

  /** In an order in which each finds what it needs. */
  @Override
  public void close() throws IOException, InterruptedException {
    try (cluster;
        disks) {
      for (ClientProcess client : clients) {
        client.close();
      }
    }
  }
}

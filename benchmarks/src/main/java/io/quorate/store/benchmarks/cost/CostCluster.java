package io.quorate.store.benchmarks.cost;

import io.quorate.store.benchmarks.Cost;
import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.ProcessPeer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Peers, each on a host of its own, and a client on the host of one that does not lead. */
final class CostCluster implements AutoCloseable {
  private static final int ADMIN_PORT = 9464;
  private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long WINDOW_MILLIS = 200;

  /** Of one core, for a peer: what it takes when it has nothing to do. */
  private static final double IDLE = 0.03;

  private final int peers;
  private final Hosts hosts;
  private final ProcessCluster cluster;
  private int entry = 1;
  private @Nullable Client client;

  private CostCluster(int peers, Hosts hosts, ProcessCluster cluster) {
    this.peers = peers;
    this.hosts = hosts;
    this.cluster = cluster;
  }

  /** A program on a host that answers. */
  private record Client(Process process, PrintStream orders, BufferedReader answers) {
    String ask(String order) throws IOException {
      orders.println(order);
      String answer = answers.readLine();
      if (answer == null || !answer.startsWith(CostClient.DONE)) {
        throw new IOException(order + ": " + (answer == null ? "the client has ended" : answer));
      }
      return answer.substring(CostClient.DONE.length()).strip();
    }

    void end() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  static CostCluster start(int peers, Path parent, List<String> javaOptions)
      throws IOException, InterruptedException, Hosts.Unavailable {
    Hosts hosts = Hosts.create(peers);
    CostCluster started = null;
    try {
      ProcessCluster.Settings settings =
          ProcessCluster.Settings.temporary("cost", peers, parent)
              .withHosts(IntStream.rangeClosed(1, peers).mapToObj(Hosts::address).toList())
              .withLaunchers(IntStream.rangeClosed(1, peers).mapToObj(Hosts::on).toList())
              .withConfiguration(Map.of("admin.listen", "0.0.0.0:" + ADMIN_PORT))
              .withJavaOptions(javaOptions);
      started = new CostCluster(peers, hosts, ProcessCluster.create(settings));
      for (ProcessPeer peer : started.cluster.peers()) {
        peer.start();
      }
      started.connect();
      return started;
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (started != null) {
        started.close();
      } else {
        hosts.close();
      }
      throw e;
    }
  }

  /** To a peer that does not lead, as most do not. */
  private void connect() throws IOException, InterruptedException {
    client = open(entry);
    int leader = leader();
    if (leader == entry) {
      client().end();
      entry = leader % peers + 1;
      client = open(entry);
    }
  }

  private Client open(int host) throws IOException {
    List<String> words =
        Programs.java(
            Hosts.on(host),
            CostClient.class,
            List.of(cluster.keyFile().toString(), cluster.address(host)));
    Process process =
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    PrintStream orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    return new Client(process, orders, process.inputReader(StandardCharsets.UTF_8));
  }

  private Client client() {
    if (client == null) {
      throw new IllegalStateException("there is no client yet");
    }
    return client;
  }

  int leader() throws IOException {
    return Integer.parseInt(client().ask("leader"));
  }

  /** The peer that the client uses. */
  int entry() {
    return entry;
  }

  /** Writes files of some bytes each. */
  void files(String directory, long first, long count, int bytes, int writers) throws IOException {
    client().ask("files " + directory + " " + first + " " + count + " " + bytes + " " + writers);
  }

  /** Writes one file. */
  void stream(String file, int mib) throws IOException {
    client().ask("stream " + file + " " + mib);
  }

  /** Of each peer, so far. */
  List<Usage> usage() throws IOException {
    List<Usage> all = new ArrayList<>();
    for (ProcessPeer peer : cluster.peers()) {
      String address = Hosts.address(peer.id()) + ":" + ADMIN_PORT;
      all.add(Usage.of(peer.pid(), Long.parseLong(client().ask("syncs " + address))));
    }
    return all;
  }

  long clientMicros() throws IOException {
    return Cost.processMicros(client().process.pid());
  }

  /** Returns when the peers have nothing left to do, so that all is charged to what caused it. */
  void settle() throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + SETTLING_NANOS;
    double busy;
    do {
      long before = micros();
      Thread.sleep(WINDOW_MILLIS);
      busy = (micros() - before) / (WINDOW_MILLIS * 1e3);
    } while (busy > IDLE * peers && System.nanoTime() - deadlineNanos < 0);
  }

  private long micros() throws IOException {
    long all = 0;
    for (ProcessPeer peer : cluster.peers()) {
      all += Cost.processMicros(peer.pid());
    }
    return all;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    try (hosts) {
      if (client != null) {
        client.end();
      }
      cluster.close();
    }
  }
}

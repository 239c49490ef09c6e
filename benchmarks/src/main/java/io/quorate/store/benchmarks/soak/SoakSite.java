package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.benchmarks.duel.Contender;
import io.quorate.store.benchmarks.duel.QuorateContender;
import io.quorate.store.fuse.cluster.Hosts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that runs for a soak: four hosts, a peer with a mount on each, and a program that uses it, in
 * one directory. Closing it ends what was started, and nothing else, and deletes the directory.
 * When this process is told to end, hosts and peers are taken away at once, by themselves.
 */
final class SoakSite implements AutoCloseable {
  private final Path directory;
  private final List<HostLink> links = new ArrayList<>();
  private @Nullable Hosts hosts;
  private @Nullable QuorateContender store;
  private boolean configured;

  /**
   * What is done on each host.
   *
   * @param files that all hosts read
   * @param uploads that each thread keeps
   * @param perSecond operations of each thread; 0 for as many as there can be
   * @param largeSeconds between two large files of a host
   */
  record Work(int threads, int files, int uploads, double perSecond, int largeSeconds) {}

  private SoakSite(Path directory) {
    this.directory = directory;
  }

  /** An empty one, in a new directory in {@code parent}. */
  static SoakSite create(Path parent) throws IOException {
    return new SoakSite(Files.createTempDirectory(parent, "quorate-soak-").toRealPath());
  }

  /** Starts all, and returns when each host has its files and waits. */
  void start(String durability, List<String> javaOptions, Work work)
      throws IOException, InterruptedException, Hosts.Unavailable {
    hosts = Hosts.create(Contender.HOSTS);
    List<String> options = new ArrayList<>(PeerProbe.JAVA_OPTIONS);
    options.addAll(javaOptions);
    QuorateContender peers =
        new QuorateContender(directory.resolve("quorate"), durability, "", options, null);
    store = peers;
    peers.start();
    configured = true;
    // The first makes what all use.
    open(peers, 1, work).awaitReady();
    for (int host = 2; host <= Contender.HOSTS; host++) {
      open(peers, host, work);
    }
    for (HostLink link : links.subList(1, links.size())) {
      link.awaitReady();
    }
  }

  private HostLink open(QuorateContender peers, int host, Work work) throws IOException {
    SoakHost.Plan plan =
        new SoakHost.Plan(
            peers.mount(host).toString(),
            peers.processes().get(host - 1),
            peers.data(host).toString(),
            host,
            work.threads(),
            work.files(),
            work.uploads(),
            work.perSecond(),
            work.largeSeconds());
    HostLink link = HostLink.start(peers.on(host), plan);
    links.add(link);
    return link;
  }

  /** Has all hosts begin. */
  void begin() throws IOException, InterruptedException {
    for (HostLink link : links) {
      link.begin();
    }
  }

  /** Has all peers collect their heaps, one after the other. */
  void collect() throws IOException, InterruptedException {
    for (HostLink link : links) {
      link.collect();
    }
  }

  /** Of each host. */
  List<Reading> read() throws IOException, InterruptedException {
    List<Reading> all = new ArrayList<>();
    for (HostLink link : links) {
      all.add(link.read());
    }
    return all;
  }

  /** What the peers said last; empty if there are none yet. */
  String lastWords() {
    return store == null || !configured ? "" : store.lastWords();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (HostLink link : links) {
      link.close();
    }
    try {
      if (store != null) {
        store.close();
      }
    } finally {
      if (hosts != null) {
        hosts.close();
      }
      Programs.delete(directory);
    }
  }
}

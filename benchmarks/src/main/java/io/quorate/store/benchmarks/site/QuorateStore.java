package io.quorate.store.benchmarks.site;

import static io.quorate.store.benchmarks.site.SiteNetwork.WEB_HOSTS;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.benchmarks.faults.StatusFeed;
import io.quorate.store.fuse.Quorate;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A peer on each host, with a mount in its own process, or in {@link EmbeddedApplication}. */
final class QuorateStore implements SiteStore {
  private static final int PORT = 7400;
  private static final long POLL_MILLIS = 20;
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);
  private static final List<String> JAVA =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Xmx1g",
          // Its file is named by a process id, which is not unique on this machine.
          "-XX:-UsePerfData",
          "-XX:+UseSerialGC");

  /**
   * What kind of.
   *
   * @param embedded whether the application embeds it
   * @param mountName of the mounts, in the directories of their hosts
   * @param javaOptions more flags for the java of each peer
   */
  record Settings(
      String durability, boolean embedded, String mountName, List<String> javaOptions) {}

  private final SiteNetwork network;
  private final ClusterInit.Written files;
  private final Settings settings;
  private final Map<Integer, HostProgram> peers = new HashMap<>();

  private QuorateStore(SiteNetwork network, ClusterInit.Written files, Settings settings) {
    this.network = network;
    this.files = files;
    this.settings = settings;
  }

  /** Configures one in a directory that does not exist yet. */
  static QuorateStore create(SiteNetwork network, Path directory, Settings settings)
      throws IOException {
    List<Endpoint> addresses = new ArrayList<>();
    for (int host = 1; host <= WEB_HOSTS; host++) {
      addresses.add(new Endpoint(network.address(host), PORT));
    }
    ClusterInit.Written files = ClusterInit.write(directory, "site", addresses);
    for (Path peer : files.peers()) {
      Files.writeString(
          peer, "durability = " + settings.durability + "\n", StandardOpenOption.APPEND);
    }
    return new QuorateStore(network, files, settings);
  }

  @Override
  public String title() {
    return settings.embedded ? "Quorate, embedded" : "Quorate";
  }

  @Override
  public String version() {
    String version = Quorate.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  Path configuration(int host) {
    return files.peers().get(host - 1);
  }

  Path clientFile() {
    return files.client();
  }

  @Override
  public void start() throws IOException, InterruptedException {
    for (int host = 1; host <= WEB_HOSTS; host++) {
      launch(host);
    }
    for (int host = 1; host <= WEB_HOSTS; host++) {
      awaitReady(host);
    }
    awaitHealed();
  }

  private void launch(int host) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(JAVA);
    words.addAll(settings.javaOptions);
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    if (settings.embedded) {
      words.addAll(List.of(EmbeddedApplication.class.getName(), configuration(host).toString()));
      words.addAll(List.of(network.address(host), Integer.toString(Embedded.PORT)));
    } else {
      Files.createDirectories(mount(host));
      words.addAll(List.of(Quorate.class.getName(), "serve", "--mount", mount(host).toString()));
      words.add(configuration(host).toString());
    }
    peers.put(host, network.host(host).start("peer", Map.of(), words));
  }

  private HostProgram peer(int host) {
    HostProgram peer = peers.get(host);
    if (peer == null) {
      throw new IllegalStateException("no peer was started on host " + host);
    }
    return peer;
  }

  private void awaitReady(int host) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (settings.embedded ? !listens(host) : !mounts(host)) {
      peer(host).check();
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("the peer of host " + host + " does not get ready");
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** A mount of a peer that was killed is there as well, until the next one takes it away. */
  private boolean mounts(int host) throws IOException, InterruptedException {
    return mounts(peer(host)).contains(" " + mount(host) + " fuse.quorate ")
        && succeeds(host, "ls " + mount(host));
  }

  private boolean listens(int host) throws InterruptedException {
    return succeeds(host, "exec 3<>/dev/tcp/" + network.address(host) + "/" + Embedded.PORT);
  }

  private boolean succeeds(int host, String script) throws InterruptedException {
    try {
      network.host(host).run("bash", "-c", script);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static String mounts(HostProgram peer) throws IOException {
    try {
      return Files.readString(Path.of("/proc", Long.toString(peer.pid()), "mounts"));
    } catch (NoSuchFileException e) {
      // It has ended, which its own check tells.
      return "";
    }
  }

  @Override
  public boolean isMounted() {
    return !settings.embedded;
  }

  @Override
  public Path mount(int host) {
    return network.host(host).directory().resolve(settings.mountName);
  }

  @Override
  public void startOn(int host) throws IOException, InterruptedException {
    launch(host);
    awaitReady(host);
  }

  @Override
  public void stopOn(int host) throws IOException, InterruptedException {
    peer(host).stop();
  }

  @Override
  public void killServer(int host) throws InterruptedException {
    peer(host).kill();
  }

  @Override
  public void restartServer(int host) throws IOException, InterruptedException {
    startOn(host);
  }

  StatusFeed feed(int host) throws IOException {
    String address = network.bracketed(host) + ":" + PORT;
    return StatusFeed.start(network.host(host).on(), files.key(), address);
  }

  @Override
  public int mostNeeded() throws IOException, InterruptedException {
    for (int host = 1; host <= WEB_HOSTS; host++) {
      if (network.host(host).isOn() && peer(host).isAlive()) {
        try (StatusFeed feed = feed(host)) {
          return feed.await(answer -> answer.leader() != 0).leader();
        }
      }
    }
    throw new IOException("no peer runs");
  }

  @Override
  public void awaitHealed() throws IOException, InterruptedException {
    for (int host = 1; host <= WEB_HOSTS; host++) {
      try (StatusFeed feed = feed(host)) {
        feed.await(answer -> answer.healthy() && answer.isComplete());
      }
    }
  }

  /** What {@code quorate export} finds in the data directory of a peer that is stopped. */
  @Override
  public Path disk(int host) throws IOException, InterruptedException {
    if (network.host(host).isOn() && peer(host).isAlive()) {
      peer(host).stop();
    }
    Path data = configuration(host).resolveSibling("data-" + host);
    Path exported = configuration(host).resolveSibling("exported-" + host);
    List<String> words = List.of("export", "--quiet", data.toString(), exported.toString());
    Programs.run(Programs.java(List.of(), Quorate.class, words));
    return exported;
  }
}

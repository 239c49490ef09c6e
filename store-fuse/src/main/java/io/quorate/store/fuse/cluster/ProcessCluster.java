package io.quorate.store.fuse.cluster;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.server.LocalCluster;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Peers in processes of their own on this machine, in a directory that goes with them. Closing it,
 * which also happens when this process is told to end, stops them and deletes what is in the
 * directory.
 */
public final class ProcessCluster implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final long POLL_MILLIS = 20;
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withDeadline(Duration.ofSeconds(60));

  private final Settings settings;
  private final Path directory;
  private final boolean ownDirectory;
  private final List<ProcessPeer> peers = new ArrayList<>();
  private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);
  private final ReentrantLock ending = new ReentrantLock();
  private final List<Endpoint> addresses = new ArrayList<>();
  private ClusterInit.@Nullable Written written;
  private volatile boolean interrupted;
  private boolean released;

  /**
   * What kind of cluster.
   *
   * @param directory where it keeps everything; must be empty or not exist
   * @param temporary whether {@code directory} is instead where a new one is made
   * @param name of the cluster, for people
   * @param peers how many
   * @param javaOptions flags for the java of each peer; {@link #SHORT_LIVED} if not set
   * @param configuration settings for every peer's file, by their names in it
   * @param progress is shown what a long wait waits for
   * @param hosts where each peer listens; if empty, all on the loopback interface
   * @param launchers for each peer the words before its java, which run it elsewhere, as in another
   *     network; if empty, all run here
   */
  public record Settings(
      Path directory,
      boolean temporary,
      String name,
      int peers,
      List<String> javaOptions,
      Map<String, String> configuration,
      Consumer<Supplier<String>> progress,
      List<String> hosts,
      List<List<String>> launchers) {

    /**
     * For several peers that share a machine for a minute or two. In that time the optimizing
     * compiler costs more than it gains: with four peers busy on two cores it takes most of them.
     */
    public static final List<String> SHORT_LIVED =
        List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    public Settings {
      javaOptions = List.copyOf(javaOptions);
      configuration = Map.copyOf(configuration);
      hosts = List.copyOf(hosts);
      launchers = List.copyOf(launchers);
    }

    public static Settings of(String name, int peers, Path directory) {
      return new Settings(
          directory, false, name, peers, SHORT_LIVED, Map.of(), _ -> {}, List.of(), List.of());
    }

    /** In a new directory in {@code parent}, which goes with the cluster. */
    public static Settings temporary(String name, int peers, Path parent) {
      return new Settings(
          parent, true, name, peers, SHORT_LIVED, Map.of(), _ -> {}, List.of(), List.of());
    }

    public Settings withJavaOptions(List<String> value) {
      return new Settings(
          directory, temporary, name, peers, value, configuration, progress, hosts, launchers);
    }

    public Settings withConfiguration(Map<String, String> value) {
      return new Settings(
          directory, temporary, name, peers, javaOptions, value, progress, hosts, launchers);
    }

    public Settings withHosts(List<String> value) {
      return new Settings(
          directory,
          temporary,
          name,
          peers,
          javaOptions,
          configuration,
          progress,
          value,
          launchers);
    }

    public Settings withLaunchers(List<List<String>> value) {
      return new Settings(
          directory, temporary, name, peers, javaOptions, configuration, progress, hosts, value);
    }

    public Settings withProgress(Consumer<Supplier<String>> value) {
      return new Settings(
          directory, temporary, name, peers, javaOptions, configuration, value, hosts, launchers);
    }
  }

  private ProcessCluster(Settings settings, Path directory, boolean ownDirectory) {
    this.settings = settings;
    this.directory = directory;
    this.ownDirectory = ownDirectory;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Writes the configuration of a new cluster.
   *
   * @throws java.nio.file.DirectoryNotEmptyException if there is something in the directory
   */
  public static ProcessCluster create(Settings settings) throws IOException {
    Path directory = settings.directory;
    boolean own = settings.temporary;
    if (own) {
      directory = Files.createTempDirectory(directory, "quorate-" + settings.name + "-");
    } else if (Files.exists(directory)) {
      try (Stream<Path> entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          throw new DirectoryNotEmptyException(directory.toString());
        }
      }
    } else {
      own = true;
      Files.createDirectories(directory);
    }
    ProcessCluster cluster = new ProcessCluster(settings, directory.toRealPath(), own);
    try {
      cluster.configure();
      return cluster;
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private void configure() throws IOException {
    List<Endpoint> free = LocalCluster.freeEndpoints(settings.peers);
    for (int i = 0; i < settings.peers; i++) {
      Endpoint local = free.get(i);
      addresses.add(
          settings.hosts.isEmpty() ? local : new Endpoint(settings.hosts.get(i), local.port()));
    }
    written = ClusterInit.write(directory, settings.name, addresses);
    StringBuilder more = new StringBuilder();
    settings.configuration.forEach(
        (name, value) -> more.append(name).append(" = ").append(value).append('\n'));
    for (int id = 1; id <= settings.peers; id++) {
      Path configuration = written.peers().get(id - 1);
      Files.writeString(configuration, more, StandardOpenOption.APPEND);
      peers.add(
          new ProcessPeer(
              id,
              configuration,
              PeerConfig.read(configuration).dataDirectory(),
              directory.resolve("peer-" + id + ".log"),
              settings.launchers.isEmpty() ? List.of() : settings.launchers.get(id - 1),
              settings.javaOptions));
    }
  }

  public Path directory() {
    return directory;
  }

  public List<ProcessPeer> peers() {
    return List.copyOf(peers);
  }

  /** The peer of that id: those of the beginning are 1 and up, others as they were added. */
  public ProcessPeer peer(int id) {
    return peers.stream().filter(peer -> peer.id() == id).findFirst().orElseThrow();
  }

  /** An address on the loopback interface that is free now, for a peer to come. */
  public Endpoint freeAddress() throws IOException {
    return LocalCluster.freeEndpoints(1).getFirst();
  }

  /**
   * Takes a peer that is to come into the cluster later, as ClusterInit wrote its configuration; it
   * is not started.
   */
  public ProcessPeer add(Path configuration) throws IOException {
    StringBuilder more = new StringBuilder();
    settings.configuration.forEach(
        (name, value) -> more.append(name).append(" = ").append(value).append('\n'));
    Files.writeString(configuration, more, StandardOpenOption.APPEND);
    PeerConfig config = PeerConfig.read(configuration);
    ProcessPeer peer =
        new ProcessPeer(
            config.peerId(),
            configuration,
            config.dataDirectory(),
            directory.resolve("peer-" + config.peerId() + ".log"),
            List.of(),
            settings.javaOptions);
    peers.add(peer);
    return peer;
  }

  /** A client of one peer and no other. */
  public Store connectTo(int peer, StoreOptions options) throws IOException {
    return Store.connect(files().key(), List.of(address(peer)), options);
  }

  /** A client that prefers the peers in the order given. */
  public Store connect(StoreOptions options, int... order) throws IOException {
    List<String> targets = IntStream.of(order).mapToObj(this::address).toList();
    return Store.connect(files().key(), targets, options);
  }

  /** The key that clients prove to hold. */
  public Path keyFile() {
    return files().key();
  }

  /** Host and port of a peer. */
  public String address(int peer) {
    if (peer <= addresses.size()) {
      return addresses.get(peer - 1).toString();
    }
    try {
      return String.valueOf(PeerConfig.read(peer(peer).configuration()).peers().get(peer));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The configuration file for clients of all peers. */
  public Path clientFile() {
    return files().client();
  }

  private ClusterInit.Written files() {
    if (written == null) {
      throw new IllegalStateException("not configured yet");
    }
    return written;
  }

  /** Starts the peers that do not run, and returns when all are in step. */
  public void start() throws IOException, InterruptedException {
    for (ProcessPeer peer : peers) {
      if (!peer.alive()) {
        peer.start();
      }
    }
    await(1, "start", ClusterStatus::healthy);
  }

  /**
   * Waits until {@code peer} answers and sees the cluster as {@code wanted}; answers what it saw.
   *
   * @param what they are to do, for progress and errors
   * @throws ClusterFailedException if a peer has ended, or after five minutes
   */
  public ClusterStatus await(int peer, String what, Predicate<ClusterStatus> wanted)
      throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      // A new connection while it does not answer: that it is up is noticed without delay.
      try (Store store = connectTo(peer, PATIENT)) {
        return await(store, deadlineNanos, what, wanted);
      } catch (ClusterFailedException e) {
        throw e;
      } catch (IOException e) {
        peer(peer).check();
        pause(deadlineNanos, what, "peer " + peer + " does not answer: " + e.getMessage());
      }
    }
  }

  /** As {@link #await(int, String, Predicate)}, with a store that is open. */
  public ClusterStatus await(Store store, String what, Predicate<ClusterStatus> wanted)
      throws IOException, InterruptedException {
    return await(store, System.nanoTime() + PATIENCE_NANOS, what, wanted);
  }

  private ClusterStatus await(
      Store store, long deadlineNanos, String what, Predicate<ClusterStatus> wanted)
      throws IOException, InterruptedException {
    while (true) {
      ClusterStatus status = store.status();
      if (wanted.test(status)) {
        return status;
      }
      pause(deadlineNanos, what, describe(status));
    }
  }

  private void pause(long deadlineNanos, String what, String seen)
      throws InterruptedException, ClusterFailedException {
    if (System.nanoTime() - deadlineNanos > 0) {
      StringBuilder text = new StringBuilder();
      text.append("gave up waiting for the peers to ").append(what);
      text.append("; last seen: ").append(seen);
      // The ends of all logs: what there is to say when it is not clear who is at fault.
      for (ProcessPeer peer : peers) {
        text.append(System.lineSeparator()).append("the log of peer ").append(peer.id());
        text.append(" ends:").append(peer.tail(5));
      }
      throw new ClusterFailedException(text.toString());
    }
    settings.progress.accept(() -> "waiting for the peers to " + what + ": " + seen);
    Thread.sleep(POLL_MILLIS);
  }

  private static String describe(ClusterStatus status) {
    StringBuilder text = new StringBuilder();
    for (PeerStatus peer : status.peers()) {
      text.append(text.isEmpty() ? "" : ", ")
          .append("peer ")
          .append(peer.id())
          .append(' ')
          .append(peer.state())
          .append(peer.lagEntries() > 0 ? " (lacks " + peer.lagEntries() + ")" : "");
    }
    return text + (status.digestsAgree() ? "" : ", digests differ");
  }

  /** Leaves the peers running and the directory in place when this process ends. */
  public void release() throws IOException {
    for (ProcessPeer peer : peers) {
      peer.release();
    }
    released = true;
  }

  @Override
  public void close() {
    stopAndDelete();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs already, which is how this process is ending.
    }
  }

  /** Whether this process was told to end, and has therefore taken the peers away. */
  public boolean wasInterrupted() {
    return interrupted;
  }

  private void interrupted() {
    interrupted = true;
    stopAndDelete();
  }

  private void stopAndDelete() {
    ending.lock();
    try {
      if (released) {
        return;
      }
      for (ProcessPeer peer : peers) {
        peer.kill();
      }
      deleteTree();
    } catch (IOException | InterruptedException e) {
      System.err.println(directory + " is still there: " + e.getMessage());
    } finally {
      ending.unlock();
    }
  }

  private void deleteTree() throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException thrown) throws IOException {
            if (thrown instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw thrown;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path done, @Nullable IOException thrown)
              throws IOException {
            if (ownDirectory || !done.equals(directory)) {
              Files.deleteIfExists(done);
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }
}

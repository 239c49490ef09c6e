package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.Quorate;
import io.quorate.store.fuse.cluster.ClusterFailedException;
import io.quorate.store.fuse.cluster.Hosts;
import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.ProcessPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Four peers, each with a mount in its own process. */
public final class QuorateContender implements Contender {
  static final String NAME = "quorate";

  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final Pattern LEADER = Pattern.compile("\"leader\":(\\d+)");

  private final Path directory;
  private final String durability;
  private final String mountOptions;
  private final List<String> javaOptions;
  private final @Nullable Path recordings;
  private @Nullable ProcessCluster cluster;
  private boolean closed;

  /**
   * One that is not started yet.
   *
   * @param durability the peers' setting of that name
   * @param mountOptions in the words of fstab; empty for none
   * @param recordings where each peer leaves a recording of JDK Flight Recorder; null for none
   */
  public QuorateContender(
      Path directory,
      String durability,
      String mountOptions,
      List<String> javaOptions,
      @Nullable Path recordings) {
    this.directory = directory;
    this.durability = durability;
    this.mountOptions = mountOptions;
    this.recordings = recordings;
    List<String> options = new ArrayList<>(javaOptions);
    if (recordings != null) {
      String file = recordings.resolve("quorate-%p.jfr").toString();
      options.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename=" + file);
    }
    this.javaOptions = List.copyOf(options);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "Quorate";
  }

  @Override
  public String version() {
    String version = Quorate.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  @Override
  public void start() throws IOException, InterruptedException {
    ProcessCluster started = create();
    for (ProcessPeer peer : started.peers()) {
      Path mount = Files.createDirectories(mount(peer.id()));
      if (mountOptions.isEmpty()) {
        peer.start("--mount", mount.toString());
      } else {
        peer.start("--mount", mount.toString(), "-o", mountOptions);
      }
    }
    for (ProcessPeer peer : started.peers()) {
      awaitMount(peer);
    }
    awaitHealth(started);
  }

  private synchronized ProcessCluster create() throws IOException {
    if (closed) {
      throw new IOException("the cluster has been closed");
    }
    ProcessCluster.Settings settings =
        ProcessCluster.Settings.of("duel", HOSTS, directory)
            .withHosts(IntStream.rangeClosed(1, HOSTS).mapToObj(Hosts::address).toList())
            .withLaunchers(IntStream.rangeClosed(1, HOSTS).mapToObj(Hosts::on).toList())
            .withConfiguration(Map.of("durability", durability))
            .withJavaOptions(javaOptions);
    ProcessCluster created = ProcessCluster.create(settings);
    cluster = created;
    return created;
  }

  private synchronized ProcessCluster cluster() {
    if (cluster == null) {
      throw new IllegalStateException("not started yet");
    }
    return cluster;
  }

  /** The mount is in the view of the file system that the peer has for itself. */
  private void awaitMount(ProcessPeer peer) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (!mounts(peer).contains(" " + mount(peer.id()) + " fuse.quorate ")) {
      peer.check();
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("peer " + peer.id() + " does not mount; its log ends" + peer.tail(5));
      }
      Thread.sleep(50);
    }
  }

  private static String mounts(ProcessPeer peer) throws IOException, InterruptedException {
    try {
      return Files.readString(Path.of("/proc", Long.toString(peer.pid()), "mounts"));
    } catch (NoSuchFileException e) {
      peer.awaitEnd();
      return "";
    }
  }

  private void awaitHealth(ProcessCluster started) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        status();
        return;
      } catch (IOException e) {
        // Not healthy yet, which is its exit status, or no answer.
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
      }
      for (ProcessPeer peer : started.peers()) {
        peer.check();
      }
    }
  }

  /** Fails unless the cluster is healthy. */
  private String status() throws IOException, InterruptedException {
    List<String> words = List.of("status", "--json", "-c", cluster().clientFile().toString());
    return Programs.run(Programs.java(Hosts.on(1), Quorate.class, words));
  }

  @Override
  public List<String> on(int host) {
    return List.of("nsenter", "-t", Long.toString(cluster().peer(host).pid()), "-n", "-m");
  }

  @Override
  public Path mount(int host) {
    return cluster().directory().resolve("mount-" + host);
  }

  /** What the peer of a host keeps on disks. */
  public Path data(int host) {
    return cluster().peer(host).data();
  }

  @Override
  public List<Long> processes() {
    return cluster().peers().stream().map(ProcessPeer::pid).toList();
  }

  @Override
  public String remark() throws IOException, InterruptedException {
    Matcher leader = LEADER.matcher(status());
    StringBuilder words = new StringBuilder("durability = " + durability);
    if (!mountOptions.isEmpty()) {
      words.append(", mounted with ").append(mountOptions);
    }
    words.append(", java ").append(String.join(" ", javaOptions));
    if (leader.find()) {
      words.append(", peer ").append(leader.group(1)).append(" leads");
    }
    if (recordings != null) {
      words.append(", processes ").append(processes());
    }
    return words.toString();
  }

  /** They are compiled while they run. */
  @Override
  public boolean warmsUp() {
    return true;
  }

  @Override
  public String lastWords() {
    StringBuilder words = new StringBuilder();
    for (ProcessPeer peer : cluster().peers()) {
      try {
        peer.check();
        words.append("peer ").append(peer.id()).append(" runs; its log ends:");
        words.append(peer.tail(5));
      } catch (ClusterFailedException e) {
        words.append(e.getMessage());
      }
      words.append(System.lineSeparator());
    }
    return words.toString().strip();
  }

  @Override
  public synchronized void close() throws IOException, InterruptedException {
    closed = true;
    if (cluster == null) {
      return;
    }
    if (recordings != null) {
      for (ProcessPeer peer : cluster.peers()) {
        if (peer.alive()) {
          peer.stop();
        }
      }
    }
    cluster.close();
  }
}

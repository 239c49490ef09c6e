package io.quorate.store.benchmarks.faults;

import io.quorate.store.benchmarks.Programs;
import io.quorate.store.fuse.cluster.Hosts;
import io.quorate.store.fuse.cluster.ProcessCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Four peers. The writer uses what its own host's peer has mounted, as programs in any language do,
 * or the API, its own host's peer first.
 */
final class QuorateSite implements Site {
  private static final List<String> PEER_JAVA = List.of("-Xmx1g", "-XX:+UseSerialGC");

  private final StageHosts hosts = new StageHosts();
  private final Path parent;
  private final boolean mounted;
  private @Nullable ProcessCluster cluster;
  private boolean closed;

  /**
   * One in a new directory in {@code parent}.
   *
   * @param mounted whether the writer goes through the mount, else through the API
   */
  QuorateSite(Path parent, boolean mounted) {
    this.parent = parent;
    this.mounted = mounted;
  }

  @Override
  public void start() throws IOException, InterruptedException, Hosts.Unavailable {
    hosts.create();
    create();
    for (int host = 1; host <= HOSTS; host++) {
      restart(host);
    }
    try (StatusFeed feed = feed(1)) {
      feed.await(StatusFeed.Answer::healthy);
    }
  }

  private synchronized void create() throws IOException {
    if (closed) {
      throw new IOException("the cluster has been closed");
    }
    ProcessCluster.Settings settings =
        ProcessCluster.Settings.temporary("faults", HOSTS, parent)
            .withHosts(IntStream.rangeClosed(1, HOSTS).mapToObj(Hosts::address).toList())
            .withLaunchers(IntStream.rangeClosed(1, HOSTS).mapToObj(Hosts::on).toList())
            .withJavaOptions(PEER_JAVA);
    cluster = ProcessCluster.create(settings);
  }

  private synchronized ProcessCluster cluster() {
    if (cluster == null) {
      throw new IllegalStateException("not started yet");
    }
    return cluster;
  }

  @Override
  public String name() {
    return "Quorate";
  }

  private StatusFeed feed(int host) throws IOException {
    return StatusFeed.start(Hosts.on(host), cluster().keyFile(), cluster().address(host));
  }

  /** Where the peer of a host mounts the tree, in a view of the file system of its own. */
  private Path mount(int host) {
    return cluster().directory().resolve("mount-" + host);
  }

  @Override
  public List<String> fileLoop(int host, String directory, long count) {
    return mounted ? onMount(host, directory, count) : onApi(host, directory, count);
  }

  private List<String> onMount(int host, String directory, long count) {
    String pid = Long.toString(cluster().peer(host).pid());
    String where = mount(host).resolve(directory).toString();
    return Programs.java(
        List.of("nsenter", "-t", pid, "-n", "-m"),
        FileLoop.class,
        List.of(where, Long.toString(count)));
  }

  private List<String> onApi(int host, String directory, long count) {
    List<String> arguments = new ArrayList<>();
    arguments.add("/" + directory);
    arguments.add(Long.toString(count));
    arguments.add(cluster().keyFile().toString());
    for (int i = 0; i < HOSTS; i++) {
      arguments.add(cluster().address((host - 1 + i) % HOSTS + 1));
    }
    return Programs.java(Hosts.on(host), FileLoop.class, arguments);
  }

  @Override
  public int mostNeeded() throws IOException, InterruptedException {
    try (StatusFeed feed = feed(1)) {
      return feed.await(answer -> answer.leader() != 0).leader();
    }
  }

  @Override
  public void cut(int host) throws IOException, InterruptedException {
    hosts.get().cut(host);
  }

  @Override
  public void mend(int host) throws IOException, InterruptedException {
    hosts.get().mend(host);
  }

  @Override
  public void kill(int host) throws InterruptedException {
    cluster().peer(host).kill();
  }

  @Override
  public void restart(int host) throws IOException {
    if (mounted) {
      Path directory = Files.createDirectories(mount(host));
      cluster().peer(host).start("--mount", directory.toString());
    } else {
      cluster().peer(host).start();
    }
  }

  @Override
  public void pause(int host) throws IOException, InterruptedException {
    cluster().peer(host).pause();
  }

  @Override
  public void resume(int host) throws IOException, InterruptedException {
    cluster().peer(host).resume();
  }

  @Override
  public Arrivals arrivals(int host, String directory, long count)
      throws IOException, InterruptedException {
    StatusFeed feed = feed(host);
    long before = feed.await(_ -> true).appliedIndex();
    return new Arrivals() {
      @Override
      public void awaitFirst() throws IOException, InterruptedException {
        feed.await(answer -> answer.appliedIndex() > before);
      }

      @Override
      public void awaitAll() throws IOException, InterruptedException {
        feed.await(StatusFeed.Answer::isComplete);
      }

      @Override
      public void close() throws InterruptedException {
        feed.close();
      }
    };
  }

  @Override
  public synchronized void close() throws IOException, InterruptedException {
    closed = true;
    try (hosts) {
      if (cluster != null) {
        cluster.close();
      }
    }
  }
}

package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Four peers in processes of their own on this machine, in a directory that goes with them. Closing
 * it, which also happens when this process is told to end, stops them and deletes the directory.
 */
final class DemoCluster implements AutoCloseable {
  static final int PEERS = 4;
  private static final long PATIENCE_MILLIS = 300_000;
  private static final long POLL_MILLIS = 20;

  /** Long enough to outlast an election on a slow machine, so that a kill is a pause, no error. */
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withOwner("quorate demo").withDeadline(Duration.ofSeconds(60));

  private final Surroundings surroundings;
  private final Path directory;
  private final boolean ownDirectory;
  private final List<ChildPeer> peers = new ArrayList<>();
  private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);
  private final ReentrantLock ending = new ReentrantLock();
  private volatile boolean interrupted;
  private boolean released;

  private DemoCluster(Surroundings surroundings, Path directory, boolean ownDirectory) {
    this.surroundings = surroundings;
    this.directory = directory;
    this.ownDirectory = ownDirectory;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Writes the configuration of a new cluster.
   *
   * @param data where it keeps everything; must be empty or not exist. null for a temporary
   *     directory
   */
  static DemoCluster create(Surroundings surroundings, @Nullable Path data) throws IOException {
    boolean ownDirectory = data == null || !Files.exists(data);
    DemoCluster cluster = new DemoCluster(surroundings, place(data), ownDirectory);
    try {
      List<Path> files = ClusterFiles.forDemo(cluster.directory, PEERS).peers();
      for (int id = 1; id <= PEERS; id++) {
        Path log = cluster.directory.resolve("peer-" + id + ".log");
        cluster.peers.add(new ChildPeer(id, files.get(id - 1), log));
      }
      return cluster;
    } catch (IOException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static Path place(@Nullable Path data) throws IOException {
    if (data == null) {
      return Files.createTempDirectory("quorate-demo-");
    }
    if (Files.exists(data)) {
      try (var entries = Files.list(data)) {
        if (entries.findAny().isPresent()) {
          throw Failure.notStarted("--data " + data + " is not empty; name a new directory");
        }
      }
    }
    return Files.createDirectories(data).toRealPath();
  }

  Path directory() {
    return directory;
  }

  Path clientFile() {
    return directory.resolve(ClusterOption.FILE_NAME);
  }

  List<ChildPeer> peers() {
    return peers;
  }

  ChildPeer peer(int id) {
    return peers.get(id - 1);
  }

  /** A client of one peer and no other. */
  Store connectTo(int peer) throws IOException {
    return surroundings.connector().connectTo(clientFile(), peer, PATIENT);
  }

  /** Starts all peers and returns when they are in step. */
  void start(StatusLine line) throws Exception {
    for (ChildPeer peer : peers) {
      peer.start();
    }
    await(1, "start", line, ClusterStatus::healthy);
  }

  /**
   * Waits until {@code peer} answers and sees the cluster as {@code wanted}; answers what it saw.
   * All peers must be running.
   */
  ClusterStatus await(int peer, String what, StatusLine line, Predicate<ClusterStatus> wanted)
      throws InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
    String seen = "nothing";
    while (true) {
      // A new connection while it does not answer: that it is up is noticed without delay.
      try (Store store = connectTo(peer)) {
        while (true) {
          ClusterStatus status = store.status();
          if (wanted.test(status)) {
            return status;
          }
          seen = describe(status);
          pause(deadlineNanos, what, seen, line);
        }
      } catch (IOException e) {
        seen = "peer " + peer + " does not answer: " + Complaint.of(e).line();
        pause(deadlineNanos, what, seen, line);
      }
    }
  }

  private void pause(long deadlineNanos, String what, String seen, StatusLine line)
      throws InterruptedException {
    peers.forEach(ChildPeer::check);
    if (System.nanoTime() > deadlineNanos) {
      throw Failure.failed(
          "gave up waiting for the peers to "
              + what
              + " after "
              + Human.millis(PATIENCE_MILLIS)
              + "; last seen: "
              + seen
              + logs());
    }
    line.paint(() -> "waiting for the peers to " + what + ": " + seen);
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

  /** The ends of all logs: what there is to say when it is not clear who is at fault. */
  private String logs() {
    StringBuilder text = new StringBuilder();
    for (ChildPeer peer : peers) {
      text.append(System.lineSeparator())
          .append("the log of peer ")
          .append(peer.id())
          .append(" ends:")
          .append(peer.tail(5));
    }
    return text.toString();
  }

  /** Leaves the peers running and the directory in place when this process ends. */
  void release() throws IOException {
    for (ChildPeer peer : peers) {
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
  boolean wasInterrupted() {
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
      for (ChildPeer peer : peers) {
        peer.kill();
      }
      deleteTree();
    } catch (IOException | InterruptedException e) {
      surroundings.complain(directory + " is still there: " + e.getMessage());
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

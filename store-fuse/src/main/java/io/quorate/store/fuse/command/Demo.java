package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.ProcessPeer;
import io.quorate.store.gateway.ClusterStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The demonstration: a tree goes in through one peer of four, the leader is killed with SIGKILL
 * when half is in, comes back when all is in, and then everything is read back through each peer
 * and compared with its source.
 *
 * <p>The leader is the harder of the peers to lose: the others must first elect a new one. The
 * writers use another peer, which outlives the kill, so that what is measured is how the cluster
 * takes it and not how a client finds a new peer.
 */
final class Demo {
  private static final int PEERS = 4;
  private static final String TARGET = "/demo";
  private static final int AT_ONCE = 8;
  private static final int MOST_DIFFERENCES = 5;

  /** Long enough to outlast an election on a slow machine, so that a kill is a pause, no error. */
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withOwner("quorate demo").withDeadline(Duration.ofSeconds(60));

  private final Surroundings surroundings;
  private final Verification.ReadBack readBack;
  private final PrintStream out;
  private final StatusLine line;

  Demo(Surroundings surroundings, Verification.ReadBack readBack) {
    this.surroundings = surroundings;
    this.readBack = readBack;
    out = surroundings.out();
    line = new StatusLine(surroundings, surroundings.terminal());
  }

  /**
   * Runs it and answers the exit status.
   *
   * @param directory the tree to use; null for files of the JDK
   * @param data where the peers keep their data; null for a temporary directory
   * @param keep whether to leave the cluster running
   */
  int run(@Nullable Path directory, @Nullable Path data, boolean keep) throws Exception {
    SourceTree tree = directory == null ? SourceTree.ofJdk() : SourceTree.of(directory);
    try (ProcessCluster cluster = create(data)) {
      try {
        checkSpace(cluster.directory(), tree);
        int status = run(cluster, tree);
        if (keep) {
          cluster.release();
          explain(cluster);
        }
        return status;
      } catch (Exception e) {
        if (cluster.wasInterrupted()) {
          return ExitStatus.FAILED;
        }
        throw e;
      } finally {
        line.close();
      }
    }
  }

  private ProcessCluster create(@Nullable Path data) throws IOException {
    ProcessCluster.Settings settings =
        data == null
            ? ProcessCluster.Settings.temporary(
                "demo", PEERS, Path.of(System.getProperty("java.io.tmpdir")))
            : ProcessCluster.Settings.of("demo", PEERS, data);
    try {
      return ProcessCluster.create(
          settings.withConfiguration(ClusterFiles.LITTLE_ROOM).withProgress(line::paint));
    } catch (DirectoryNotEmptyException e) {
      throw Failure.notStarted("--data " + data + " is not empty; name a new directory");
    }
  }

  private int run(ProcessCluster cluster, SourceTree tree) throws Exception {
    String fileSystem = Files.getFileStore(cluster.directory()).type();
    say("data", cluster.directory() + " (" + fileSystem + ")");
    long startNanos = System.nanoTime();
    cluster.start();
    String pids = String.join(" ", cluster.peers().stream().map(peer -> "" + peer.pid()).toList());
    say(
        "peers",
        cluster.peers().size() + " processes (" + pids + "), started in " + since(startNanos));
    say(
        "source",
        Human.count(tree.files().size(), "file")
            + ", "
            + Human.bytes(tree.bytes())
            + ", of "
            + tree.origin());
    int victim = write(cluster, tree);
    bringBack(cluster, victim);
    return verify(cluster, tree);
  }

  /** Puts the tree in through one peer and kills another; answers which. */
  private int write(ProcessCluster cluster, SourceTree tree) throws Exception {
    int through;
    try (Store any = cluster.connectTo(1, PATIENT)) {
      int leader = any.status().leader();
      through = leader == 1 ? 2 : 1;
    }
    int[] victim = new int[1];
    try (Store store = cluster.connectTo(through, PATIENT)) {
      Progress progress = new Progress(line, "writing", tree.files().size(), tree.bytes());
      Upload upload = new Upload(tree, store, store.path(TARGET), AT_ONCE, progress);
      Upload.Report report =
          upload.run(() -> victim[0] = kill(cluster, store, through, progress.files()));
      say(
          "written",
          Human.count(report.files(), "file")
              + ", "
              + Human.bytes(report.bytes())
              + " through peer "
              + through
              + " in "
              + Human.millis(report.nanos() / 1_000_000)
              + ": "
              + Human.perSecond(report.files(), report.nanos())
              + " files/s, "
              + Human.rate(report.bytes(), report.nanos())
              + ", "
              + AT_ONCE
              + " at once");
      say(
          "pause",
          "writes paused for "
              + Human.millis(report.pauseNanos() / 1_000_000)
              + " at the kill (the longest gap between two acknowledgements; before it "
              + Human.millis(report.pauseBeforeNanos() / 1_000_000)
              + ")");
      if (report.repeated() > 0) {
        say(
            "",
            Human.count(report.repeated(), "put") + " failed at the kill and had to be repeated");
      }
    }
    return victim[0];
  }

  private int kill(ProcessCluster cluster, Store store, int through, long filesIn)
      throws Exception {
    int leader = store.status().leader();
    int victim = leader == 0 || leader == through ? (through % PEERS) + 1 : leader;
    long pid = cluster.peer(victim).pid();
    cluster.peer(victim).kill();
    String role = victim == leader ? "the leader" : "a follower";
    line.above(
        () ->
            say(
                "killed",
                "peer "
                    + victim
                    + ", "
                    + role
                    + ", with SIGKILL (pid "
                    + pid
                    + ") when "
                    + Human.count(filesIn, "file")
                    + " were in"));
    return victim;
  }

  private void bringBack(ProcessCluster cluster, int victim) throws Exception {
    ClusterStatus before;
    try (Store store = cluster.connectTo((victim % PEERS) + 1, PATIENT)) {
      before = store.status();
    }
    long target = before.commitIndex();
    long lacking = before.peers().get(victim - 1).lagEntries();
    long startNanos = System.nanoTime();
    cluster.peer(victim).start();
    AtomicLong upNanos = new AtomicLong(-1);
    // Its own word counts: what the others know of it may date from before the kill.
    cluster.await(
        victim,
        "catch up",
        seen -> {
          upNanos.compareAndSet(-1, System.nanoTime());
          return seen.healthy() && seen.peers().get(victim - 1).appliedIndex() >= target;
        });
    say(
        "returned",
        "peer "
            + victim
            + " is in step "
            + since(startNanos)
            + " after its restart"
            + (lacking > 0
                ? ", which it began " + Human.count(lacking) + " log entries behind"
                : "")
            + " (it answered after "
            + Human.millis((upNanos.get() - startNanos) / 1_000_000)
            + ")");
  }

  private int verify(ProcessCluster cluster, SourceTree tree) throws Exception {
    boolean equal = true;
    for (ProcessPeer peer : cluster.peers()) {
      try (Store store = cluster.connectTo(peer.id(), PATIENT)) {
        Progress progress =
            new Progress(
                line, "reading through peer " + peer.id(), tree.files().size(), tree.bytes());
        Verification.Report report =
            new Verification(tree, AT_ONCE, readBack).run(store, store.path(TARGET), progress);
        equal &= report.differences().isEmpty();
        say("peer " + peer.id(), outcome(report, tree));
        report.differences().entrySet().stream()
            .limit(MOST_DIFFERENCES)
            .forEach(difference -> say("", difference.getKey() + " " + difference.getValue()));
        if (report.differences().size() > MOST_DIFFERENCES) {
          say("", "and " + (report.differences().size() - MOST_DIFFERENCES) + " more");
        }
      }
    }
    try (Store store = cluster.connectTo(1, PATIENT)) {
      ClusterStatus status = store.status();
      equal &= status.digestsAgree();
      say("digests", status.digestsAgree() ? "agree on all peers" : "DIFFER between peers");
    }
    line.close();
    out.println();
    out.println(
        equal
            ? "All four peers hold exactly what was written."
            : "NOT ALL PEERS HOLD WHAT WAS WRITTEN.");
    out.flush();
    return equal ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private static String outcome(Verification.Report report, SourceTree tree) {
    String speed =
        " ("
            + Human.perSecond(tree.files().size(), report.nanos())
            + " files/s, "
            + Human.rate(report.bytes(), report.nanos())
            + ")";
    return report.differences().isEmpty()
        ? "all " + Human.count(tree.files().size(), "file") + " read back, equal by SHA-256" + speed
        : Human.count(report.equalFiles())
            + " of "
            + Human.count(tree.files().size(), "file")
            + " equal; "
            + Human.count(report.differences().size())
            + " DIFFER:";
  }

  private void explain(ProcessCluster cluster) {
    String launcher = surroundings.program();
    List<String> pids = cluster.peers().stream().map(peer -> "" + peer.pid()).toList();
    out.println();
    out.println("The peers still run. To use them:");
    out.println("  export " + ClusterOption.VARIABLE + "=" + cluster.clientFile());
    out.println("  " + launcher + " status");
    out.println("  " + launcher + " ls -l " + TARGET);
    out.println("  echo hello | " + launcher + " put - /hello.txt");
    out.println("To end them:");
    out.println("  kill " + String.join(" ", pids) + "; rm -r " + cluster.directory());
    out.flush();
  }

  /** Four copies must fit, the journal's preallocated segments and the metadata as well. */
  private static void checkSpace(Path directory, SourceTree tree) throws IOException {
    long needed = PEERS * (tree.bytes() + ClusterFiles.DEMO_SPARE_BYTES);
    long usable = Files.getFileStore(directory).getUsableSpace();
    if (usable < needed) {
      throw Failure.notStarted(
          "four copies need "
              + Human.bytes(needed)
              + ", and "
              + directory
              + " has "
              + Human.bytes(usable)
              + " free; name a place with --data DIR, or a smaller tree");
    }
  }

  private static String since(long startNanos) {
    return Human.millis((System.nanoTime() - startNanos) / 1_000_000);
  }

  private void say(String label, String text) {
    line.above(
        () -> {
          out.println(String.format("  %-9s %s", label, text));
          out.flush();
        });
  }

  /** The way a demonstration reads: with the JDK's own call. */
  static Verification.ReadBack plainly() {
    return Files::newInputStream;
  }
}

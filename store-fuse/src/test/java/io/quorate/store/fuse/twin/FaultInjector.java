package io.quorate.store.fuse.twin;

import io.quorate.store.fuse.cluster.Hosts;
import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.ProcessPeer;
import io.quorate.store.sim.SimRandom;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Does harm of all kinds, two at a time at most, and mends it after a while.
 *
 * <p>None of it may cost an acknowledged byte: what a killed process has written is in the page
 * cache, and a full disk keeps what it has. A peer whose disk is full may end; nothing else ends a
 * peer but this class.
 */
final class FaultInjector {
  /** What is done; dealt like cards, so that each comes in a run of a minute. */
  enum Fault {
    KILL,
    KILL_ALL,
    PAUSE,
    CUT,
    ONE_WAY,
    FLAP,
    FULL_DISK,
    KILL_CLIENT
  }

  private static final Set<Fault> OF_ONE_PEER =
      EnumSet.of(Fault.KILL, Fault.PAUSE, Fault.CUT, Fault.ONE_WAY, Fault.FLAP);

  private static final int MAX_AT_ONCE = 2;

  /** Mistakes of a leader that is cut off or slow are the ones that cost data. */
  private static final double LEADER_CHANCE = 0.5;

  private static final int ZEROS_BYTES = 64 << 10;

  private interface Mending {
    void mend() throws IOException, InterruptedException;
  }

  /**
   * Something that is broken.
   *
   * @param what is broken; nothing else can break it meanwhile
   */
  private record Harm(String what, long untilNanos, Mending mending) {}

  private final ProcessCluster cluster;
  private final Hosts hosts;
  private final List<ClientProcess> clients;
  private String clientsWork = "";
  private final List<Integer> smallDisks;
  private final SimRandom random;
  private final TwinHistory history;
  private final Deque<Fault> deck = new ArrayDeque<>();
  private int decks;
  private final Set<Fault> came = EnumSet.noneOf(Fault.class);
  private final List<Harm> harms = new ArrayList<>();

  /** Peers that were killed, and that must not be missed. */
  private final Set<Integer> down = new HashSet<>();

  /** Peers whose disk was full since they were started. */
  private final Set<Integer> fullInThisLife = new HashSet<>();

  /**
   * An injector.
   *
   * @param smallDisks peers whose disk can be filled
   */
  FaultInjector(
      ProcessCluster cluster,
      Hosts hosts,
      List<ClientProcess> clients,
      List<Integer> smallDisks,
      SimRandom random,
      TwinHistory history) {
    this.cluster = cluster;
    this.hosts = hosts;
    this.clients = clients;
    this.smallDisks = smallDisks;
    this.random = random;
    this.history = history;
  }

  /**
   * Goes on until then, and until each fault has come once; then mends everything. Stops, and
   * answers false, when a peer has ended that had no reason to.
   *
   * @param work what a client is told that was killed
   */
  boolean runUntil(long endNanos, String work) throws IOException, InterruptedException {
    clientsWork = work;
    long nextNanos = System.nanoTime();
    while (System.nanoTime() - endNanos < 0 || !allCame()) {
      mendWhatIsDue(System.nanoTime());
      if (!lookAfterPeers()) {
        return false;
      }
      if (System.nanoTime() - nextNanos >= 0 && harms.size() < MAX_AT_ONCE) {
        begin(deal());
        nextNanos = System.nanoTime() + millis(100, 1_200);
      }
      // A pause between two looks at the clock.
      Thread.sleep(10);
    }
    mendWhatIsDue(Long.MAX_VALUE);
    return lookAfterPeers();
  }

  private boolean allCame() {
    return Arrays.stream(Fault.values()).allMatch(came::contains);
  }

  private long millis(long least, long most) {
    return TimeUnit.MILLISECONDS.toNanos(random.between(least, most));
  }

  private Fault deal() {
    if (deck.isEmpty()) {
      List<Fault> all = new ArrayList<>(Arrays.asList(Fault.values()));
      if (++decks % 2 == 0) {
        // It costs seconds in which nothing can be found but what a restart breaks.
        all.remove(Fault.KILL_ALL);
      }
      // A leader that is cut off is where a wrong commit shows.
      all.add(Fault.CUT);
      Collections.shuffle(all, new Random(random.nextLong()));
      deck.addAll(all);
    }
    return deck.poll();
  }

  private void begin(Fault fault) throws IOException, InterruptedException {
    int leader = history.leader();
    int id = 1 + random.below(cluster.peers().size());
    if (leader != 0 && random.chance(LEADER_CHANCE)) {
      id = leader;
    }
    boolean done = begin(fault, id);
    if (done) {
      came.add(fault);
      history.count("fault " + fault);
      if (id == leader && OF_ONE_PEER.contains(fault)) {
        history.count("fault of the leader");
      }
    } else {
      deck.add(fault);
    }
  }

  /** Answers whether it could be done. */
  private boolean begin(Fault fault, int id) throws IOException, InterruptedException {
    ProcessPeer peer = cluster.peer(id);
    return switch (fault) {
      case KILL -> kill(peer);
      case KILL_ALL -> killAll();
      case PAUSE -> pause(peer);
      case CUT -> harm("link " + id, millis(500, 4_000), () -> hosts.cut(id), () -> hosts.mend(id));
      case ONE_WAY -> {
        int other = (id + random.below(cluster.peers().size() - 1)) % cluster.peers().size() + 1;
        yield random.chance(0.5) ? oneWay(id, other) : oneWay(other, id);
      }
      case FLAP -> flap(id);
      case FULL_DISK -> fill(cluster.peer(random.pick(smallDisks)));
      case KILL_CLIENT -> {
        clients.get(id - 1).killAndRestart(clientsWork);
        yield true;
      }
    };
  }

  /** Breaks what is not broken yet; answers whether it was. */
  private boolean harm(String what, long nanos, Mending breaking, Mending mending)
      throws IOException, InterruptedException {
    if (harms.stream().anyMatch(harm -> harm.what.equals(what))) {
      return false;
    }
    breaking.mend();
    harms.add(new Harm(what, System.nanoTime() + nanos, mending));
    return true;
  }

  private void mendWhatIsDue(long nowNanos) throws IOException, InterruptedException {
    for (Harm harm : List.copyOf(harms)) {
      if (harm.untilNanos <= nowNanos) {
        harm.mending.mend();
        harms.remove(harm);
      }
    }
  }

  private boolean kill(ProcessPeer peer) throws IOException, InterruptedException {
    return peer.alive()
        && harm(
            "process " + peer.id(),
            millis(0, 2_000),
            () -> {
              down.add(peer.id());
              peer.kill();
            },
            () -> start(peer));
  }

  private void start(ProcessPeer peer) throws IOException {
    peer.start();
    down.remove(peer.id());
    if (harms.stream().noneMatch(harm -> harm.what.equals("disk " + peer.id()))) {
      fullInThisLife.remove(peer.id());
    }
  }

  private boolean killAll() throws IOException, InterruptedException {
    for (Harm harm : List.copyOf(harms)) {
      if (harm.what.startsWith("process ")) {
        harm.mending.mend();
        harms.remove(harm);
      }
    }
    List<String> words = new ArrayList<>(List.of("kill", "-KILL"));
    for (ProcessPeer peer : cluster.peers()) {
      if (peer.alive()) {
        words.add(Long.toString(peer.pid()));
      }
    }
    // By one command, and so at once.
    new ProcessBuilder(words).start().waitFor();
    long untilNanos = System.nanoTime() + millis(0, 1_000);
    for (ProcessPeer peer : cluster.peers()) {
      peer.kill();
      down.add(peer.id());
      harms.add(new Harm("process " + peer.id(), untilNanos, () -> start(peer)));
    }
    return true;
  }

  private boolean pause(ProcessPeer peer) throws IOException, InterruptedException {
    return peer.alive()
        && harm("process " + peer.id(), millis(200, 3_000), peer::pause, peer::resume);
  }

  private boolean oneWay(int from, int to) throws IOException, InterruptedException {
    return harm(
        "link " + from,
        millis(500, 4_000),
        () -> hosts.cutOneWay(from, to),
        () -> hosts.mendOneWay(from, to));
  }

  private boolean flap(int host) throws IOException, InterruptedException {
    if (harms.stream().anyMatch(harm -> harm.what.equals("link " + host))) {
      return false;
    }
    for (int times = 2 + random.below(4); times > 0; times--) {
      hosts.unplug(host);
      TimeUnit.NANOSECONDS.sleep(millis(20, 300));
      hosts.plug(host);
      TimeUnit.NANOSECONDS.sleep(millis(20, 300));
    }
    return true;
  }

  private boolean fill(ProcessPeer peer) throws IOException, InterruptedException {
    Path filler = peer.data().resolve("filler");
    return peer.alive()
        && harm(
            "disk " + peer.id(),
            millis(500, 4_000),
            () -> {
              fullInThisLife.add(peer.id());
              fill(filler, random.below(3) << 20);
            },
            () -> Files.delete(filler));
  }

  private static void fill(Path filler, long leaveBytes) throws IOException {
    FileStore disk = Files.getFileStore(filler.getParent());
    byte[] zeros = new byte[ZEROS_BYTES];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (disk.getUsableSpace() > leaveBytes + ZEROS_BYTES) {
        out.write(zeros);
      }
    } catch (IOException e) {
      // The peer has taken the rest meanwhile, which is what was wanted.
    }
  }

  /**
   * A peer that has ended by itself is an error, or has met a full disk and is started again. It
   * may have been about to end when there was room again, so this is to be asked later, too.
   */
  boolean lookAfterPeers() throws IOException {
    for (ProcessPeer peer : cluster.peers()) {
      int id = peer.id();
      if (peer.alive() || down.contains(id)) {
        continue;
      }
      if (!fullInThisLife.contains(id)) {
        history.problem("peer " + id + " has ended by itself:" + peer.tail(20));
        return false;
      }
      if (harms.stream().noneMatch(harm -> harm.what.endsWith(" " + id))) {
        history.count("peer that ended on a full disk");
        start(peer);
      }
    }
    return true;
  }
}

package io.quorate.store.fuse.command;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.quorate.store.log.Membership;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.server.DataDirectory;
import io.quorate.store.peer.StoppedPeer;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Forces a quorum of the peers that are left, after the others were lost for good. */
@Command(
    name = "recover",
    description = {
      "Go on with too few peers for a quorum, after the others were lost for good.",
      "",
      "Run it for each survivor while none of them runs, with the same --survivors, and start them"
          + " then. They alone vote from then on; the others are to be replaced with quorate peer"
          + " replace. CONFIG is the survivor's configuration.",
      "",
      "WARNING. A peer that was taken for lost and comes back may have acknowledged writes that the"
          + " survivors do not have: then there are two truths. Make sure that none of the others"
          + " ever starts again with its old disk. When half of an even number of voting peers"
          + " survive (two of four, three of six), nothing that was acknowledged is lost; with"
          + " fewer the newest writes may be.",
      "",
      "Without --accept-loss it says what it would do, and does nothing."
    },
    customSynopsis = {"quorate recover --force-quorum --survivors ID,ID [--accept-loss] CONFIG"},
    exitCodeList = {
      "0:this survivor is ready to be started",
      "1:refused, or --accept-loss was not given; nothing was changed",
      "2:wrong usage, a peer that runs, or data that can not be read; nothing was changed"
    },
    footerHeading = "%nExample, when peers 3 and 4 of four are lost:%n",
    footer = {
      "  quorate recover --force-quorum --survivors 1,2 --accept-loss peer-1.conf",
      "  quorate recover --force-quorum --survivors 1,2 --accept-loss peer-2.conf"
    })
final class RecoverCommand implements Callable<Integer> {
  @ParentCommand private QuorateCommand root;

  @Option(
      names = "--force-quorum",
      required = true,
      description = "What is to be done. There is nothing else yet, and no default.")
  private boolean forceQuorum;

  @Option(
      names = "--survivors",
      required = true,
      split = ",",
      paramLabel = "ID,ID",
      description = "All peers that are left, the same for each of them.")
  private List<Integer> survivors = new ArrayList<>();

  @Option(
      names = "--accept-loss",
      description = "Do it: the other peers are lost for good, and never start again.")
  private boolean acceptsLoss;

  @Parameters(paramLabel = "CONFIG", description = "The survivor's file, as init wrote it.")
  private Path configuration;

  @Override
  public Integer call() throws IOException {
    PeerConfig config;
    try {
      config = PeerConfig.read(root.surroundings().directory().resolve(configuration));
    } catch (IOException e) {
      throw Failure.notStarted(Complaint.of(e).line());
    }
    Set<Integer> left = new TreeSet<>(survivors);
    if (!left.contains(config.peerId())) {
      throw Failure.notStarted(
          "--survivors "
              + left
              + " does not name peer "
              + config.peerId()
              + ", whose file this is");
    }
    Path scratch = Files.createTempDirectory("quorate-recover-");
    try (RealWorld world = RealWorld.create()) {
      Membership forced;
      try (StoppedPeer peer = open(world, config, scratch)) {
        forced = forced(config, peer, left);
      }
      force(world, config, forced);
      return ExitStatus.DONE;
    } finally {
      MoreFiles.deleteRecursively(scratch, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static StoppedPeer open(RealWorld world, PeerConfig config, Path scratch) {
    try {
      return DataDirectory.open(world, config.dataDirectory(), scratch);
    } catch (IOException e) {
      throw Failure.notStarted(Complaint.of(e).line());
    }
  }

  /** What is to be forced, once it was said what that means and the operator has agreed. */
  private Membership forced(PeerConfig config, StoppedPeer peer, Set<Integer> left) {
    Membership before = membership(config, peer);
    Set<Integer> lost = new TreeSet<>(before.members());
    lost.removeAll(left);
    Membership forced;
    try {
      forced =
          before.forcedOnto(
              left,
              "at "
                  + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                  + " by "
                  + System.getProperty("user.name", "somebody")
                  + " onto peers "
                  + left
                  + ", without peers "
                  + lost);
    } catch (IllegalArgumentException e) {
      throw Failure.failed(String.valueOf(e.getMessage()));
    }
    PrintStream out = root.surroundings().out();
    out.println(
        "peer "
            + config.peerId()
            + ": its log ends with entry "
            + peer.lastIndex()
            + " of term "
            + peer.lastTerm());
    peer.doubts().forEach(doubt -> out.println("  doubtful: " + doubt));
    out.println("voting peers: " + before.voters().keySet() + "; from now on " + left);
    out.println(
        "WARNING: peers "
            + lost
            + " must never start again with their old disks. What they alone have is lost.");
    if (!acceptsLoss) {
      throw Failure.failed("nothing was changed; repeat it with --accept-loss");
    }
    return forced;
  }

  private void force(RealWorld world, PeerConfig config, Membership forced) throws IOException {
    try {
      DataDirectory.force(world, config.dataDirectory(), forced);
    } catch (IOException e) {
      throw Failure.notStarted(Complaint.of(e).line());
    }
    Set<Integer> lost = new TreeSet<>(forced.members());
    lost.removeAll(forced.voters().keySet());
    root.surroundings()
        .out()
        .println(
            "a quorum is forced "
                + forced.audit()
                + "; do the same for each survivor, start them, and replace "
                + lost
                + " with quorate peer replace");
  }

  /** What the log says, else who founded the cluster; with the addresses of the configuration. */
  private static Membership membership(PeerConfig config, StoppedPeer peer) {
    SortedMap<Integer, String> addresses = new TreeMap<>();
    SortedMap<Integer, Long> founders = new TreeMap<>();
    config
        .peers()
        .forEach(
            (id, endpoint) -> {
              addresses.put(id, endpoint.toString());
              if (id != config.peerId() || !config.joins()) {
                founders.put(id, 1L);
              }
            });
    return peer.members(new Membership(0, founders, new TreeMap<>())).reachedAt(addresses);
  }
}

package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.Upkeep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has peers look over what they store. */
@Command(
    name = "scrub",
    description = {
      "Look over all that is stored, now, and mend what is damaged.",
      "",
      "Each peer reads and checks every chunk of content and computes the digest of its metadata"
          + " anew; what is damaged comes from another peer. Peers do this by themselves now and"
          + " then, too. With --peer only that one does it; otherwise all."
    },
    exitCodeList = {
      "0:begun; with --wait: ended, and what was damaged is mended",
      "1:a peer did not begin, or with --wait: something could not be mended",
      "2:wrong usage, or no peer answers"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  quorate scrub --wait",
      "  quorate scrub --peer 3 --fast --wait   # before the others are taken away"
    })
final class ScrubCommand extends ClientCommand {
  private static final long POLL_MILLIS = 250;

  /** A demand that a peer has not heard of by then is sent again. */
  private static final long AGAIN_NANOS = 3_000_000_000L;

  /** A peer that has not begun by then will not. */
  private static final long BEGINNING_NANOS = 20_000_000_000L;

  /** What is not mended by then, after the last pass has ended, may take long. */
  private static final long MENDING_NANOS = 15_000_000_000L;

  @Option(
      names = {"-w", "--wait"},
      description = "Wait for the end, and report what was found and mended.")
  private boolean wait;

  @Option(
      names = "--fast",
      description =
          "Read as fast as the disks can. Default: at the pace that each peer is set to, which"
              + " spares everybody else.")
  private boolean fast;

  @Mixin private JsonOption json;

  private long sentNanos;

  /** Peers that were seen to have begun. */
  private final Set<Integer> begun = new HashSet<>();

  @Override
  int run(Store store) throws Exception {
    long ticket = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    ScrubDemand demand =
        new ScrubDemand(ticket, cluster().peer(), fast ? ScrubDemand.FULL_SPEED : 0);
    List<PeerStatus> targets = targets(status(store));
    if (targets.isEmpty()) {
      throw Failure.notStarted("there is no peer " + cluster().peer());
    }
    for (PeerStatus peer : targets) {
      if (peer.state() == State.UNREACHABLE) {
        complain(Failure.failed("peer " + peer.id() + " can not be reached: it is left out"));
      }
    }
    boolean all = targets.stream().noneMatch(peer -> peer.state() == State.UNREACHABLE);
    demand(store, demand);
    TreeMap<Integer, PeerStatus> seen = await(store, demand);
    report(seen);
    boolean good = all && seen.values().stream().allMatch(peer -> !wait || isGood(peer));
    return good ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private List<PeerStatus> targets(ClusterStatus status) {
    int one = cluster().peer();
    return status.peers().stream().filter(peer -> one == 0 || peer.id() == one).toList();
  }

  private void demand(Store store, ScrubDemand demand) throws IOException {
    store.scrub(demand);
    sentNanos = System.nanoTime();
  }

  /** Waits until all have begun or, if that is wanted, have ended; answers how they are then. */
  private TreeMap<Integer, PeerStatus> await(Store store, ScrubDemand demand)
      throws IOException, InterruptedException {
    TreeMap<Integer, PeerStatus> seen = new TreeMap<>();
    long startNanos = System.nanoTime();
    long endedNanos = 0;
    try (StatusLine line = new StatusLine(surroundings(), surroundings().terminal())) {
      while (true) {
        seen.clear();
        for (PeerStatus peer : targets(status(store))) {
          if (peer.state() != State.UNREACHABLE) {
            seen.put(peer.id(), peer);
            note(peer, demand);
          }
        }
        if (!wait && seen.keySet().stream().allMatch(begun::contains)) {
          return seen;
        }
        if (wait && seen.values().stream().allMatch(this::hasEnded)) {
          endedNanos = endedNanos == 0 ? System.nanoTime() : endedNanos;
          boolean late = System.nanoTime() - endedNanos > MENDING_NANOS;
          if (late || seen.values().stream().allMatch(ScrubCommand::isSettled)) {
            return seen;
          }
        }
        line.paint(() -> progress(seen.values()));
        if (!seen.keySet().stream().allMatch(begun::contains)) {
          if (System.nanoTime() - startNanos > BEGINNING_NANOS) {
            throw Failure.failed("not all peers have begun; those that have: " + begun);
          }
          if (System.nanoTime() - sentNanos > AGAIN_NANOS) {
            demand(store, demand);
          }
        }
        // Peers are asked again and again: none tells by itself.
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  /** A pass that somebody else asked for later does as well: it began after this one. */
  private void note(PeerStatus peer, ScrubDemand demand) {
    long ticket = peer.upkeep().scrub().demanded().ticket();
    if (ticket == demand.ticket()) {
      begun.add(peer.id());
    } else if (ticket == 0) {
      begun.remove(peer.id()); // it was restarted
    }
  }

  private boolean hasEnded(PeerStatus peer) {
    return begun.contains(peer.id()) && peer.upkeep().scrub().demanded().ended();
  }

  private static boolean isMended(PeerStatus peer) {
    Upkeep.Demanded demanded = peer.upkeep().scrub().demanded();
    return demanded.mendedChunks() == demanded.damagedChunks();
  }

  /** Whether nothing more can be mended. */
  private static boolean isSettled(PeerStatus peer) {
    return isMended(peer) || peer.upkeep().content().isHopeless();
  }

  private static boolean isGood(PeerStatus peer) {
    return isMended(peer) && peer.upkeep().scrub().demanded().metadataSound();
  }

  private String progress(Iterable<PeerStatus> peers) {
    List<String> parts = new ArrayList<>();
    for (PeerStatus peer : peers) {
      Upkeep.Scrub scrub = peer.upkeep().scrub();
      String what =
          hasEnded(peer)
              ? isMended(peer) ? "done" : "mends"
              : begun.contains(peer.id()) ? scrub.percent() + "%" : "-";
      parts.add("peer " + peer.id() + ": " + what);
    }
    return "scrub: " + String.join("; ", parts);
  }

  private void report(TreeMap<Integer, PeerStatus> seen) {
    if (json.wanted()) {
      seen.values().forEach(peer -> print(json(peer)));
    } else if (wait) {
      Table table = new Table("<peer", ">chunks", ">bytes", ">damaged", ">mended", "<metadata");
      for (PeerStatus peer : seen.values()) {
        Upkeep.Demanded demanded = peer.upkeep().scrub().demanded();
        table.row(
            String.valueOf(peer.id()),
            Human.count(demanded.checkedChunks()),
            Human.bytes(demanded.checkedBytes()),
            Human.count(demanded.damagedChunks()),
            Human.count(demanded.mendedChunks()),
            demanded.metadataSound() ? "sound" : "DAMAGED");
      }
      table.print(surroundings().out());
    } else {
      String peers = String.join(", ", seen.keySet().stream().map(String::valueOf).toList());
      print("peers that look over what they store: " + peers + "; 'quorate status' tells how far");
    }
  }

  private static Map<String, @Nullable Object> json(PeerStatus peer) {
    Upkeep.Demanded demanded = peer.upkeep().scrub().demanded();
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("peer", peer.id());
    object.put("ended", demanded.ended());
    object.put("checkedChunks", demanded.checkedChunks());
    object.put("checkedBytes", demanded.checkedBytes());
    object.put("damagedChunks", demanded.damagedChunks());
    object.put("mendedChunks", demanded.mendedChunks());
    object.put("metadataSound", demanded.metadataSound());
    return object;
  }
}

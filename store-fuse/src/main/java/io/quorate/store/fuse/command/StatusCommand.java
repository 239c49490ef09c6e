package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.Upkeep;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows how the cluster is. */
@Command(
    name = "status",
    description = {
      "Show how the peers are.",
      "",
      "The table is what one peer sees: who leads, what each peer does, the last log entry it has"
          + " applied and how many it lacks, how many chunks of content it lacks ('+': it still"
          + " looks for more), its free space, how far scrubbing has come or when it last ended, and"
          + " whether the digests of all peers' metadata agree."
    },
    exitCodeList = {
      "0:healthy: a leader, every peer in step and with all content, digests equal",
      "1:not healthy",
      "2:wrong usage, or no peer answers"
    },
    footerHeading = "%nExample:%n",
    footer = "  quorate status || echo 'look after the cluster' | mail -s quorate ops")
final class StatusCommand extends ClientCommand {
  @Option(names = "--json", description = "Print JSON, for monitoring.")
  private boolean json;

  @Override
  int run(Store store) {
    ClusterStatus status = status(store);
    if (json) {
      surroundings().out().println(json(status));
    } else {
      print(status, surroundings().out());
    }
    return status.healthy() ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  static void print(ClusterStatus status, PrintStream out) {
    out.println(
        "cluster "
            + status.cluster()
            + ": "
            + (status.healthy() ? "healthy" : "NOT HEALTHY")
            + ", as peer "
            + status.reporter()
            + " sees it");
    out.println(
        status.leader() == 0
            ? "no leader: nothing can be written"
            : "leader "
                + status.leader()
                + " in term "
                + status.term()
                + ", commit index "
                + Human.count(status.commitIndex()));
    if (!status.writable() && status.leader() != 0) {
      out.println("no write quorum: too few peers can be reached, so writes are refused");
    }
    out.println(
        status.digestsAgree()
            ? "digests agree"
            : "DIGESTS DIFFER: the peers' metadata is not the same; take no peer away now");
    out.println();
    long now = System.currentTimeMillis();
    Table table =
        new Table(
            "<peer",
            "<address",
            "<state",
            ">applied",
            ">lag",
            ">missing",
            ">free",
            ">scrubbed",
            ">heard");
    for (PeerStatus peer : status.peers()) {
      table.row(
          String.valueOf(peer.id()),
          peer.address(),
          UpkeepFacts.words(peer),
          orDash(peer.appliedIndex()),
          orDash(peer.lagEntries()),
          UpkeepFacts.missing(peer),
          free(peer),
          UpkeepFacts.scrubbed(peer, now),
          heard(peer, status.reporter()));
    }
    table.print(out);
    for (PeerStatus peer : status.peers()) {
      String remark = UpkeepFacts.remark(peer);
      if (!remark.isEmpty()) {
        out.println("peer " + peer.id() + ": " + remark);
      }
    }
    UpkeepFacts.lost(status).forEach(out::println);
  }

  private static String free(PeerStatus peer) {
    if (peer.usableBytes() < 0) {
      return "-";
    }
    String free = Human.bytes(peer.usableBytes());
    return peer.totalBytes() > 0
        ? free + " (" + peer.usableBytes() * 100 / peer.totalBytes() + "%)"
        : free;
  }

  private static String heard(PeerStatus peer, int reporter) {
    if (peer.id() == reporter) {
      return "itself";
    }
    return peer.silentMillis() < 0 ? "never" : Human.millis(peer.silentMillis()) + " ago";
  }

  private static String orDash(long count) {
    return count < 0 ? "-" : Human.count(count);
  }

  static String json(ClusterStatus status) {
    Map<String, @Nullable Object> cluster = new LinkedHashMap<>();
    cluster.put("cluster", status.cluster());
    cluster.put("healthy", status.healthy());
    cluster.put("reporter", status.reporter());
    cluster.put("leader", status.leader() == 0 ? null : status.leader());
    cluster.put("term", status.term());
    cluster.put("commitIndex", status.commitIndex());
    cluster.put("writable", status.writable());
    cluster.put("digestsAgree", status.digestsAgree());
    List<Object> peers = new ArrayList<>();
    for (PeerStatus peer : status.peers()) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("id", peer.id());
      one.put("address", peer.address());
      one.put("state", peer.state().name());
      one.put("appliedIndex", UpkeepFacts.orNull(peer.appliedIndex()));
      one.put("lagEntries", UpkeepFacts.orNull(peer.lagEntries()));
      one.put("usableBytes", UpkeepFacts.orNull(peer.usableBytes()));
      one.put("totalBytes", UpkeepFacts.orNull(peer.totalBytes()));
      one.put("digest", peer.digest().isEmpty() ? null : peer.digest());
      one.put("silentMillis", UpkeepFacts.orNull(peer.silentMillis()));
      one.put("detail", peer.detail());
      one.put("activity", peer.activity().name());
      Upkeep upkeep = peer.upkeep();
      one.put("content", UpkeepFacts.json(upkeep.content()));
      one.put("checkpoint", UpkeepFacts.json(upkeep.checkpoint()));
      one.put("scrub", UpkeepFacts.json(upkeep.scrub()));
      one.put("space", UpkeepFacts.json(upkeep.space()));
      peers.add(one);
    }
    cluster.put("peers", peers);
    cluster.put("lost", UpkeepFacts.json(status.lost()));
    return Json.of(cluster);
  }
}

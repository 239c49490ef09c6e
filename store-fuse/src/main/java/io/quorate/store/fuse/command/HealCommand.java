package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.Activity;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Upkeep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what content peers lack and how fast it comes. */
@Command(
    name = "heal",
    description = {
      "Show what content peers lack, and how long it takes until they have it.",
      "",
      "Healing begins by itself; nothing has to be started. For each peer: what it is at, how many"
          + " chunks it lacks ('+': it still looks for more), what they amount to, how fast they"
          + " come, and how long that takes if it goes on like this."
    },
    exitCodeList = {
      "0:every peer answers and has all content",
      "1:content is missing, or a peer is",
      "2:wrong usage, or no peer answers"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  quorate heal", "  quorate heal --wait && echo 'the next peer may be restarted'"})
final class HealCommand extends ClientCommand {
  private static final long POLL_MILLIS = 500;

  @Option(
      names = {"-w", "--wait", "--watch"},
      description =
          "Wait until every peer answers and has all content that any of them has, and show how it"
              + " goes on.")
  private boolean wait;

  @Mixin private JsonOption json;

  @Override
  int run(Store store) throws Exception {
    ClusterStatus status = status(store);
    if (wait) {
      status = await(store, status);
    }
    if (json.wanted()) {
      print(json(status));
    } else {
      print(status);
    }
    return isHealed(status) ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private ClusterStatus await(Store store, ClusterStatus first) throws InterruptedException {
    ClusterStatus status = first;
    try (StatusLine line = new StatusLine(surroundings(), surroundings().terminal())) {
      String printed = "";
      while (!isHealed(status) && !isHopeless(status)) {
        ClusterStatus now = status;
        line.paint(() -> progress(now));
        String object = json.wanted() ? Json.of(json(now)) : "";
        if (!object.equals(printed)) {
          print(object);
          surroundings().out().flush();
          printed = object;
        }
        // Peers are asked again and again: none tells by itself.
        Thread.sleep(POLL_MILLIS);
        status = status(store);
      }
    }
    return status;
  }

  static boolean isHealed(ClusterStatus status) {
    return status.peers().stream().allMatch(HealCommand::isHealed);
  }

  private static boolean isHealed(PeerStatus peer) {
    return switch (peer.activity()) {
      case SERVING, FULL, LEARNING, ELECTING -> peer.upkeep().content().isComplete();
      case HEALING, DAMAGED, CATCHING_UP_BY_LOG, RECEIVING_CHECKPOINT, READMITTING, UNREACHABLE ->
          false;
    };
  }

  /** Whether all that is missing is lost, so that waiting changes nothing. */
  static boolean isHopeless(ClusterStatus status) {
    return status.peers().stream()
        .allMatch(peer -> isHealed(peer) || peer.activity() == Activity.DAMAGED);
  }

  private static boolean counts(PeerStatus peer) {
    return peer.state() != State.UNREACHABLE;
  }

  /** A line of what goes on, as {@code peer 4: 1,234 chunks, 20.0 MiB, 4.0 MiB/s, 0:06 left}. */
  static String progress(ClusterStatus status) {
    List<String> parts = new ArrayList<>();
    for (PeerStatus peer : status.peers()) {
      if (isHealed(peer)) {
        continue;
      }
      Upkeep.Content content = peer.upkeep().content();
      String what;
      if (peer.activity() == Activity.HEALING && content.missingChunks() > 0) {
        what =
            Human.count(content.missingChunks(), "chunk")
                + ", "
                + Human.bytes(content.missingBytes())
                + ", "
                + Human.bytes(content.bytesPerSecond())
                + "/s, "
                + UpkeepFacts.left(content)
                + " left";
      } else {
        what = UpkeepFacts.words(peer);
      }
      parts.add("peer " + peer.id() + ": " + what);
    }
    return String.join("; ", parts);
  }

  private void print(ClusterStatus status) {
    Table table = new Table("<peer", "<state", ">missing", ">bytes", ">rate", ">left");
    for (PeerStatus peer : status.peers()) {
      Upkeep.Content content = peer.upkeep().content();
      boolean comes = counts(peer) && content.missingChunks() > 0;
      table.row(
          String.valueOf(peer.id()),
          UpkeepFacts.words(peer),
          UpkeepFacts.missing(peer),
          counts(peer) ? Human.bytes(content.missingBytes()) : "-",
          comes ? Human.bytes(content.bytesPerSecond()) + "/s" : "-",
          comes ? UpkeepFacts.left(content) : "-");
    }
    table.print(surroundings().out());
    UpkeepFacts.lost(status).forEach(this::print);
    if (isHealed(status)) {
      print("every peer has all content");
    } else {
      print(isHopeless(status) ? "what is missing no peer has" : "not healed yet");
    }
  }

  private static Map<String, @Nullable Object> json(ClusterStatus status) {
    Map<String, @Nullable Object> cluster = new LinkedHashMap<>();
    cluster.put("cluster", status.cluster());
    cluster.put("healed", isHealed(status));
    List<Object> peers = new ArrayList<>();
    for (PeerStatus peer : status.peers()) {
      Map<String, @Nullable Object> one = new LinkedHashMap<>();
      one.put("id", peer.id());
      one.put("activity", peer.activity().name());
      if (counts(peer)) {
        one.putAll(UpkeepFacts.json(peer.upkeep().content()));
        one.put("checkpoint", UpkeepFacts.json(peer.upkeep().checkpoint()));
      }
      peers.add(one);
    }
    cluster.put("peers", peers);
    cluster.put("lost", UpkeepFacts.json(status.lost()));
    return cluster;
  }
}

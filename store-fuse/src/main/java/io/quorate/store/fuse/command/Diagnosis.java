package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.net.config.ConfigException;
import io.quorate.store.net.transport.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Says which peers are missing, and since when, to whoever met a cluster that does not answer. */
final class Diagnosis {
  /** For so long other peers are asked about one that was waited for already. */
  private static final Duration OTHERS = Duration.ofSeconds(2);

  private Diagnosis() {}

  /** What to say of a store that could not be opened. */
  static Failure ofConnecting(
      IOException thrown, Path file, ClusterOption cluster, Surroundings surroundings) {
    String line = Complaint.of(thrown).line();
    if (thrown instanceof ConfigException) {
      return Failure.notStarted(line);
    }
    if (thrown instanceof RefusedException refused) {
      return Failure.notStarted(Complaint.Kind.NO_CLUSTER, line + advice(refused, file));
    }
    if (cluster.peer() > 0) {
      return Failure.notStarted(
          Complaint.Kind.NO_CLUSTER,
          "peer " + cluster.peer() + ": " + line + seenByOthers(file, cluster, surroundings));
    }
    return Failure.notStarted(
        Complaint.Kind.NO_CLUSTER,
        line
            + "; the cluster is that of "
            + file
            + ": 'quorate serve' starts its peers, and a longer --timeout waits for them");
  }

  private static String advice(RefusedException refused, Path file) {
    return switch (refused.refusal()) {
      case WRONG_KEY ->
          "; the cluster.key that " + file + " names must be a copy of the one that the peers have";
      case OTHER_CLUSTER -> "; " + file + " belongs to another cluster than the peer it names";
      case NOT_QUORATE, VERSION, UNKNOWN_PEER, WRONG_PEER, NOT_READY, TOO_MANY ->
          " (as " + file + " has it)";
    };
  }

  private static String seenByOthers(Path file, ClusterOption cluster, Surroundings surroundings) {
    int peer = cluster.peer();
    try (Store store = surroundings.connector().connect(file, cluster.options(), OTHERS)) {
      ClusterStatus status = store.status();
      return status.peers().stream()
          .filter(one -> one.id() == peer && one.id() != status.reporter())
          .findFirst()
          .map(one -> "; peer " + status.reporter() + " says of it: " + silence(one))
          .orElse("; peer " + status.reporter() + " answers")
          .concat(", and the cluster is " + (status.writable() ? "writable" : "not writable"));
    } catch (IOException e) {
      return "; nor do the others answer: " + Complaint.of(e).line();
    }
  }

  /** Which of the peers answer, as the one that this store uses sees it; empty if none does. */
  static String ofPeers(Store store) {
    try {
      return ofPeers(store.status());
    } catch (IOException e) {
      return "; no peer says how the cluster is: " + Complaint.of(e).line();
    }
  }

  static String ofPeers(ClusterStatus status) {
    List<String> missing = new ArrayList<>();
    for (PeerStatus peer : status.peers()) {
      if (peer.state() == State.UNREACHABLE) {
        missing.add("peer " + peer.id() + " (" + peer.address() + ") " + silence(peer));
      }
    }
    int all = status.peers().size();
    int needed = all / 2 + 1;
    String counted =
        "; "
            + (all - missing.size())
            + " of "
            + all
            + " peers answer, and writing needs "
            + needed
            + (status.leader() == 0 ? "; there is no leader" : "");
    return missing.isEmpty() ? counted : counted + ": " + String.join(", ", missing);
  }

  private static String silence(PeerStatus peer) {
    if (peer.state() != State.UNREACHABLE) {
      return peer.detail().isEmpty() ? "it answers" : peer.detail();
    }
    return peer.silentMillis() < 0
        ? "has never been heard"
        : "has not answered for " + Human.millis(peer.silentMillis());
  }
}

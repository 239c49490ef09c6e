package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ClusterStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Four real peers, and what the tests of faults have in common. */
@Tag("processes")
@Timeout(value = 5, unit = TimeUnit.MINUTES) // Only against hanging for ever.
abstract class FaultCase {
  static final int PEERS = 4;

  /** Outlasts an election on a busy machine. */
  static final StoreOptions PATIENT = StoreOptions.defaults().withDeadline(Duration.ofSeconds(60));

  @TempDir Path directory;

  ProcessCluster.Settings settings() {
    return ProcessCluster.Settings.of("faults", PEERS, directory.resolve("cluster"));
  }

  /** The leader as peer 1 sees it. */
  static int leader(ProcessCluster cluster) throws Exception {
    return cluster.await(1, "elect", status -> status.leader() != 0).leader();
  }

  /** A peer that is not that one; another one for each {@code nth}, from 0. */
  static int other(int id, int nth) {
    return (id + nth) % PEERS + 1;
  }

  /** Reads everything through every peer. */
  static void verifyEverywhere(ProcessCluster cluster, Writers writers) throws Exception {
    for (ProcessPeer peer : cluster.peers()) {
      verify(cluster, peer.id(), writers);
    }
  }

  /** Reads everything through one peer. */
  static void verify(ProcessCluster cluster, int peer, Writers writers) throws Exception {
    assertTrue(writers.acknowledged() > 0, "nothing was acknowledged, so nothing was tested");
    try (Store store = cluster.connectTo(peer, PATIENT)) {
      writers.verify(store, "peer " + peer);
    }
  }

  static ClusterStatus.State state(ClusterStatus status, int peer) {
    return status.peers().stream()
        .filter(candidate -> candidate.id() == peer)
        .findFirst()
        .orElseThrow()
        .state();
  }
}

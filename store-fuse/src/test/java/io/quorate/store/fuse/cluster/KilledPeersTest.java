package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SIGKILL and SIGSTOP under load. */
final class KilledPeersTest extends FaultCase {
  private static final int FILE_BYTES = 16 << 10;

  @Test
  void allKilledAtOnce() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      cluster.start();
      Writers writers = new Writers("/killed", FILE_BYTES);
      try (Store first = cluster.connectTo(1, PATIENT);
          Store second = cluster.connectTo(3, PATIENT)) {
        writers.start(first, 8);
        writers.start(second, 8);
        writers.awaitMore(200);
        for (ProcessPeer peer : cluster.peers()) {
          peer.kill();
        }
      }
      writers.stop();
      cluster.start();
      verifyEverywhere(cluster, writers);
    }
  }

  @Test
  void leaderStandsStillAndGoesOn() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      cluster.start();
      int paused = leader(cluster);
      Writers writers = new Writers("/paused", FILE_BYTES);
      try (Store store = cluster.connectTo(other(paused, 0), PATIENT)) {
        writers.start(store, 8).awaitMore(50);
        cluster.peer(paused).pause();
        // So many can not have been under way: others have taken over.
        writers.awaitMore(200);
        assertNotEquals(paused, store.status().leader());
        cluster.peer(paused).resume();
        cluster.await(store, "be in step again", ClusterStatus::healthy);
        writers.awaitMore(50);
        writers.stop();
        assertEquals(List.of(), writers.failures());
      }
      verifyEverywhere(cluster, writers);
    }
  }
}

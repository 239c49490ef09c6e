package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each peer is told to end (SIGTERM) and started again, one after the other, under load. */
final class RollingRestartTest extends FaultCase {
  private static final int FILE_BYTES = 16 << 10;

  /** What a process ends with that was told to by SIGTERM and did so by itself. */
  private static final int EXIT_SIGTERM = 143;

  @Test
  void noOperationFailsOrIsLost() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      cluster.start();
      Writers writers = new Writers("/rolling", FILE_BYTES);
      try (Store first = cluster.connect(PATIENT, 1, 2, 3, 4);
          Store second = cluster.connect(PATIENT, 3, 4, 1, 2)) {
        writers.start(first, 4);
        writers.start(second, 4);
        for (ProcessPeer peer : cluster.peers()) {
          writers.awaitMore(200);
          restart(cluster, peer, writers);
        }
        // And the last leader, whoever it is by now, so that one was among them in any case.
        writers.awaitMore(100);
        restart(cluster, cluster.peer(leader(cluster)), writers);
        writers.awaitMore(100);
        writers.stop();
      }
      assertEquals(List.of(), writers.failures());
      verifyEverywhere(cluster, writers);
    }
  }

  private static void restart(ProcessCluster cluster, ProcessPeer peer, Writers writers)
      throws Exception {
    int observer = other(peer.id(), 0);
    boolean led = status(cluster, observer).leader() == peer.id();
    writers.beginPeriod();
    long began = System.nanoTime();
    assertEquals(EXIT_SIGTERM, peer.stop(), "exit status of peer " + peer.id());
    long stoppedMillis = (System.nanoTime() - began) / 1_000_000;
    if (led) {
      assertNotEquals(peer.id(), status(cluster, observer).leader(), "who leads after it ended");
    }
    peer.start();
    cluster.await(observer, "be in step again", ClusterStatus::healthy);
    System.out.println(
        "rolling restart: peer "
            + peer.id()
            + (led ? " (leader)" : "")
            + " ended in "
            + stoppedMillis
            + " ms; until all were in step again "
            + writers.describePeriod());
  }

  private static ClusterStatus status(ProcessCluster cluster, int through) throws Exception {
    return cluster.await(through, "answer", status -> status.leader() != 0);
  }
}

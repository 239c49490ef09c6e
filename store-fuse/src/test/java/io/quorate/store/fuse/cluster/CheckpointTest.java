package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A peer that was away for longer than the log goes back, with real databases and files. */
final class CheckpointTest extends FaultCase {
  private static final int FILE_BYTES = 4 << 10;
  private static final int AWAY = 4;

  @Test
  void aPeerThatMissedMoreThanTheLogHoldsIsCaughtUpByACheckpoint() throws Exception {
    try (ProcessCluster cluster =
        ProcessCluster.create(
            settings()
                .withConfiguration(Map.of("log.flushEntries", "40", "log.tailEntries", "5")))) {
      cluster.start();
      Writers writers = new Writers("/away", FILE_BYTES);
      try (Store store = cluster.connect(PATIENT, 1, 2, 3)) {
        writers.start(store, 4).awaitMore(100);
        cluster.peer(AWAY).kill();
        writers.awaitMore(400);
        cluster.peer(AWAY).start();
        awaitCheckpoint(cluster);
        writers.awaitMore(50);
        writers.stop();
        assertEquals(List.of(), writers.failures());
        cluster.await(store, "be in step again", ClusterStatus::healthy);
      }
      verify(cluster, AWAY, writers);
      Path data = cluster.peer(AWAY).data();
      assertTrue(Files.isDirectory(data.resolve("metadata")));
      assertFalse(Files.exists(data.resolve("metadata.staged")));
      assertFalse(Files.exists(data.resolve("metadata.replaced")));

      // What it has now is its own: it starts from it, and the others need not be asked.
      cluster.peer(AWAY).kill();
      cluster.peer(AWAY).start();
      cluster.await(AWAY, "be in step again", ClusterStatus::healthy);
      verifyEverywhere(cluster, writers);
    }
  }

  /** Waits until the peer's metadata is a checkpoint: then the checkpoint's manifest is in it. */
  private static void awaitCheckpoint(ProcessCluster cluster) throws Exception {
    Path manifest = cluster.peer(AWAY).data().resolve("metadata/manifest");
    long giveUpAt = System.nanoTime() + 60_000_000_000L;
    while (!Files.exists(manifest)) {
      cluster.peer(AWAY).check();
      if (System.nanoTime() > giveUpAt) {
        StringBuilder logs = new StringBuilder("no checkpoint was taken within a minute");
        cluster
            .peers()
            .forEach(peer -> logs.append("\npeer ").append(peer.id()).append(peer.tail(40)));
        throw new AssertionError(logs.toString());
      }
      Thread.sleep(20);
    }
  }
}

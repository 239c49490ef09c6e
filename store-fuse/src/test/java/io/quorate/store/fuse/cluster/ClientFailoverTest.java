package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.NoQuorumException;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a client of all peers notices when the one that it uses dies or stands still: nothing. */
final class ClientFailoverTest extends FaultCase {
  private static final int FILE_BYTES = 16 << 10;

  private static void awaitServedBy(ProcessCluster cluster, Store store, int peer)
      throws Exception {
    cluster.await(store, "serve the client through peer " + peer, s -> s.reporter() == peer);
  }

  @Test
  void thePreferredPeerIsKilledStoppedAndTakenAgain() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      cluster.start();
      int preferred = other(leader(cluster), 0);
      Writers writers = new Writers("/failover", FILE_BYTES);
      AtomicBoolean appending = new AtomicBoolean(true);
      List<String> appended = new ArrayList<>();
      List<Throwable> appendFailures = new CopyOnWriteArrayList<>();
      try (Store store =
          cluster.connect(
              PATIENT, preferred, other(preferred, 0), other(preferred, 1), other(preferred, 2))) {
        assertEquals(preferred, store.status().reporter());
        Files.createFile(store.path("/appended"));
        Thread appender =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int line = 0; appending.get(); line++) {
                          Files.writeString(
                              store.path("/appended"), line + "\n", StandardOpenOption.APPEND);
                          appended.add(Integer.toString(line));
                        }
                      } catch (IOException | RuntimeException e) {
                        appendFailures.add(e);
                      }
                    });
        writers.start(store, 8).awaitMore(50);

        cluster.peer(preferred).kill();
        writers.awaitMore(100);
        assertNotEquals(preferred, store.status().reporter());
        cluster.peer(preferred).start();
        awaitServedBy(cluster, store, preferred);
        writers.awaitMore(50);

        cluster.peer(preferred).pause();
        writers.awaitMore(100);
        assertNotEquals(preferred, store.status().reporter());
        cluster.peer(preferred).resume();
        awaitServedBy(cluster, store, preferred);
        writers.awaitMore(50);

        writers.stop();
        assertEquals(List.of(), writers.failures());
        appending.set(false);
        appender.join();
        assertEquals(List.of(), appendFailures);
        // Had a retry been applied again, a line would be there twice.
        assertEquals(appended, Files.readAllLines(store.path("/appended")));
      }
      verifyEverywhere(cluster, writers);
    }
  }

  @Test
  void withoutAnyPeerCallsEndByTheirDeadlineAndSayWhoWasTried() throws Exception {
    StoreOptions hasty = StoreOptions.defaults().withDeadline(Duration.ofSeconds(3));
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      cluster.start();
      try (Store store = cluster.connect(hasty, 1, 2, 3, 4)) {
        Files.writeString(store.path("/f"), "x");
        for (ProcessPeer peer : cluster.peers()) {
          peer.pause();
        }
        NoQuorumException failed =
            assertThrows(NoQuorumException.class, () -> Files.readString(store.path("/f")));
        String message = failed.getMessage();
        assertTrue(message.contains(cluster.address(1)), message);
        for (ProcessPeer peer : cluster.peers()) {
          peer.resume();
        }
      }
    }
  }
}

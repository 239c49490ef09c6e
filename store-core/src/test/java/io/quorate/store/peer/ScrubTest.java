package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.journal.Position;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableBatch;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Damage that nobody reads is found and mended. */
class ScrubTest {
  private static final int FILES = 20;
  private static final int FILE_BYTES = 4_096;
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** Peer 4 scrubs all that it has within a second, each second. */
  private static PeerCluster cluster(Simulation simulation, ScrubOptions options) throws Exception {
    PeerCluster cluster = new PeerCluster(simulation, 4);
    long session = cluster.openSession(1);
    for (int i = 1; i <= FILES; i++) {
      cluster.put(1, session, i, "/f" + i, FILE_BYTES);
    }
    awaitApplied(cluster);
    // What a peer holds in memory it does not read from its disk.
    cluster.peer(4).close();
    cluster.nodes.get(4).kill();
    cluster.metadata.get(4).revertToLastFlush();
    cluster.indexes.put(4, cluster.indexes.get(4).revertToLastFlush());
    cluster.options(all -> all.withScrub(options));
    cluster.start(4);
    return cluster;
  }

  private static void awaitApplied(PeerCluster cluster) throws Exception {
    long index = cluster.peer(1).metadata().appliedIndex();
    while (cluster.peer(4).metadata().appliedIndex() < index) {
      cluster.simulation.sleep(10_000_000);
    }
  }

  private static void awaitPasses(PeerCluster cluster, long more) {
    long until = cluster.peer(4).scrubbed().passes() + more;
    while (cluster.peer(4).scrubbed().passes() < until) {
      cluster.simulation.sleep(10_000_000);
    }
  }

  @Test
  void damagedChunksAreFoundAndMended() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = cluster(simulation, new ScrubOptions(1 << 20, 1_000));
          awaitPasses(cluster, 1);
          Scrub.Progress sound = cluster.peer(4).scrubbed();
          assertEquals(0, sound.damagedChunks());
          assertEquals(FILES * sound.passes(), sound.checkedChunks());
          assertEquals((long) FILES * FILE_BYTES * sound.passes(), sound.checkedBytes());
          cluster.rot(4);
          awaitPasses(cluster, 2);
          long damaged = cluster.peer(4).scrubbed().damagedChunks();
          assertTrue(damaged > FILES / 2, damaged + " found");
          awaitPasses(cluster, 2);
          assertEquals(damaged, cluster.peer(4).scrubbed().damagedChunks(), "all are mended");
          for (int peer : new int[] {1, 2, 3}) {
            cluster.peer(peer).close();
          }
          for (var chunk : cluster.peer(4).metadata().liveChunks(null, 100)) {
            assertNotNull(cluster.peer(4).chunks().read(chunk, 0, FILE_BYTES));
          }
          cluster.peer(4).close();
        });
  }

  @Test
  void missingChunksAreFetched() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = cluster(simulation, new ScrubOptions(1 << 20, 1_000));
          // The walk over what a start left undone has ended by then.
          awaitPasses(cluster, 2);
          ChunkRef chunk = cluster.peer(4).metadata().liveChunks(null, 1).getFirst();
          ChunkStore chunks = cluster.peer(4).chunks();
          ByteBuffer row =
              ByteBuffer.wrap(
                  cluster
                      .indexes
                      .get(4)
                      .get(
                          ChunkStore.Index.POSITIONS,
                          ByteBuffer.allocate(16)
                              .putLong(chunk.id().session())
                              .putLong(chunk.id().number())
                              .array()));
          chunks.forget(chunk.id(), new Position(row.getLong(), row.getInt(), row.getInt()));
          assertNull(chunks.read(chunk, 0, FILE_BYTES));
          awaitPasses(cluster, 2);
          assertNotNull(chunks.read(chunk, 0, FILE_BYTES));
          cluster.closeAll();
        });
  }

  @Test
  void itKeepsToItsPace() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = cluster(simulation, new ScrubOptions(FILE_BYTES, 10));
          simulation.sleep(10 * SECOND_NANOS);
          long chunks = cluster.peer(4).scrubbed().checkedChunks();
          assertTrue(chunks >= 8 && chunks <= 11, chunks + " in ten seconds at one each");
          cluster.closeAll();
        });
  }

  @Test
  void nothingIsScrubbedWhereItIsOff() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = cluster(simulation, new ScrubOptions(0, 10));
          simulation.sleep(5 * SECOND_NANOS);
          assertEquals(new Scrub.Progress(0, 0, 0, 0), cluster.peer(4).scrubbed());
          cluster.closeAll();
        });
  }

  @Test
  void damagedMetadataIsNotServed() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = cluster(simulation, new ScrubOptions(1 << 20, 1_000));
          awaitPasses(cluster, 1);
          assertNull(cluster.peer(4).metadata().digestFault());
          try (Cursor inodes =
              cluster.metadata.get(4).tables().scan(MetadataTable.INODES, new byte[0], null)) {
            assertTrue(inodes.next());
            byte[] value = inodes.value().clone();
            value[value.length - 1] ^= 1;
            cluster
                .metadata
                .get(4)
                .tables()
                .write(new TableBatch().put(MetadataTable.INODES, inodes.key(), value));
          }
          awaitPasses(cluster, 2);
          Throwable error =
              assertThrows(ExecutionException.class, () -> cluster.read(4, "/f1", FILE_BYTES))
                  .getCause();
          assertTrue(error instanceof UnavailableException, error::toString);
          assertTrue(error.getMessage().contains("the metadata has changed on disk"));
          cluster.closeAll();
        });
  }

  private static Upkeep.Demanded awaitDemanded(PeerCluster cluster, int peer, long ticket)
      throws Exception {
    long deadline = cluster.simulation.now() + 60 * SECOND_NANOS;
    while (true) {
      Upkeep.Demanded seen =
          cluster.gateway(1).status().get().peers().get(peer - 1).upkeep().scrub().demanded();
      if (seen.ticket() == ticket && seen.ended()) {
        return seen;
      }
      assertTrue(cluster.simulation.now() < deadline, seen::toString);
      cluster.simulation.sleep(SECOND_NANOS / 10);
    }
  }

  /** Asked of one peer, a pass begins at once and on all, though by itself none is due. */
  @Test
  void aPassThatIsAskedForFindsAndMendsDamage() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = cluster(simulation, new ScrubOptions(0, 1_000_000));
          cluster.rot(4);
          cluster.gateway(1).scrub(new ScrubDemand(77, 0, ScrubDemand.FULL_SPEED)).get();
          for (int peer = 1; peer <= 3; peer++) {
            assertEquals(
                new Upkeep.Demanded(77, true, FILES, (long) FILES * FILE_BYTES, 0, 0, true),
                awaitDemanded(cluster, peer, 77));
          }
          Upkeep.Demanded found = awaitDemanded(cluster, 4, 77);
          assertTrue(found.damagedChunks() > FILES / 2, found::toString);
          simulation.sleep(3 * SECOND_NANOS);
          Upkeep.Demanded mended = awaitDemanded(cluster, 4, 77);
          assertEquals(mended.damagedChunks(), mended.mendedChunks());
          cluster.gateway(1).scrub(new ScrubDemand(78, 4, 0)).get();
          assertEquals(0, awaitDemanded(cluster, 4, 78).damagedChunks());
          assertEquals(77, awaitDemanded(cluster, 3, 77).ticket(), "it was asked of peer 4 only");
          cluster.closeAll();
        });
  }

  @Test
  void aNewDemandTakesThePlaceOfASlowPass() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = cluster(simulation, new ScrubOptions(0, 1_000_000));
          // It would take more than a minute, in steps of four seconds.
          cluster.gateway(4).scrub(new ScrubDemand(5, 4, FILE_BYTES / 4)).get();
          simulation.sleep(6 * SECOND_NANOS);
          Upkeep.Scrub slow = cluster.gateway(4).status().get().peers().get(3).upkeep().scrub();
          assertTrue(slow.running());
          assertEquals(5, slow.demanded().ticket());
          assertEquals(0, slow.passes());
          cluster.gateway(4).scrub(new ScrubDemand(6, 4, ScrubDemand.FULL_SPEED)).get();
          simulation.sleep(8 * SECOND_NANOS);
          Upkeep.Demanded done = awaitDemanded(cluster, 4, 6);
          assertEquals(FILES, done.checkedChunks(), "all of it, not the rest of the slow pass");
          assertEquals(1, cluster.peer(4).scrubbed().passes());
          cluster.closeAll();
        });
  }
}

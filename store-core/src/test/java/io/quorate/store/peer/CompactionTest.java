package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import org.junit.jupiter.api.Test;

/** How whole peers give back the space of what nobody needs. */
class CompactionTest {
  private static final int FILE_BYTES = 900;
  private static final int FILES = 400;

  /** A log as short as it can be, and segments that are rewritten when they are not quite full. */
  private static PeerOptions eager(PeerOptions options) {
    return options
        .withLog(new LogOptions(64 << 10, 1, 0))
        .withCompaction(new CompactionOptions(0.95, 1L << 40, 50, 200));
  }

  private static void put(PeerCluster cluster, long session, long number, int lengthBytes)
      throws Exception {
    assertInstanceOf(
        Result.Node.class, cluster.put(1, session, number, "/f" + number, lengthBytes));
  }

  @Test
  void whatIsFullOfNeededChunksIsNotCopiedOverAndOver() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          cluster.options(CompactionTest::eager);
          cluster.restartAll();
          long session = cluster.openSession(1, 3_600_000);
          long number = 0;
          for (int file = 1; file <= FILES; file++) {
            put(cluster, session, ++number, FILE_BYTES);
          }
          for (long file = 1; file <= FILES; file += 3) {
            Command unlink = new Command.Unlink(At.path(Bytes.utf8("/f" + file), false));
            number++;
            assertInstanceOf(
                Result.Done.class,
                cluster.propose(1, new SessionCommand(session, number, number, unlink)));
          }
          simulation.sleep(10_000_000_000L);
          Compaction.Progress settled = cluster.peer(1).compacted();
          assertTrue(settled.segments() > 0, "something is given back");
          // The log goes on, so what was copied is soon behind its start.
          for (int i = 0; i < 200; i++) {
            put(cluster, session, ++number, 3);
            simulation.sleep(100_000_000);
          }
          long copied = cluster.peer(1).compacted().movedChunks() - settled.movedChunks();
          assertTrue(copied < 2 * FILES, () -> copied + " chunks are copied of " + FILES);
          ReadReply.Data kept =
              assertInstanceOf(ReadReply.Data.class, cluster.read(1, "/f2", FILE_BYTES));
          assertEquals(PeerCluster.chunk(session, 2, FILE_BYTES).content(), kept.content().data());
          cluster.closeAll();
        });
  }
}

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
import java.util.TreeSet;
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

  /** Eight files fill a segment; of each eight, the first {@code removed} are deleted. */
  private static Compaction.Progress afterDeleting(double liveShare, int removed) {
    Compaction.Progress[] progress = new Compaction.Progress[1];
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          cluster.options(
              options ->
                  options
                      .withLog(new LogOptions(64 << 10, 1, 0))
                      .withCompaction(new CompactionOptions(liveShare, 1L << 40, 50, 200)));
          cluster.restartAll();
          long session = cluster.openSession(1, 3_600_000);
          long number = 0;
          int bytes = (PeerCluster.SEGMENT_BYTES - (12 << 10)) / 8;
          for (int file = 1; file <= 80; file++) {
            put(cluster, session, ++number, bytes);
          }
          for (long file = 1; file <= 80; file++) {
            if ((file - 1) % 8 < removed) {
              Command unlink = new Command.Unlink(At.path(Bytes.utf8("/f" + file), false));
              number++;
              cluster.propose(1, new SessionCommand(session, number, number, unlink));
            }
          }
          // Nothing of it is open any more, as its session says.
          long index = cluster.peer(1).metadata().appliedIndex();
          number++;
          cluster.propose(
              1,
              new SessionCommand(
                  session, number, number, new Command.KeepAlive(index, new TreeSet<>(), 0)));
          simulation.sleep(20_000_000_000L);
          progress[0] = cluster.peer(1).compacted();
          cluster.closeAll();
        });
    return progress[0];
  }

  @Test
  void segmentsOfWhichMuchIsNeededStay() {
    Compaction.Progress done = afterDeleting(0.5, 2);
    assertEquals(0, done.movedChunks(), done::toString);
    assertTrue(done.segments() <= 2, done::toString);
  }

  @Test
  void segmentsOfWhichLittleIsNeededAreRewritten() {
    Compaction.Progress done = afterDeleting(0.5, 6);
    assertTrue(done.movedChunks() >= 10, done::toString);
    assertTrue(done.segments() >= 7, done::toString);
    assertTrue(done.freedBytes() >= 7L * PeerCluster.SEGMENT_BYTES, done::toString);
  }

  @Test
  void nothingIsCopiedWhereNothingHasToBe() {
    Compaction.Progress done = afterDeleting(0.5, 8);
    assertEquals(0, done.movedChunks(), done::toString);
    assertTrue(done.segments() >= 8, done::toString);
  }

  @Test
  void aShareOfZeroCopiesNothing() {
    Compaction.Progress little = afterDeleting(0, 6);
    assertEquals(0, little.movedChunks(), little::toString);
    Compaction.Progress nothing = afterDeleting(0, 8);
    assertTrue(nothing.segments() >= 8, nothing::toString);
  }
}

package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.Activity;
import io.quorate.store.gateway.LostContent;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.journal.Position;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A chunk that no peer has any more costs its range of the file, and no more. */
class LostContentTest {
  private static final int PIECE = 4_096;
  private static final long SECOND = 1_000_000_000L;

  /** A file of three chunks at /pieces; answers the one in the middle. */
  private static Chunk putPieces(PeerCluster cluster, long session) throws Exception {
    List<Extent> extents = new ArrayList<>();
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Chunk chunk = PeerCluster.chunk(session, 1 + i, PIECE);
      chunks.add(chunk);
      extents.add(new Extent((long) i * PIECE, chunk.ref(), 0, PIECE));
    }
    Command put =
        new Command.Put(
            At.path(Bytes.utf8("/pieces"), true),
            0644,
            Caller.ROOT,
            extents,
            3L * PIECE,
            AttributeChange.NOW,
            Command.PutCondition.ALWAYS);
    cluster.propose(1, new SessionCommand(session, 1, 1, put), chunks.toArray(new Chunk[0]));
    cluster.simulation.sleep(2 * SECOND);
    return chunks.get(1);
  }

  private interface Scenario {
    void run(Simulation simulation, PeerCluster cluster, long session, Chunk middle)
        throws Exception;
  }

  /** With four peers that hold the file of three chunks. */
  private static void with(Scenario scenario) {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          scenario.run(simulation, cluster, session, putPieces(cluster, session));
          cluster.closeAll();
        });
  }

  /** Bits of its copy on a peer's disk change. */
  private static void damage(PeerCluster cluster, int peer, Chunk chunk) {
    Position place = cluster.peer(peer).chunks().position(chunk.ref().id());
    String file = String.format("journal-%012d.seg", place.segment());
    int from = place.offsetBytes() + 200;
    cluster.disk(peer).damage().rot(file, from, from + PIECE / 2, 50);
  }

  private static ReadReply read(PeerCluster cluster, int peer, long offset, int length)
      throws Exception {
    return cluster
        .gateway(peer)
        .read(At.path(Bytes.utf8("/pieces"), true), 0, offset, length)
        .get();
  }

  private static void assertReads(PeerCluster cluster, int peer, long offset, int asked, int comes)
      throws Exception {
    ReadReply reply = read(cluster, peer, offset, asked);
    ReadReply.Data data = assertInstanceOf(ReadReply.Data.class, reply, reply::toString);
    assertEquals(comes, data.content().data().remaining());
    byte number = (byte) (1 + offset / PIECE);
    assertEquals(number, data.content().data().get(data.content().data().position()));
  }

  private static void assertLost(PeerCluster cluster, int peer, long offset, int length)
      throws Exception {
    ReadReply reply = read(cluster, peer, offset, length);
    ReadReply.Failed failed = assertInstanceOf(ReadReply.Failed.class, reply, reply::toString);
    assertEquals(ErrorCode.IO, failed.code());
    assertTrue(failed.detail().startsWith("bytes 4096 to 8191 are lost: "), failed.detail());
  }

  @Test
  void aReadOfALostRangeFailsAndTheRestReads() {
    with(
        (simulation, cluster, session, middle) -> {
          for (int peer = 1; peer <= 4; peer++) {
            damage(cluster, peer, middle);
          }
          for (int peer = 1; peer <= 4; peer++) {
            long begun = simulation.now();
            assertLost(cluster, peer, PIECE, 100);
            assertTrue(simulation.now() - begun < 2 * SECOND, "it took long to find out");
            assertLost(cluster, peer, 2 * PIECE - 1, PIECE);
            assertReads(cluster, peer, 0, PIECE, PIECE);
            assertReads(cluster, peer, 2 * PIECE, PIECE, PIECE);
            assertReads(cluster, peer, 100, 3 * PIECE, PIECE - 100);
            begun = simulation.now();
            assertLost(cluster, peer, PIECE, PIECE);
            assertTrue(simulation.now() - begun < SECOND / 5, "it is known by now");
          }
        });
  }

  /** Found by scrubbing, named with its file, and forgotten when the file is written anew. */
  @Test
  void statusNamesWhatIsLost() {
    with(
        (simulation, cluster, session, middle) -> {
          for (int peer = 1; peer <= 4; peer++) {
            damage(cluster, peer, middle);
          }
          cluster.gateway(2).scrub(new ScrubDemand(9, 0, ScrubDemand.FULL_SPEED)).get();
          simulation.sleep(15 * SECOND);
          for (int peer = 1; peer <= 4; peer++) {
            ClusterStatus status = cluster.gateway(peer).status().get();
            assertFalse(status.healthy());
            long inode = status.lost().getFirst().inode();
            assertEquals(
                List.of(
                    new LostContent("/pieces", inode, PIECE, PIECE, middle.ref().id().toString())),
                status.lost());
            for (ClusterStatus.PeerStatus each : status.peers()) {
              assertEquals(Activity.DAMAGED, each.activity(), each::toString);
              assertEquals(1, each.upkeep().content().lostChunks());
              assertEquals(1, each.upkeep().content().missingChunks());
              assertEquals(PIECE, each.upkeep().content().missingBytes());
            }
          }
          cluster.put(1, session, 10, "/pieces", 100);
          simulation.sleep(15 * SECOND);
          // The session may still read what it had opened before.
          LostContent open = cluster.gateway(3).status().get().lost().getFirst();
          assertEquals("", open.path());
          assertEquals(0, open.inode());
          long index = cluster.peer(1).metadata().appliedIndex();
          Command alive = new Command.KeepAlive(index, new TreeSet<>(), 0);
          cluster.propose(1, new SessionCommand(session, 11, 11, alive));
          simulation.sleep(15 * SECOND);
          for (int peer = 1; peer <= 4; peer++) {
            ClusterStatus status = cluster.gateway(peer).status().get();
            assertEquals(List.of(), status.lost());
            assertTrue(status.healthy(), status::toString);
          }
        });
  }

  /** As long as a peer is away that may have it, nothing is lost; and then it has it. */
  @Test
  void whatAPeerMayHaveThatIsAwayIsNotLost() {
    with(
        (simulation, cluster, session, middle) -> {
          for (int peer = 1; peer <= 3; peer++) {
            damage(cluster, peer, middle);
          }
          cluster.peer(4).close();
          cluster.kill(4);
          simulation.sleep(3 * SECOND);
          Throwable error =
              assertThrows(ExecutionException.class, () -> read(cluster, 1, PIECE, 100)).getCause();
          assertInstanceOf(UnavailableException.class, error);
          assertEquals(
              0, cluster.gateway(1).status().get().peers().get(0).upkeep().content().lostChunks());
          cluster.start(4);
          simulation.sleep(5 * SECOND);
          assertReads(cluster, 1, PIECE, PIECE, PIECE);
        });
  }

  /** A disk that can not be read for a while says nothing about what is on it. */
  @Test
  void whatCanNotBeReadNowIsNotLost() {
    with(
        (simulation, cluster, session, middle) -> {
          damage(cluster, 1, middle);
          for (int peer = 2; peer <= 4; peer++) {
            cluster.disk(peer).faults().readErrorChance = 1;
          }
          Throwable error =
              assertThrows(ExecutionException.class, () -> read(cluster, 1, PIECE, 100)).getCause();
          assertInstanceOf(UnavailableException.class, error);
          for (int peer = 2; peer <= 4; peer++) {
            cluster.disk(peer).faults().readErrorChance = 0;
          }
          assertReads(cluster, 1, PIECE, PIECE, PIECE);
        });
  }
}

package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Full disks: of all peers, of the leader, and by something else that takes what the log needs. */
class PeerSpaceTest {
  private static final long RESERVE_BYTES = 1 << 19;
  private static final int FILE_BYTES = 16_384;

  private static ClusterStatus.PeerStatus status(PeerCluster cluster, int asked, int peer)
      throws Exception {
    return cluster.gateway(asked).status().get().peers().stream()
        .filter(one -> one.id() == peer)
        .findFirst()
        .orElseThrow();
  }

  private static void assertReadable(PeerCluster cluster, List<Long> files) throws Exception {
    for (int peer : cluster.peers.keySet()) {
      for (long number : files) {
        ReadReply.Data data =
            assertInstanceOf(ReadReply.Data.class, cluster.read(peer, "/f" + number, FILE_BYTES));
        assertEquals(PeerCluster.chunk(1, number, FILE_BYTES).content(), data.content().data());
      }
    }
  }

  @Test
  void whenAllDisksAreFullWritesAreRefusedAndTheRestGoesOn() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4, RESERVE_BYTES);
          cluster.nodes.keySet().forEach(id -> cluster.disk(id).capacity(3 << 20));
          long session = cluster.openSession(1);
          List<Long> acknowledged = new ArrayList<>();
          Result result = null;
          long number = 1;
          for (; number < 1_000; number++) {
            result = cluster.put(2, session, number, "/f" + number, FILE_BYTES);
            if (!(result instanceof Result.Node)) {
              break;
            }
            acknowledged.add(number);
          }
          Result.Failed refused = assertInstanceOf(Result.Failed.class, result);
          assertEquals(ErrorCode.NO_SPACE, refused.code());
          assertTrue(acknowledged.size() > 40, () -> "only " + acknowledged.size() + " fitted");
          assertReadable(cluster, acknowledged);
          simulation.sleep(2_000_000_000L);
          assertTrue(status(cluster, 1, 1).state() == State.FULL, "says so");
          long removed = acknowledged.removeFirst();
          assertInstanceOf(
              Result.Done.class,
              cluster.propose(
                  3,
                  new SessionCommand(
                      session,
                      ++number,
                      number,
                      new Command.Unlink(At.path(Bytes.utf8("/f" + removed), false)))));
          cluster.nodes.keySet().forEach(id -> cluster.disk(id).capacity(64 << 20));
          simulation.sleep(2_000_000_000L);
          assertInstanceOf(
              Result.Node.class, cluster.put(4, session, ++number, "/f" + number, FILE_BYTES));
          acknowledged.add(number);
          assertReadable(cluster, acknowledged);
          cluster.closeAll();
        });
  }

  @Test
  void aFullLeaderMakesWayAndNobodyIsRefused() {
    for (long seed = 1; seed <= 10; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 4, RESERVE_BYTES);
            long session = cluster.openSession(1);
            int full = cluster.leader(1);
            cluster.disk(full).capacity(3 << 20);
            List<Long> acknowledged = new ArrayList<>();
            for (long number = 1; number < 250; number++) {
              Result result = cluster.put(full, session, number, "/f" + number, FILE_BYTES);
              assertInstanceOf(Result.Node.class, result, result::toString);
              acknowledged.add(number);
            }
            assertNotEquals(full, cluster.leader(1));
            simulation.sleep(2_000_000_000L);
            assertEquals(State.FULL, status(cluster, full, full).state());
            assertReadable(cluster, acknowledged);
            cluster.closeAll();
          });
    }
  }

  @Test
  void aLogWithoutRoomWaitsForIt() {
    for (int role = 0; role < 2; role++) {
      boolean leads = role == 0;
      Simulation.run(
          5,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 4);
            long session = cluster.openSession(1);
            int leader = cluster.leader(1);
            int victim = leads ? leader : leader % 4 + 1;
            int other = victim % 4 + 1;
            // Something else took all that was left.
            cluster.disk(victim).capacity(0);
            List<Long> acknowledged = new ArrayList<>();
            for (long number = 1; number < 400; number++) {
              Result result = cluster.put(other, session, number, "/f" + number, FILE_BYTES);
              if (result instanceof Result.Node) {
                acknowledged.add(number);
              }
            }
            assertTrue(acknowledged.size() > 50, () -> "only " + acknowledged.size());
            simulation.sleep(2_000_000_000L);
            assertReadableElsewhere(cluster, victim, acknowledged);
            assertTrue(
                status(cluster, other, victim).detail().contains("room"),
                status(cluster, other, victim)::detail);
            cluster.disk(victim).capacity(64 << 20);
            simulation.sleep(10_000_000_000L);
            assertReadable(cluster, acknowledged);
            assertTrue(cluster.gateway(victim).status().get().healthy());
            cluster.closeAll();
          });
    }
  }

  private static void assertReadableElsewhere(PeerCluster cluster, int not, List<Long> files)
      throws Exception {
    Peer without = cluster.peers.remove(not);
    assertReadable(cluster, files);
    cluster.peers.put(not, without);
  }
}

package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a peer stops that is told to. */
class FarewellTest {
  private static final long MILLIS = 1_000_000;

  /** Of a peer with the options that the cluster of these tests gives. */
  private static final long ELECTION_NANOS = 500 * MILLIS;

  @Test
  void aLeaderThatStopsHandsOver() {
    for (long seed = 1; seed <= 20; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 4);
            int leader = cluster.leader(1);
            int other = leader % 4 + 1;
            long session = cluster.openSession(other);
            cluster.put(other, session, 1, "/before", 4_096);
            long began = simulation.now();
            cluster.peer(leader).close();
            cluster.peers.remove(leader);
            // Before anybody can have missed the old one.
            assertTrue(simulation.now() - began < ELECTION_NANOS / 2, "stopping took long");
            ClusterStatus status = cluster.gateway(other).status().get();
            assertNotEquals(leader, status.leader());
            assertNotEquals(0, status.leader(), "nobody leads");
            cluster.put(other, session, 2, "/after", 4_096);
            assertTrue(simulation.now() - began < ELECTION_NANOS / 2, "the next write waited");
            cluster.closeAll();
          });
    }
  }

  /** A successor that can not be reached by the leader's word takes nothing over; another does. */
  @Test
  void asksAnotherIfTheFirstDoesNotTakeOver() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          int leader = cluster.leader(1);
          List<Integer> deaf = new ArrayList<>();
          cluster.network.loseMore(
              message -> {
                boolean asks =
                    message instanceof PeerMessage.Consensus(var consensus)
                        && consensus instanceof ConsensusMessage.TimeoutNow;
                if (asks && deaf.isEmpty()) {
                  deaf.add(1);
                  return 1;
                }
                return 0;
              });
          cluster.peer(leader).close();
          cluster.peers.remove(leader);
          assertEquals(1, deaf.size(), "nobody was asked");
          ClusterStatus status = cluster.peers.values().iterator().next().gateway().status().get();
          assertTrue(status.leader() != 0 && status.leader() != leader, status.toString());
          cluster.closeAll();
        });
  }

  /** Else whoever restarts peers in turn would take the next one too early. */
  @Test
  void aPeerThatHasStoppedIsNotTakenForHealthy() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          int leader = cluster.leader(1);
          int other = leader % 4 + 1;
          while (!cluster.gateway(other).status().get().healthy()) {
            simulation.sleep(100 * MILLIS);
          }
          cluster.peer(leader).close();
          cluster.nodes.get(leader).exit();
          cluster.network.closed(leader);
          simulation.sleep(50 * MILLIS);
          ClusterStatus status = cluster.gateway(other).status().get();
          assertTrue(status.leader() != 0 && status.writable(), status.toString());
          assertFalse(status.healthy(), status.toString());
          cluster.metadata.get(leader).revertToLastFlush();
          cluster.indexes.put(leader, cluster.indexes.get(leader).revertToLastFlush());
          long began = simulation.now();
          cluster.start(leader);
          while (!cluster.gateway(other).status().get().healthy()) {
            simulation.sleep(50 * MILLIS);
            assertTrue(simulation.now() - began < 5_000 * MILLIS, "it is never healthy again");
          }
          cluster.closeAll();
        });
  }

  @Test
  void nobodyIsWaitedForWhoIsNotThere() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          int leader = cluster.leader(1);
          cluster.network.isolate(Set.of(leader));
          long began = simulation.now();
          cluster.peer(leader).close();
          assertTrue(simulation.now() - began < ELECTION_NANOS / 2, "stopping took long");
          cluster.peers.remove(leader);
          cluster.closeAll();
        });
  }

  @Test
  void commandsUnderWayAreAnsweredBeforeItEnds() {
    for (long seed = 1; seed <= 20; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 4);
            int leader = cluster.leader(1);
            int stopping = simulation.random().chance(0.5) ? leader : leader % 4 + 1;
            long session = cluster.openSession(stopping);
            List<CompletableFuture<Result>> calls = new ArrayList<>();
            for (int i = 1; i <= 50; i++) {
              var chunk = PeerCluster.chunk(session, i, 4_096);
              calls.add(
                  cluster
                      .gateway(stopping)
                      .propose(
                          new SessionCommand(session, i, 1, PeerCluster.put("/f" + i, chunk)),
                          List.of(chunk)));
            }
            cluster.peer(stopping).close();
            cluster.peers.remove(stopping);
            for (CompletableFuture<Result> call : calls) {
              assertInstanceOf(Result.Node.class, call.get());
            }
            cluster.closeAll();
          });
    }
  }
}

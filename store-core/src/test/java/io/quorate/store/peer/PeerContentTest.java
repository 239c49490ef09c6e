package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Content that is lost on its way or on a disk, and peers and sessions that must not count. */
class PeerContentTest {

  private static SessionCommand put(long session, long number, String path, Chunk chunk) {
    return new SessionCommand(session, number, number, PeerCluster.put(path, chunk));
  }

  @Test
  void aChunkWhosePushWasLostIsPulled() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          Chunk chunk = PeerCluster.chunk(session, 1, 4_096);
          int leader = cluster.leader(1);
          int holder = leader % 4 + 1;
          cluster.peer(holder).chunks().append(chunk.ref(), chunk.content());
          assertInstanceOf(
              Result.Node.class, cluster.propose(leader, put(session, 1, "/f", chunk)));
          for (int peer = 1; peer <= 4; peer++) {
            ReadReply.Data data =
                assertInstanceOf(ReadReply.Data.class, cluster.read(peer, "/f", 4_096));
            assertEquals(chunk.content(), data.content().data());
          }
          cluster.closeAll();
        });
  }

  /** Else its origin would take "refused" for "nothing happens", while the other copy waits. */
  @Test
  void aCopyOfAProposalThatWaitsIsNotRefused() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          int leader = cluster.leader(1);
          int origin = leader % 4 + 1;
          cluster.network.loseMore(
              message ->
                  message instanceof PeerMessage.PushChunk
                          || message instanceof PeerMessage.PullChunks
                      ? 1
                      : 0);
          List<PeerMessage> proposed = new ArrayList<>();
          List<PeerMessage> refused = new ArrayList<>();
          cluster.network.observe(
              (from, to, message) -> {
                if (from == origin && message instanceof PeerMessage.Propose) {
                  proposed.add(message);
                } else if (message instanceof PeerMessage.ProposalRefused) {
                  refused.add(message);
                }
              });
          Chunk chunk = PeerCluster.chunk(session, 1, 4_096);
          CompletableFuture<Result> put =
              cluster.gateway(origin).propose(put(session, 1, "/f", chunk), List.of(chunk));
          simulation.sleep(100_000_000L);
          cluster.network.send(origin, leader, proposed.getFirst());
          simulation.sleep(100_000_000L);
          assertEquals(2, proposed.size(), "the one and its copy");
          assertEquals(List.of(), refused);
          cluster.network.loseMore(message -> 0);
          assertInstanceOf(Result.Node.class, put.get());
          cluster.closeAll();
        });
  }

  @Test
  void aChunkThatNobodyHasIsAskedForWithPauses() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          List<PeerMessage> pulls = new ArrayList<>();
          cluster.network.observe(
              (from, to, message) -> {
                if (message instanceof PeerMessage.PullChunks) {
                  pulls.add(message);
                }
              });
          Chunk chunk = PeerCluster.chunk(session, 1, 4_096);
          CompletableFuture<Result> put =
              cluster.gateway(1).propose(put(session, 1, "/f", chunk), List.of());
          Throwable error = assertThrows(ExecutionException.class, put::get).getCause();
          assertInstanceOf(OutcomeUnknownException.class, error);
          assertTrue(!pulls.isEmpty() && pulls.size() < 100, () -> pulls.size() + " pulls");
          cluster.closeAll();
        });
  }

  @Test
  void damagedChunksAreMendedWhenTheyAreRead() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          for (int i = 1; i <= 5; i++) {
            cluster.put(1, session, i, "/f" + i, 4_096);
          }
          simulation.sleep(1_500_000_000L);
          cluster.rot(4);
          for (int i = 1; i <= 5; i++) {
            Chunk chunk = PeerCluster.chunk(session, i, 4_096);
            ReadReply.Data data =
                assertInstanceOf(ReadReply.Data.class, cluster.read(4, "/f" + i, 4_096));
            assertEquals(chunk.content(), data.content().data());
            assertNotNull(cluster.peer(4).chunks().read(chunk.ref(), 0, 4_096), "mended");
          }
          cluster.closeAll();
        });
  }

  @Test
  void readersOnADiskThatCanNotBeReadAreServedByOtherPeers() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          cluster.put(1, session, 1, "/f", 4_096);
          simulation.sleep(1_500_000_000L);
          cluster.disk(4).faults().readErrorChance = 1;
          for (int i = 0; i < 3; i++) {
            ReadReply.Data data =
                assertInstanceOf(ReadReply.Data.class, cluster.read(4, "/f", 4_096));
            assertEquals(PeerCluster.chunk(session, 1, 4_096).content(), data.content().data());
          }
          cluster.closeAll();
        });
  }

  @Test
  void aDamagedCopyThatAnotherPeerAsksForIsMendedToo() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          long session = cluster.openSession(1);
          cluster.put(1, session, 1, "/f", 4_096);
          simulation.sleep(1_500_000_000L);
          Chunk chunk = PeerCluster.chunk(session, 1, 4_096);
          cluster.rot(1);
          cluster.rot(2);
          assertInstanceOf(ReadReply.Data.class, cluster.read(1, "/f", 4_096));
          assertInstanceOf(ReadReply.Data.class, cluster.read(2, "/f", 4_096));
          simulation.sleep(1_000_000_000L);
          for (int peer = 1; peer <= 3; peer++) {
            assertNotNull(cluster.peer(peer).chunks().read(chunk.ref(), 0, 4_096));
          }
          cluster.closeAll();
        });
  }

  @Test
  void noCommandIsAppendedTwiceWhileItsLeaderLives() {
    for (long seed = 1; seed <= 10; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 3);
            long session = cluster.openSession(1);
            cluster.leader(1);
            simulation.sleep(100_000_000);
            long before = appended(cluster);
            List<CompletableFuture<Result>> calls = new ArrayList<>();
            for (int i = 1; i <= 400; i++) {
              Chunk chunk = PeerCluster.chunk(session, i, 100);
              calls.add(
                  cluster
                      .gateway(1 + i % 3)
                      .propose(
                          new SessionCommand(session, i, 1, PeerCluster.put("/f" + i, chunk)),
                          List.of(chunk)));
              simulation.sleep(simulation.random().below(400_000));
            }
            for (CompletableFuture<Result> call : calls) {
              call.get();
            }
            assertEquals(400, appended(cluster) - before);
            cluster.closeAll();
          });
    }
  }

  private static long appended(PeerCluster cluster) {
    return cluster.peers.values().stream().mapToLong(Peer::commandsAppended).sum();
  }

  @Test
  void sessionsOutliveATimeWithoutWriteQuorum() {
    for (long seed = 1; seed <= 5; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 4);
            int leader = cluster.leader(1);
            int other = leader % 4 + 1;
            long session = cluster.openSession(leader, 3_000);
            // The leader and one other can read, so it leads on, and nobody can write.
            cluster.network.isolate(Set.of(leader, other));
            simulation.sleep(8_000_000_000L);
            assertEquals(leader, cluster.gateway(leader).status().get().leader());
            cluster.network.heal();
            simulation.sleep(2_000_000_000L);
            Result result = cluster.put(leader, session, 1, "/f", 100);
            assertInstanceOf(Result.Node.class, result, result::toString);
            // But a session that is silent while it could speak ends.
            simulation.sleep(8_000_000_000L);
            assertInstanceOf(
                Result.Failed.class,
                cluster.propose(
                    leader,
                    new SessionCommand(
                        session, 2, 2, new Command.KeepAlive(0, new TreeSet<>(), 0))));
            cluster.closeAll();
          });
    }
  }

  @Test
  void aSuspectPeerCountsOnceAMajorityOfOthersHasReadmittedIt() {
    Simulation.run(
        3,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          for (int i = 1; i <= 30; i++) {
            cluster.put(1, session, i, "/f" + i, 1_000);
          }
          int leader = cluster.leader(1);
          int suspect = leader % 4 + 1;
          int gone = suspect % 4 + 1;
          simulation.sleep(200_000_000);
          cluster.kill(suspect);
          cluster.rot(suspect);
          cluster.kill(gone);
          cluster.start(suspect);
          simulation.sleep(4_000_000_000L);
          assertEquals(State.SUSPECT, stateOf(cluster, leader, suspect));
          Chunk chunk = PeerCluster.chunk(session, 31, 1_000);
          Throwable error =
              assertThrows(
                      ExecutionException.class,
                      () ->
                          cluster
                              .gateway(leader)
                              .propose(put(session, 31, "/h", chunk), List.of(chunk))
                              .get())
                  .getCause();
          assertTrue(
              error instanceof UnavailableException || error instanceof OutcomeUnknownException,
              error::toString);

          cluster.start(gone);
          simulation.sleep(4_000_000_000L);
          assertEquals(State.FOLLOWER, stateOf(cluster, leader, suspect));
          cluster.kill(gone);
          simulation.sleep(500_000_000L);
          assertInstanceOf(Result.Node.class, cluster.put(leader, session, 32, "/g", 1_000));
          cluster.closeAll();
        });
  }

  private static State stateOf(PeerCluster cluster, int reporter, int peer) throws Exception {
    return cluster.gateway(reporter).status().get().peers().get(peer - 1).state();
  }
}

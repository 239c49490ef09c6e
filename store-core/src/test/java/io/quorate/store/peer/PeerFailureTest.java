package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.ConsensusOptions;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** That every call ends, however a peer ends: closed, failed, or never started. */
class PeerFailureTest {
  private static final long DEADLINE_NANOS = 5_500_000_000L;

  private static final At ROOT = At.path(Bytes.utf8("/"), true);

  /** One call of each kind. */
  private static Map<String, CompletableFuture<?>> callAll(Gateway gateway, long session, long i) {
    Map<String, CompletableFuture<?>> calls = new LinkedHashMap<>();
    var chunk = PeerCluster.chunk(session, 1000 + i, 4_096);
    calls.put("store", gateway.storeChunk(chunk));
    calls.put(
        "propose",
        gateway.propose(
            new SessionCommand(session, i, i, PeerCluster.put("/f" + i, chunk)), List.of(chunk)));
    calls.put("ask", gateway.ask(new Query.Stat(ROOT)));
    calls.put("read", gateway.read(At.path(Bytes.utf8("/first"), true), 0, 0, 100));
    calls.put("status", gateway.status());
    return calls;
  }

  @Test
  void everyCallEndsWhenThePeerCloses() {
    for (long seed = 1; seed <= 60; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 3);
            long session = cluster.openSession(1);
            cluster.put(1, session, 1, "/first", 4_096);
            List<CompletableFuture<?>> calls = new ArrayList<>();
            simulation.start(
                "caller",
                same -> {
                  for (int i = 2; i < 40; i++) {
                    calls.addAll(callAll(cluster.gateway(1), session, i).values());
                    simulation.sleep(simulation.random().below(100_000));
                  }
                });
            simulation.sleep(simulation.random().below(4_000_000));
            // A chunk that can not be read and not be had: readers wait for it.
            cluster.rot(1);
            cluster.network.isolate(java.util.Set.of(1));
            cluster.peer(1).close();
            simulation.sleep(DEADLINE_NANOS);
            assertEquals(38 * 5, calls.size());
            for (int i = 0; i < calls.size(); i++) {
              assertTrue(calls.get(i).isDone(), "call " + i + " never ended");
            }
            cluster.closeAll();
          });
    }
  }

  @Test
  void everyCallEndsWhenTheDiskFails() {
    for (long seed = 1; seed <= 20; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            PeerCluster cluster = new PeerCluster(simulation, 3);
            cluster.expectFailures();
            long session = cluster.openSession(1);
            cluster.put(1, session, 1, "/first", 4_096);
            int victim = cluster.leader(1);
            cluster.disk(victim).faults().syncErrorChance = 1;
            List<CompletableFuture<?>> calls = new ArrayList<>();
            for (int i = 2; i < 10; i++) {
              calls.addAll(callAll(cluster.gateway(victim), session, i).values());
              simulation.sleep(simulation.random().below(2_000_000));
            }
            simulation.sleep(DEADLINE_NANOS);
            for (int i = 0; i < calls.size(); i++) {
              assertTrue(calls.get(i).isDone(), "call " + i + " never ended");
            }
            assertEquals(1, cluster.failures.size(), "the owner is told once");
            Gateway failed = cluster.gateway(victim);
            Throwable refusal =
                assertThrows(ExecutionException.class, () -> failed.ask(new Query.Stat(ROOT)).get())
                    .getCause();
            assertInstanceOf(UnavailableException.class, refusal);
            // The others go on without it.
            int other = victim % 3 + 1;
            assertInstanceOf(Result.Node.class, cluster.put(other, session, 20, "/after", 4_096));
            cluster.closeAll();
          });
    }
  }

  @Test
  void aPeerWhoseDiskFailedIsSilentAtOnce() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          cluster.expectFailures();
          long session = cluster.openSession(1);
          int victim = cluster.leader(1);
          cluster.disk(victim).faults().syncErrorChance = 1;
          cluster
              .gateway(victim)
              .propose(
                  new SessionCommand(
                      session, 1, 1, PeerCluster.put("/a", PeerCluster.chunk(session, 1, 10))),
                  List.of(PeerCluster.chunk(session, 1, 10)));
          simulation.sleep(200_000_000);
          assertEquals(1, cluster.failures.size());
          List<PeerMessage> sent = new ArrayList<>();
          cluster.network.observe(
              (from, to, message) -> {
                if (from == victim) {
                  sent.add(message);
                }
              });
          simulation.sleep(1_000_000_000);
          assertEquals(List.of(), sent);
          cluster.closeAll();
        });
  }

  @Test
  void aDirectoryThatCanNotBeUsedLeavesNothingRunning() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          long session = cluster.openSession(1);
          cluster.put(1, session, 1, "/first", 100);
          simulation.sleep(100_000_000);
          cluster.peer(1).close();
          cluster.nodes.get(1).kill();
          // The log is gone, the metadata is there.
          cluster.nodes.put(1, simulation.node(1));
          cluster.metadata.get(1).revertToLastFlush();
          cluster.indexes.put(1, cluster.indexes.get(1).revertToLastFlush());
          IllegalStateException refused =
              assertThrows(IllegalStateException.class, () -> cluster.start(1));
          assertTrue(refused.getMessage().contains("journal"), refused.getMessage());
          simulation.sleep(100_000_000);
          assertTrue(
              simulation
                  .dump()
                  .lines()
                  .noneMatch(line -> line.contains("node1.1/") && !line.contains("/timer")),
              () -> "threads left: " + simulation.dump());
          cluster.peers.remove(1);
          cluster.closeAll();
        });
  }

  @Test
  void aProposalToAClusterWithoutQuorumEndsByItsDeadline() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          long session = cluster.openSession(1);
          cluster.kill(2);
          cluster.kill(3);
          // For so long peer 1 may answer reads by itself.
          simulation.sleep(ConsensusOptions.LEASE_NANOS);
          long began = simulation.now();
          for (Map.Entry<String, CompletableFuture<?>> call :
              callAll(cluster.gateway(1), session, 2).entrySet()) {
            if (call.getKey().equals("status")) {
              call.getValue().get();
              continue;
            }
            Throwable error =
                assertThrows(ExecutionException.class, () -> call.getValue().get(), call.getKey())
                    .getCause();
            assertTrue(
                error instanceof UnavailableException || error instanceof OutcomeUnknownException,
                error::toString);
          }
          assertTrue(simulation.now() - began < DEADLINE_NANOS);
          cluster.closeAll();
        });
  }

  @Test
  void aFetchOnAStoppedExchangeFails() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          ChunkExchange exchange = cluster.peer(1).exchange();
          cluster.closeAll();
          ChunkRef nowhere = new ChunkRef(new ChunkId(9, 9), 10, 1);
          CompletableFuture<?> late = exchange.fetch(nowhere, Long.MAX_VALUE);
          assertTrue(late.isCompletedExceptionally());
        });
  }
}

package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.MemoryTables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A small cluster of whole peers on a friendly network. */
class PeerTest {
  @Test
  void whatOnePeerTakesEveryPeerServes() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          for (int peer = 1; peer <= 4; peer++) {
            long session = cluster.openSession(peer);
            Chunk chunk = PeerCluster.chunk(session, 1, 16_384);
            Result result =
                cluster.propose(
                    peer,
                    new SessionCommand(session, 1, 1, PeerCluster.put("/f" + peer, chunk)),
                    chunk);
            assertInstanceOf(Result.Node.class, result, () -> result.toString());
            for (int reader = 1; reader <= 4; reader++) {
              ReadReply reply =
                  cluster
                      .peers
                      .get(reader)
                      .gateway()
                      .read(At.path(Bytes.utf8("/f" + peer), true), 0, 100, 16_384)
                      .get();
              ReadReply.Data data = assertInstanceOf(ReadReply.Data.class, reply);
              assertEquals(chunk.content().slice(100, 16_284), data.content().data());
            }
          }
          simulation.sleep(3_000_000_000L);
          for (Peer peer : cluster.peers.values()) {
            assertTrue(peer.gateway().status().get().healthy(), "healthy at rest");
          }
          cluster.peers.values().forEach(Peer::close);
        });
  }

  @Test
  void aPeerThatWasAwayCatchesUpAndHealsItsContent() {
    Simulation.run(
        3,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          cluster.nodes.get(4).crash();
          List<Chunk> chunks = new ArrayList<>();
          for (int i = 1; i <= 40; i++) {
            Chunk chunk = PeerCluster.chunk(session, i, 4_096);
            chunks.add(chunk);
            Command put = PeerCluster.put("/f" + i, chunk);
            cluster.propose(1, new SessionCommand(session, i, i, put), chunk);
          }
          cluster.metadata.put(4, PeerCluster.emptyMetadata());
          cluster.indexes.put(4, new MemoryTables(ChunkStore.Index.values()));
          cluster.start(4);
          Peer returned = cluster.peers.get(4);
          simulation.sleep(5_000_000_000L);
          for (Chunk chunk : chunks) {
            assertTrue(returned.chunks().held(chunk.ref().id()), () -> chunk.ref() + " is missing");
          }
          assertTrue(returned.gateway().status().get().healthy());
          cluster.peers.values().forEach(Peer::close);
        });
  }

  @Test
  void aRetriedCommandIsAppliedOnceWhereverItGoes() {
    Simulation.run(
        2,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          long session = cluster.openSession(1);
          SessionCommand create =
              new SessionCommand(
                  session,
                  1,
                  1,
                  new Command.Create(At.path(Bytes.utf8("/once"), false), 0644, Caller.ROOT, true));
          for (int peer = 1; peer <= 3; peer++) {
            Result.Node node = assertInstanceOf(Result.Node.class, cluster.propose(peer, create));
            assertTrue(node.created(), "the retry gets the first answer");
          }
          cluster.peers.values().forEach(Peer::close);
        });
  }
}

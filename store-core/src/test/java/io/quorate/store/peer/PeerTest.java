package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.SimNetwork;
import io.quorate.store.sim.SimNode;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.MemoryTables;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** A small cluster of whole peers on a friendly network. */
class PeerTest {
  private static final Path DIRECTORY = Path.of("/data");

  /** The cluster under test. */
  private static final class Cluster {
    final Simulation simulation;
    final Membership members;
    final SimNetwork<PeerMessage> network;
    final SortedMap<Integer, SimNode> nodes = new TreeMap<>();
    final SortedMap<Integer, Peer> peers = new TreeMap<>();

    Cluster(Simulation simulation, int size) throws Exception {
      this.simulation = simulation;
      SortedMap<Integer, Long> voters = new TreeMap<>();
      for (int id = 1; id <= size; id++) {
        voters.put(id, 1L);
      }
      this.members = new Membership(0, voters, new TreeMap<>());
      this.network = new SimNetwork<>(simulation, SimNetwork.Mode.STREAM);
      for (int id = 1; id <= size; id++) {
        start(
            id,
            new MemoryTables(MetadataTable.values()),
            new MemoryTables(ChunkStore.Index.values()));
      }
    }

    void start(int id, MemoryTables metadata, MemoryTables index) throws Exception {
      SimNode node = nodes.computeIfAbsent(id, simulation::node);
      SimWorld world = node.boot();
      JournalOptions journal =
          JournalOptions.of(new UUID(1, 1), error -> {}).withSegmentBytes(1 << 20);
      peers.put(
          id,
          Peer.start(
              world,
              PeerOptions.of(id, "test", members).withLimits(0, 16 << 20, 2),
              new PeerStorage(world.openDisk(DIRECTORY), journal, metadata, index),
              new SimTransport(network, world, id, members.voters().keySet()),
              simulation::fail));
    }

    Result propose(int peer, SessionCommand command, Chunk... chunks) throws Exception {
      while (true) {
        try {
          return peers.get(peer).gateway().propose(command, List.of(chunks)).get();
        } catch (ExecutionException e) {
          simulation.trace("retry after " + e.getCause());
        }
      }
    }

    long openSession(int peer) throws Exception {
      Result result =
          propose(peer, new SessionCommand(0, 99 + peer, 0, new Command.OpenSession("t", 30_000)));
      return assertInstanceOf(Result.Opened.class, result).session();
    }
  }

  private static Chunk chunk(long session, long number, int lengthBytes) {
    byte[] content = new byte[lengthBytes];
    java.util.Arrays.fill(content, (byte) number);
    CRC32C crc = new CRC32C();
    crc.update(content);
    return new Chunk(
        new ChunkRef(new ChunkId(session, number), lengthBytes, (int) crc.getValue()),
        ByteBuffer.wrap(content));
  }

  private static Command put(String path, Chunk chunk) {
    return new Command.Put(
        At.path(Bytes.utf8(path), true),
        0644,
        Caller.ROOT,
        List.of(new Extent(0, chunk.ref(), 0, chunk.ref().lengthBytes())),
        chunk.ref().lengthBytes(),
        AttributeChange.NOW,
        Command.PutCondition.ALWAYS);
  }

  @Test
  void whatOnePeerTakesEveryPeerServes() {
    Simulation.run(
        1,
        simulation -> {
          Cluster cluster = new Cluster(simulation, 4);
          for (int peer = 1; peer <= 4; peer++) {
            long session = cluster.openSession(peer);
            Chunk chunk = chunk(session, 1, 16_384);
            Result result =
                cluster.propose(
                    peer, new SessionCommand(session, 1, 1, put("/f" + peer, chunk)), chunk);
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
          Cluster cluster = new Cluster(simulation, 4);
          long session = cluster.openSession(1);
          cluster.nodes.get(4).crash();
          List<Chunk> chunks = new ArrayList<>();
          for (int i = 1; i <= 40; i++) {
            Chunk chunk = chunk(session, i, 4_096);
            chunks.add(chunk);
            Command put = put("/f" + i, chunk);
            cluster.propose(1, new SessionCommand(session, i, i, put), chunk);
          }
          cluster.start(
              4,
              new MemoryTables(MetadataTable.values()),
              new MemoryTables(ChunkStore.Index.values()));
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
          Cluster cluster = new Cluster(simulation, 3);
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

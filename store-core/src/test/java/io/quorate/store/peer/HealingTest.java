package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.MemoryTables;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How a peer gets the content that it missed: when it begins, from whom, in which order. */
class HealingTest {
  private static final long SECOND = 1_000_000_000;
  private static final int AWAY = 4;

  /** Peer 4 is away while files are written, and comes back without what it had. */
  private static List<ChunkRef> miss(PeerCluster cluster, int files, int lengthBytes)
      throws Exception {
    long session = cluster.openSession(1);
    cluster.kill(AWAY);
    List<ChunkRef> chunks = new ArrayList<>();
    for (int i = 1; i <= files; i++) {
      Chunk chunk = PeerCluster.chunk(session, i, lengthBytes);
      chunks.add(chunk.ref());
      Command put = PeerCluster.put("/f" + i, chunk);
      cluster.propose(1, new SessionCommand(session, i, i, put), chunk);
    }
    return chunks;
  }

  private static void comeBack(PeerCluster cluster) throws Exception {
    cluster.metadata.put(AWAY, PeerCluster.emptyMetadata());
    cluster.indexes.put(AWAY, new MemoryTables(ChunkStore.Index.values()));
    cluster.start(AWAY);
  }

  @Test
  void beginsWithinASecondAndTakesFromAllPeers() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          List<ChunkRef> chunks = miss(cluster, 60, 4_096);
          SortedMap<Integer, Integer> asked = new TreeMap<>();
          List<Long> begun = new ArrayList<>();
          cluster.network.observe(
              (from, to, message) -> {
                if (from == AWAY && message instanceof PeerMessage.PullChunks) {
                  begun.add(simulation.now());
                  asked.merge(to, 1, Integer::sum);
                }
              });
          long returned = simulation.now();
          comeBack(cluster);
          awaitAll(simulation, cluster, chunks);
          assertTrue(begun.getFirst() - returned < SECOND, "began late");
          for (int peer = 1; peer <= 3; peer++) {
            int share = asked.getOrDefault(peer, 0);
            assertTrue(share >= chunks.size() / 4, "unequal shares: " + asked);
          }
          cluster.closeAll();
        });
  }

  private static void awaitAll(Simulation simulation, PeerCluster cluster, List<ChunkRef> chunks)
      throws Exception {
    long deadline = simulation.now() + 30 * SECOND;
    for (ChunkRef chunk : chunks) {
      while (!cluster.peer(AWAY).chunks().held(chunk.id())) {
        assertTrue(simulation.now() < deadline, chunk + " never came");
        simulation.sleep(SECOND / 100);
      }
    }
  }

  /** The rest of a file that somebody reads does not wait behind what nobody reads. */
  @Test
  void whatIsBeingReadComesFirst() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          int pieces = 8;
          int pieceBytes = 64 << 10;
          long session = cluster.openSession(1);
          cluster.kill(AWAY);
          for (int i = 1; i <= 80; i++) {
            cluster.put(1, session, i, "/f" + i, pieceBytes);
          }
          List<ChunkRef> file = putInPieces(cluster, session, 81, pieces, pieceBytes);
          List<ChunkId> order = new ArrayList<>();
          cluster.network.observe(
              (from, to, message) -> {
                if (to == AWAY && message instanceof PeerMessage.PulledChunk(Chunk chunk)) {
                  order.add(chunk.ref().id());
                }
              });
          comeBack(cluster);
          // Not before it could read at all.
          ReadReply reply = cluster.read(AWAY, "/pieces", 100);
          assertInstanceOf(ReadReply.Data.class, reply);
          int before = order.size();
          assertTrue(before < 40, "healing was too fast for this test: " + before);
          awaitAll(simulation, cluster, file);
          // What was under way already may come in between, and no more.
          int until = order.size() - before;
          assertTrue(until < pieces + 30, "others came between: " + until);
          cluster.closeAll();
        });
  }

  private static List<ChunkRef> putInPieces(
      PeerCluster cluster, long session, int number, int pieces, int pieceBytes) throws Exception {
    List<Extent> extents = new ArrayList<>();
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < pieces; i++) {
      Chunk chunk = PeerCluster.chunk(session, number + i, pieceBytes);
      chunks.add(chunk);
      extents.add(new Extent((long) i * pieceBytes, chunk.ref(), 0, pieceBytes));
    }
    Command put =
        new Command.Put(
            At.path(Bytes.utf8("/pieces"), true),
            0644,
            Caller.ROOT,
            extents,
            (long) pieces * pieceBytes,
            AttributeChange.NOW,
            Command.PutCondition.ALWAYS);
    cluster.propose(
        1, new SessionCommand(session, number, number, put), chunks.toArray(new Chunk[0]));
    return extents.stream().map(Extent::chunk).toList();
  }

  /** Peers with slow disks are given less to do at a time than peers with fast ones. */
  @Test
  void takesLessFromPeersThatAreSlow() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          List<ChunkRef> chunks = miss(cluster, 200, 64 << 10);
          List<Integer> underWay = new ArrayList<>();
          int[] now = new int[1];
          boolean[] slow = new boolean[1];
          cluster.network.observe(
              (from, to, message) -> {
                if (from == AWAY && message instanceof PeerMessage.PullChunks) {
                  now[0]++;
                  if (slow[0]) {
                    underWay.add(now[0]);
                  }
                } else if (to == AWAY && message instanceof PeerMessage.PulledChunk) {
                  now[0]--;
                }
              });
          comeBack(cluster);
          while (!cluster.peer(AWAY).chunks().held(chunks.get(20).id())) {
            simulation.sleep(SECOND / 1_000);
          }
          for (int peer = 1; peer <= 3; peer++) {
            cluster.disk(peer).faults().slowness = 200;
          }
          simulation.sleep(SECOND / 2);
          slow[0] = true;
          awaitAll(simulation, cluster, chunks);
          int most = underWay.stream().mapToInt(Integer::intValue).max().orElseThrow();
          // The least window has room for four of 64 KiB, the greatest for 37.
          assertTrue(most <= 4, "so many at once from slow peers: " + most);
          cluster.closeAll();
        });
  }

  @Test
  void paceGivesWayToLoadAndComesBack() {
    HealingPace pace = new HealingPace(0);
    long now = SECOND;
    int length = 64 << 10;
    now = fetch(pace, length, now, 4_000_000, 400);
    long idle = pace.windowBytes();
    assertEquals(4L << 20, idle);
    now = fetch(pace, length, now, 12_000_000, 30);
    assertEquals(512L << 10, pace.windowBytes());
    // One is always allowed.
    assertTrue(pace.start(1 << 20, now));
    pace.ended(1 << 20, now, false, now);
    now = fetch(pace, length, now, 4_000_000, 400);
    assertEquals(idle, pace.windowBytes());
    // For good slower: after a while that is what counts as idle.
    fetch(pace, length, now, 12_000_000, 3_000);
    assertEquals(idle, pace.windowBytes());
  }

  /** So many fetches, one after the other. */
  private static long fetch(HealingPace pace, int length, long start, long tookNanos, int count) {
    long now = start;
    for (int i = 0; i < count; i++) {
      assertTrue(pace.start(length, now), "fetch " + i);
      pace.ended(length, now, true, now + tookNanos);
      now += tookNanos;
    }
    return now;
  }

  @Test
  void paceHasAHighestRate() {
    HealingPace pace = new HealingPace(0);
    int started = 0;
    for (long now = 0; now < SECOND; now += 1_000_000) {
      while (started < 10_000 && pace.start(16 << 10, now)) {
        started++;
        pace.ended(16 << 10, now, true, now);
      }
    }
    assertTrue(started > 900 && started < 1_100, "in one second: " + started);
  }
}

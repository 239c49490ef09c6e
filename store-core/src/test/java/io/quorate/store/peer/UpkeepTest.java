package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.Activity;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import io.quorate.store.table.MemoryTables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What status tells of healing, scrubbing and space. */
class UpkeepTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int AWAY = 4;

  private static PeerStatus of(PeerCluster cluster, int asked, int peer) throws Exception {
    return cluster.gateway(asked).status().get().peers().get(peer - 1);
  }

  /** Peer 4 comes back without its content; what another peer says of it until it has all. */
  @Test
  void aPeerThatHealsSaysHowMuchIsLeft() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          int files = 2_400;
          int bytes = 16 << 10;
          long session = cluster.openSession(1);
          cluster.kill(AWAY);
          for (int i = 1; i <= files; i++) {
            Chunk chunk = PeerCluster.chunk(session, i, bytes);
            Command put = PeerCluster.put("/f" + i, chunk);
            cluster.propose(1, new SessionCommand(session, i, i, put), chunk);
          }
          cluster.metadata.put(AWAY, PeerCluster.emptyMetadata());
          cluster.indexes.put(AWAY, new MemoryTables(ChunkStore.Index.values()));
          for (int peer = 1; peer <= 3; peer++) {
            cluster.disk(peer).faults().slowness = 300;
          }
          cluster.start(AWAY);
          List<PeerStatus> seen = new ArrayList<>();
          ClusterStatus status;
          do {
            simulation.sleep(SECOND / 4);
            status = cluster.gateway(1).status().get();
            PeerStatus away = status.peers().get(AWAY - 1);
            seen.add(away);
            assertTrue(!status.healthy() || away.activity() == Activity.SERVING);
            assertTrue(seen.size() < 1_000, () -> "never healed: " + away);
          } while (!status.healthy());
          List<PeerStatus> healing =
              seen.stream().filter(peer -> peer.activity() == Activity.HEALING).toList();
          assertTrue(healing.size() >= 4, () -> "it was over too soon for this test: " + seen);
          for (PeerStatus peer : healing) {
            Upkeep.Content content = peer.upkeep().content();
            assertTrue(content.missingChunks() <= files, content::toString);
            assertEquals(content.missingChunks() * bytes, content.missingBytes());
          }
          Upkeep.Content later = healing.getLast().upkeep().content();
          assertTrue(later.missingChunks() < healing.getFirst().upkeep().content().missingChunks());
          assertTrue(later.bytesPerSecond() > 0, later::toString);
          assertTrue(later.millisLeft() > 0, later::toString);
          Upkeep.Content done = seen.getLast().upkeep().content();
          assertTrue(done.isComplete(), done::toString);
          assertEquals(0, done.missingBytes());
          assertEquals((long) files * bytes, cluster.peer(AWAY).healedBytes());
          cluster.closeAll();
        });
  }

  @Test
  void scrubbingSaysWhatItFoundAndWhatIsWholeAgain() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4);
          long session = cluster.openSession(1);
          for (int i = 1; i <= 20; i++) {
            cluster.put(1, session, i, "/f" + i, 4_096);
          }
          simulation.sleep(2 * SECOND);
          Upkeep.Scrub idle = of(cluster, 1, AWAY).upkeep().scrub();
          assertEquals(0, idle.finishedMillis());
          assertFalse(idle.running());
          cluster.peer(AWAY).close();
          cluster.nodes.get(AWAY).kill();
          cluster.metadata.get(AWAY).revertToLastFlush();
          cluster.indexes.put(AWAY, cluster.indexes.get(AWAY).revertToLastFlush());
          // A pass takes five seconds.
          cluster.options(all -> all.withScrub(new ScrubOptions(16 << 10, 1_000)));
          cluster.start(AWAY);
          cluster.rot(AWAY);
          List<Upkeep.Scrub> seen = new ArrayList<>();
          do {
            simulation.sleep(SECOND / 2);
            seen.add(of(cluster, 1, AWAY).upkeep().scrub());
            assertTrue(seen.size() < 100, seen::toString);
          } while (seen.getLast().passes() < 2);
          assertTrue(seen.stream().anyMatch(s -> s.percent() > 20 && s.percent() < 80));
          Upkeep.Scrub end = seen.getLast();
          assertTrue(end.damagedChunks() > 10, end::toString);
          assertEquals(end.damagedChunks(), end.mendedChunks());
          assertTrue(end.finishedMillis() > 0);
          cluster.closeAll();
        });
  }

  @Test
  void spaceIsLiveThenGarbageThenFree() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 4, 1 << 20);
          long session = cluster.openSession(1);
          int files = 40;
          int bytes = 16 << 10;
          for (int i = 1; i <= files; i++) {
            cluster.put(1, session, i, "/f" + i, bytes);
          }
          simulation.sleep(3 * SECOND);
          for (int peer = 1; peer <= 4; peer++) {
            Upkeep.Space full = of(cluster, 1, peer).upkeep().space();
            long each = full.liveBytes() / files;
            assertTrue(each >= bytes && each < bytes + 200, full::toString);
            assertEquals(1 << 20, full.reservedBytes());
            assertTrue(full.freeBytes() > 0);
          }
          for (int i = 1; i <= files; i++) {
            Command unlink = new Command.Unlink(At.path(Bytes.utf8("/f" + i), false));
            cluster.propose(1, new SessionCommand(session, files + i, files + i, unlink));
          }
          long deadline = simulation.now() + 60 * SECOND;
          Upkeep.Space left;
          do {
            simulation.sleep(SECOND);
            left = of(cluster, 1, 2).upkeep().space();
            assertTrue(simulation.now() < deadline, left::toString);
          } while (left.liveBytes() > 0);
          assertTrue(left.garbageBytes() + left.logBytes() > 0, left::toString);
          cluster.closeAll();
        });
  }

  @Test
  void activityTellsStatesApart() {
    assertEquals(Activity.SERVING, activity(State.FOLLOWER, false, 0, 0));
    assertEquals(Activity.SERVING, activity(State.LEADER, false, 0, 0));
    assertEquals(Activity.HEALING, activity(State.LEADER, false, 1, 0));
    assertEquals(Activity.HEALING, activity(State.FOLLOWER, true, 0, 0));
    assertEquals(Activity.CATCHING_UP_BY_LOG, activity(State.CATCHING_UP, false, 1, 0));
    assertEquals(Activity.RECEIVING_CHECKPOINT, activity(State.CATCHING_UP, false, 1, 9));
    assertEquals(Activity.RECEIVING_CHECKPOINT, activity(State.SUSPECT, false, 1, 9));
    assertEquals(Activity.READMITTING, activity(State.SUSPECT, true, 1, 0));
    assertEquals(Activity.UNREACHABLE, activity(State.UNREACHABLE, true, 1, 9));
    assertEquals(Activity.FULL, activity(State.FULL, true, 1, 0));
  }

  private static Activity activity(State state, boolean searching, int missing, long checkpoint) {
    Upkeep upkeep =
        new Upkeep(
            new Upkeep.Content(searching, missing, missing, 0, 0),
            new Upkeep.Checkpoint(0, checkpoint),
            Upkeep.UNKNOWN.scrub(),
            Upkeep.Space.UNKNOWN);
    return new PeerStatus(1, "", state, 0, 0, 0, 0, "", 0, "", upkeep).activity();
  }

  @Test
  void timeLeftFollowsTheRate() {
    assertEquals(0, new Upkeep.Content(false, 0, 0, 0, 0).millisLeft());
    assertEquals(-1, new Upkeep.Content(false, 3, 10, 0, 0).millisLeft());
    assertEquals(2_001, new Upkeep.Content(false, 3, 2_000, 0, 1_000).millisLeft());
  }

  @Test
  void theRateIsThatOfTheLastSeconds() {
    RateMeter meter = new RateMeter(100);
    assertEquals(0, meter.perSecond(100));
    for (int i = 0; i < 20; i++) {
      meter.add(1_000, 100 + i * SECOND / 10);
    }
    assertEquals(10_000, meter.perSecond(100 + 2 * SECOND));
    assertEquals(20_000, meter.total());
    assertEquals(0, meter.perSecond(100 + 6 * SECOND));
    meter.add(8_000, 100 + 20 * SECOND);
    assertEquals(2_285, meter.perSecond(100 + 20 * SECOND));
    assertEquals(28_000, meter.total());
  }

  @Test
  void whatTheListHasIsNotCountedTwice() {
    Unlisted unlisted = new Unlisted();
    assertEquals(new ChunkId(1, 5), unlisted.countedTo(new ChunkId(1, 5)));
    unlisted.count(refs(6, 8), new ChunkId(1, 9), false);
    unlisted.count(refs(10, 14), new ChunkId(1, 15), false);
    assertEquals(5, unlisted.chunks());
    assertEquals(500, unlisted.bytes());
    assertEquals(new ChunkId(1, 15), unlisted.countedTo(new ChunkId(1, 5)));
    unlisted.count(List.of(), null, true);
    assertTrue(unlisted.isWhole());
    unlisted.listed(new ChunkId(1, 9));
    assertEquals(4 - 1, unlisted.chunks());
    unlisted.listed(new ChunkId(1, 20));
    assertEquals(0, unlisted.chunks());
    assertEquals(0, unlisted.bytes());
    assertEquals(new ChunkId(1, 20), unlisted.countedTo(new ChunkId(1, 20)));
  }

  /** Every second chunk from one number to another. */
  private static List<ChunkRef> refs(int from, int to) {
    List<ChunkRef> refs = new ArrayList<>();
    for (int i = from; i <= to; i += 2) {
      refs.add(new ChunkRef(new ChunkId(1, i), 100, 0));
    }
    return refs;
  }
}

package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.Result;
import io.quorate.store.sim.Simulation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Who waits at a follower is told at once of what is committed, however long a heartbeat lasts;
 * where nobody waits, the heartbeat tells.
 */
class CommitNewsTest {
  private static final long MILLI = 1_000_000;

  /** What needs no heartbeat is done in it. */
  private static final long SOON_NANOS = 30 * MILLI;

  /** Longer than any lease, so that reads do not come into it. */
  private static final int LONG_HEARTBEAT_MILLIS = 2_000;

  /** Within it, leases go from each heartbeat to the next. */
  private static final int SHORT_HEARTBEAT_MILLIS = 100;

  /** No whole part of a heartbeat: each time another one is awaited for another while. */
  private static final long PAUSE_NANOS = 1_037 * MILLI;

  /** Files are put at the leader; {@code follower} is where somebody waits, if anywhere. */
  private record Rested(
      Simulation simulation, PeerCluster cluster, int leader, int follower, long session) {

    /** A cluster in which nobody has waited for anything for some heartbeats. */
    static Rested begin(Simulation simulation, int heartbeatMillis) throws Exception {
      PeerCluster cluster = new PeerCluster(simulation, 4);
      cluster.options(options -> options.withTimings(heartbeatMillis, 30_000, 60_000));
      cluster.restartAll();
      int leader = cluster.leader(1);
      long session = cluster.openSession(leader, 600_000);
      simulation.sleep(4 * heartbeatMillis * MILLI + PAUSE_NANOS);
      return new Rested(simulation, cluster, leader, leader % 4 + 1, session);
    }

    void put(int peer, int number) throws Exception {
      Result result = cluster.put(peer, session, number, "/f" + number, 100);
      assertInstanceOf(Result.Node.class, result, result::toString);
    }

    /** How far each follower has applied the log, the one where somebody waits first. */
    List<Long> applied() {
      return List.of(follower, follower % 4 + 1, leader).stream()
          .filter(peer -> peer != leader)
          .map(peer -> cluster.peer(peer).metadata().appliedIndex())
          .toList();
    }
  }

  @Test
  void whereNobodyWaitsTheNextHeartbeatTells() {
    Simulation.run(
        11,
        simulation -> {
          Rested rested = Rested.begin(simulation, LONG_HEARTBEAT_MILLIS);
          List<Long> before = rested.applied();
          rested.put(rested.leader, 1);
          simulation.sleep(SOON_NANOS);
          assertEquals(before, rested.applied());
          simulation.sleep(LONG_HEARTBEAT_MILLIS * MILLI);
          assertEquals(before.stream().map(index -> index + 1).toList(), rested.applied());
          rested.cluster.closeAll();
        });
  }

  @Test
  void aCommandIsAnsweredAtOnceByTheFollowerThatTookIt() {
    Simulation.run(
        12,
        simulation -> {
          Rested rested = Rested.begin(simulation, LONG_HEARTBEAT_MILLIS);
          List<Long> before = rested.applied();
          long began = simulation.now();
          rested.put(rested.follower, 1);
          assertTrue(simulation.now() - began < SOON_NANOS, "it was told late");
          assertEquals(List.of(before.get(0) + 1, before.get(1)), rested.applied());
          rested.cluster.closeAll();
        });
  }

  @Test
  void onlyTheFollowerThatTookACommandIsToldOfItsCommit() {
    Simulation.run(
        15,
        simulation -> {
          Rested rested = Rested.begin(simulation, LONG_HEARTBEAT_MILLIS);
          AtomicInteger sent = new AtomicInteger();
          rested.cluster.network.observe(
              (from, to, message) ->
                  sent.addAndGet(message instanceof PeerMessage.Consensus ? 1 : 0));
          rested.put(rested.leader, 1);
          simulation.sleep(SOON_NANOS);
          // Entry and acknowledgement of each follower.
          assertEquals(6, sent.getAndSet(0));
          rested.put(rested.follower, 2);
          simulation.sleep(SOON_NANOS);
          assertEquals(7, sent.get());
          rested.cluster.closeAll();
        });
  }

  @Test
  void aReadAtAFollowerSeesAtOnceWhatWasWrittenElsewhere() {
    Simulation.run(
        13,
        simulation -> {
          Rested rested = Rested.begin(simulation, SHORT_HEARTBEAT_MILLIS);
          for (int number = 1; number <= 10; number++) {
            rested.put(rested.leader, number);
            long began = simulation.now();
            ReadReply read = rested.cluster.read(rested.follower, "/f" + number, 100);
            assertInstanceOf(ReadReply.Data.class, read);
            long nanos = simulation.now() - began;
            assertTrue(nanos < SOON_NANOS, () -> "it took " + nanos / MILLI + " ms");
            simulation.sleep(PAUSE_NANOS);
          }
          rested.cluster.closeAll();
        });
  }

  @Test
  void whoWatchesAtAFollowerIsToldAtOnce() {
    Simulation.run(
        14,
        simulation -> {
          Rested rested = Rested.begin(simulation, SHORT_HEARTBEAT_MILLIS);
          Gateway gateway = rested.cluster.gateway(rested.follower);
          for (int number = 1; number <= 10; number++) {
            long from = gateway.changes(Gateway.NOW).get().through();
            CompletableFuture<ChangeBatch> watched = gateway.changes(from);
            // A heartbeat's answer says that somebody watches.
            simulation.sleep(2 * SHORT_HEARTBEAT_MILLIS * MILLI + 11 * number * MILLI);
            rested.put(rested.leader, number);
            simulation.sleep(SOON_NANOS);
            assertTrue(watched.isDone(), "who watches waits for a heartbeat");
            assertEquals(1, watched.get().sets().size());
            simulation.sleep(PAUSE_NANOS);
          }
          rested.cluster.closeAll();
        });
  }
}

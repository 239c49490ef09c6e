package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.journal.Position;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.sim.Simulation;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DamagedLeaderTest {
  private static final int FILE_BYTES = 2_000;
  private static final int RECORD_HEADER_BYTES = 80;
  private static final long SECOND = 1_000_000_000L;

  /**
   * The leader alone has an entry, and can not read it any more. Nobody can take over who would
   * have all of its log; as long as it leads nobody else is elected.
   */
  @Test
  void aLeaderWhoseLogIsDamagedWhereOnlyItHasItStandsBack() {
    Simulation.run(
        1,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, 3);
          long session = cluster.openSession(1);
          cluster.put(1, session, 1, "/first", FILE_BYTES);
          int leader = cluster.leader(1);
          int follower = leader % 3 + 1;
          int third = follower % 3 + 1;
          Chunk lonely = PeerCluster.chunk(session, 2, FILE_BYTES);
          cluster.network.isolate(Set.of(leader));
          SessionCommand put =
              new SessionCommand(session, 2, 2, PeerCluster.put("/lonely", lonely));
          cluster.gateway(leader).propose(put, List.of(lonely));
          simulation.sleep(SECOND / 10);
          List.of(1, 2, 3).forEach(cluster::kill);
          cluster.network.heal();
          cluster.start(leader);
          // The entry lies behind the chunk that it names.
          Position place = cluster.peer(leader).chunks().position(lonely.ref().id());
          int entry = place.offsetBytes() + RECORD_HEADER_BYTES + FILE_BYTES;
          String segment = String.format("journal-%012d.seg", place.segment());
          cluster.disk(leader).damage().rot(segment, entry, entry + 200, 100);
          cluster.expectFailures();
          cluster.start(follower);
          assertEquals(leader, cluster.leader(follower));
          cluster.start(third);
          simulation.sleep(10 * SECOND);
          assertEquals(1, cluster.failures.size());
          assertInstanceOf(DamagedRecordException.class, cluster.failures.getFirst());
          assertInstanceOf(
              Result.Node.class, cluster.put(follower, session, 3, "/after", FILE_BYTES));
          cluster.kill(leader);
          cluster.start(leader);
          simulation.sleep(5 * SECOND);
          assertFalse(cluster.peer(leader).isSuspect(), "it is readmitted");
          assertInstanceOf(ReadReply.Data.class, cluster.read(leader, "/after", FILE_BYTES));
          cluster.closeAll();
        });
  }
}

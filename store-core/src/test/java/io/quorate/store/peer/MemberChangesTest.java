package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterMembers.Member;
import io.quorate.store.gateway.ClusterMembers.Standing;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Peers that are added, replaced and removed while the cluster serves. */
final class MemberChangesTest {
  private static final MemberCall SHOW = new MemberCall.Show();

  private interface Scenario {
    void run(Simulation simulation, PeerCluster cluster) throws Exception;
  }

  private static void with(int peers, Scenario scenario) {
    with(11, peers, scenario);
  }

  private static void with(long seed, int peers, Scenario scenario) {
    Simulation.run(
        seed,
        simulation -> {
          PeerCluster cluster = new PeerCluster(simulation, peers);
          cluster.leader(1);
          scenario.run(simulation, cluster);
          cluster.closeAll();
        });
  }

  /**
   * Waits until the voters, as {@code asked} knows them, are these, and nobody else is a member.
   */
  private static void awaitVoters(
      Simulation simulation, PeerCluster cluster, int asked, Set<Integer> voters) throws Exception {
    while (true) {
      ClusterMembers now = cluster.members(asked, SHOW);
      boolean settled = now.members().stream().allMatch(m -> m.standing() == Standing.VOTER);
      Set<Integer> ids = new TreeSet<>();
      now.members().forEach(member -> ids.add(member.id()));
      if (settled && ids.equals(voters)) {
        return;
      }
      simulation.sleep(20_000_000);
    }
  }

  private static void assertRefused(String why, ClusterMembers answer) {
    assertTrue(answer.refusal().contains(why), "refusal is: " + answer.refusal());
  }

  @Test
  void whoeverWaitsWhenThePeerStopsIsTold() {
    with(
        3,
        (simulation, cluster) -> {
          cluster.kill(2);
          cluster.kill(3);
          CompletableFuture<ClusterMembers> asked =
              cluster.gateway(1).members(new MemberCall.Add(4, "host4:7400"));
          simulation.sleep(100_000_000);
          assertFalse(asked.isDone(), "nobody leads, and it is not given up yet");
          cluster.peer(1).close();
          assertTrue(asked.isDone(), "it would wait for ever");
          Throwable error = assertThrows(ExecutionException.class, asked::get).getCause();
          assertInstanceOf(UnavailableException.class, error);
        });
  }

  @Test
  void aPeerIsAwaitedThenLearnsThenVotesWithAllContent() {
    with(
        3,
        (simulation, cluster) -> {
          long session = cluster.openSession(1);
          cluster.put(1, session, 1, "/before", 5_000);
          ClusterMembers added = cluster.members(2, new MemberCall.Add(4, "host4:7400"));
          assertEquals("", added.refusal());
          assertEquals(new Member(4, "host4:7400", Standing.AWAITED, 0), added.members().getLast());
          cluster.startNew(4);
          awaitVoters(simulation, cluster, 1, Set.of(1, 2, 3, 4));
          assertTrue(
              cluster.peer(4).holds(PeerCluster.chunk(session, 1, 5_000).ref().id()),
              "it votes before it has the content");
          cluster.put(1, session, 2, "/after", 5_000);
          cluster.read(4, "/after", 5_000);
        });
  }

  @Test
  void wrongWishesAreRefusedWithTheReason() {
    with(
        3,
        (simulation, cluster) -> {
          assertRefused("at least 3", cluster.members(1, new MemberCall.Remove(2)));
          assertRefused("peer 9 is not a member", cluster.members(1, new MemberCall.Remove(9)));
          assertRefused(
              "peer 2 is a member already",
              cluster.members(1, new MemberCall.Add(2, "elsewhere:7400")));
          assertRefused(
              "peer 8 is not a member",
              cluster.members(1, new MemberCall.Replace(8, 9, "host9:7400")));
          assertRefused(
              "does not replace itself",
              cluster.members(1, new MemberCall.Replace(2, 2, "host2:7400")));
          cluster.members(1, new MemberCall.Add(4, "host4:7400"));
          assertRefused(
              "in use by peer 4", cluster.members(2, new MemberCall.Add(5, "HOST4:7400")));
          for (int id = 5; id <= 7; id++) {
            assertEquals(
                "", cluster.members(1, new MemberCall.Add(id, "host" + id + ":7400")).refusal());
          }
          assertRefused("at most 7", cluster.members(1, new MemberCall.Add(8, "host8:7400")));
          // One that never came may go again.
          assertEquals("", cluster.members(3, new MemberCall.Remove(4)).refusal());
        });
  }

  @Test
  void aDeadPeerIsReplacedAndItsSuccessorVotesFirst() {
    with(
        3,
        (simulation, cluster) -> {
          cluster.kill(3);
          assertEquals(
              "", cluster.members(1, new MemberCall.Replace(3, 4, "host4:7400")).refusal());
          assertEquals(3, cluster.members(2, SHOW).members().getLast().replaces());
          cluster.startNew(4);
          awaitVoters(simulation, cluster, 1, Set.of(1, 2, 4));
        });
  }

  @Test
  void whoeverLeadsHandsOverBeforeItLeaves() {
    with(
        4,
        (simulation, cluster) -> {
          int leader = cluster.leader(1);
          int asked = leader == 1 ? 2 : 1;
          assertEquals("", cluster.members(asked, new MemberCall.Remove(leader)).refusal());
          assertTrue(cluster.leader(asked) != leader, "the removed peer leads");
          assertThrows(
              ExecutionException.class,
              () -> cluster.read(leader, "/", 1),
              "a removed peer serves a read");
        });
  }

  @Test
  void aPeerIsNotRemovedWhileTheRestLacksContent() {
    removeWhileTheRestLacksContent(11);
  }

  /** Of five peers two lack some content, and one that has it is to leave. */
  static void removeWhileTheRestLacksContent(long seed) {
    with(
        seed,
        5,
        (simulation, cluster) -> {
          int leader = cluster.leader(1);
          List<Integer> others = new ArrayList<>(cluster.peers.keySet());
          others.remove(Integer.valueOf(leader));
          int leaves = others.get(0);
          long session = cluster.openSession(leader);
          // Two of five do not get the content, and from whom they ask it, it does not come.
          cluster.network.isolate(Set.of(others.get(2), others.get(3)));
          cluster.network.loseMore(m -> m instanceof PeerMessage.PulledChunk ? 1 : 0);
          cluster.put(leader, session, 1, "/file", 5_000);
          cluster.network.heal();
          assertRefused(
              "less than a majority", cluster.members(leader, new MemberCall.Remove(leaves)));
          cluster.network.loseMore(m -> 0);
          ClusterMembers answer = cluster.members(leader, new MemberCall.Remove(leaves));
          while (!answer.refusal().isEmpty()) {
            simulation.sleep(100_000_000);
            answer = cluster.members(leader, new MemberCall.Remove(leaves));
          }
          assertEquals(4, answer.members().size());
        });
  }
}

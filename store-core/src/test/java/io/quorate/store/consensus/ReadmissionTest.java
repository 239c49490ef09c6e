package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Peers that may have forgotten what they promised, and how they come to count again. */
class ReadmissionTest {
  private static final long FRESH = 999;
  private static final long LATE = 10_000_000_000L;
  private static final Membership BASE =
      new Membership(0, new TreeMap<>(Map.of(1, 101L, 2, 102L, 3, 103L)), new TreeMap<>());

  private static Consensus peer(int id, long incarnation, long term) {
    Restored.Builder restored = Restored.builder(BASE).hardState(new HardState(term, 0));
    restored.entry(new Entry(1, 1, 10, EntryKind.COMMAND, List.of(), new byte[1]));
    return new Consensus(ConsensusOptions.of(id, incarnation, 7), restored.build(), 0);
  }

  private static Effects receive(Consensus at, int from, ConsensusMessage message) {
    Effects effects = at.step(new Input.Received(from, message), LATE);
    if (effects.number() > 0) {
      at.step(new Input.Durable(effects.number()), LATE);
    }
    return effects;
  }

  /** Has it stand, and gives it the promises and votes of those. */
  private static void elect(Consensus candidate, Map<Integer, Long> voters) {
    for (long now = 0; now <= LATE; now += 10_000_000) {
      if (candidate.role() == Role.FOLLOWER) {
        candidate.step(new Input.Tick(), now);
      }
    }
    candidate.step(List.of(), LATE);
    assertEquals(Role.PRE_CANDIDATE, candidate.role());
    for (boolean preVote : List.of(true, false)) {
      for (Map.Entry<Integer, Long> voter : voters.entrySet()) {
        receive(
            candidate,
            voter.getKey(),
            new VoteReply(
                preVote ? candidate.term() + 1 : candidate.term(),
                voter.getValue(),
                true,
                preVote,
                true,
                0,
                0));
      }
    }
  }

  private static AppendReply holds(Consensus leader, long incarnation, long index) {
    return new AppendReply(leader.term(), incarnation, true, index, 0, 0, 1 << 30, 0, 0, true);
  }

  @Test
  void oneThatMayHaveForgottenCountsOnceItsReadmissionIsCommitted() {
    Consensus leader = peer(1, 101, 1);
    elect(leader, Map.of(2, 102L));
    assertEquals(Role.LEADER, leader.role());
    receive(leader, 2, holds(leader, 102, 2));
    assertEquals(2, leader.commitIndex());

    receive(leader, 3, holds(leader, FRESH, 2));
    Effects change = leader.step(new Input.ChangeMembership(0, BASE.readmitting(3, FRESH)), LATE);
    assertEquals(EntryKind.MEMBERSHIP, change.append().getFirst().kind());
    leader.step(new Input.Durable(change.number()), LATE);
    receive(leader, 3, holds(leader, FRESH, 3));
    assertEquals(2, leader.commitIndex(), "its own readmission does not commit by its word");
    receive(leader, 3, holds(leader, 103, 3));
    assertEquals(2, leader.commitIndex(), "nor by that of who it was");

    receive(leader, 3, holds(leader, FRESH, 3));
    receive(leader, 2, holds(leader, 102, 3));
    assertEquals(leader.lastIndex(), leader.commitIndex() + 1, "a mark follows the change");
    receive(leader, 3, holds(leader, FRESH, leader.lastIndex()));
    assertEquals(leader.lastIndex(), leader.commitIndex(), "now it counts");
  }

  @Test
  void allVotersElectOneThatReadmitsThem() {
    Consensus suspect = peer(1, FRESH, 1);
    elect(suspect, Map.of(2, 902L));
    assertNotEquals(Role.LEADER, suspect.role(), "one is missing");
    suspect = peer(1, FRESH, 1);
    elect(suspect, Map.of(2, 902L, 3, 103L));
    assertEquals(Role.LEADER, suspect.role());
    assertEquals(2, suspect.lastIndex(), "what it began with is the readmission");
    Map<Integer, Long> readmitted = Map.of(1, FRESH, 2, 902L, 3, 103L);
    assertEquals(readmitted, suspect.membership().voters());
    assertTrue(suspect.membership().byAll());
    receive(suspect, 2, holds(suspect, 102, 2));
    assertEquals(0, suspect.commitIndex(), "another life of that peer says nothing");
    receive(suspect, 2, holds(suspect, 902, 2));
    assertEquals(2, suspect.commitIndex());
    assertEquals(readmitted, suspect.committedMembership().voters());
    assertTrue(suspect.isNamed());
  }

  @Test
  void aMajorityOfOthersDoesNotMakeOneLeadThatDoesNotCountItself() {
    Consensus suspect =
        new Consensus(
            ConsensusOptions.of(1, FRESH, 7),
            Restored.builder(
                    new Membership(
                        0,
                        new TreeMap<>(Map.of(1, 101L, 2, 102L, 3, 103L, 4, 104L)),
                        new TreeMap<>()))
                .hardState(new HardState(1, 0))
                .build(),
            0);
    elect(suspect, Map.of(2, 102L, 3, 103L));
    assertNotEquals(Role.LEADER, suspect.role());
  }

  @Test
  void aNewDiskHasNoSayAndAVoteIsGivenOncePerTerm() {
    Consensus suspect = peer(3, FRESH, 5);
    Effects same = receive(suspect, 1, new RequestVote(5, 101, false, false, 9, 5, 0, 0));
    assertTrue(grants(same).isEmpty(), "it may have voted in that term");
    Effects next = receive(suspect, 1, new RequestVote(6, 101, false, false, 9, 5, 0, 0));
    assertEquals(List.of(true), grants(next));

    Consensus empty =
        new Consensus(
            ConsensusOptions.of(1, FRESH, 7).asNewcomer(),
            Restored.builder(BASE).hardState(new HardState(1, 0)).build(),
            0);
    for (long now = 0; now <= LATE; now += 10_000_000) {
      empty.step(new Input.Tick(), now);
    }
    assertEquals(Role.FOLLOWER, empty.role(), "it does not stand");
    Effects vote = receive(empty, 2, new RequestVote(6, 102, false, false, 9, 5, 0, 0));
    assertEquals(List.of(false), electors(vote));
  }

  private static List<Boolean> grants(Effects effects) {
    return replies(effects).stream().map(VoteReply::granted).filter(granted -> granted).toList();
  }

  private static List<Boolean> electors(Effects effects) {
    return replies(effects).stream().map(VoteReply::elector).toList();
  }

  private static List<VoteReply> replies(Effects effects) {
    return java.util.stream.Stream.concat(
            effects.send().stream(), effects.sendWhenDurable().stream())
        .map(Effects.Outbound::message)
        .filter(VoteReply.class::isInstance)
        .map(VoteReply.class::cast)
        .toList();
  }
}

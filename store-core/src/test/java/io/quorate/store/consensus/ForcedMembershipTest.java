package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three of six peers are lost for good, and an operator goes on with the other three. */
class ForcedMembershipTest {
  private static final long LATE = 10_000_000_000L;
  private static final Membership SIX = voters(6);
  private static final Membership FORCED = SIX.forcedOnto(Set.of(1, 2, 3), "by an operator");

  private static Membership voters(int count) {
    SortedMap<Integer, Long> voters = new TreeMap<>();
    for (int peer = 1; peer <= count; peer++) {
      voters.put(peer, 100L + peer);
    }
    return new Membership(0, voters, new TreeMap<>());
  }

  private static Entry entry(long index, long term, EntryKind kind, byte[] body) {
    return new Entry(index, term, 10 * index, kind, List.of(), body);
  }

  private static Entry command(long index, long term) {
    return entry(index, term, EntryKind.COMMAND, new byte[] {(byte) index});
  }

  private static Entry members(long index, long term, Membership members) {
    return entry(index, term, EntryKind.MEMBERSHIP, members.encode());
  }

  private static Restored log(Entry... entries) {
    Restored.Builder restored = Restored.builder(SIX).hardState(new HardState(3, 0));
    List.of(entries).forEach(restored::entry);
    return restored.build();
  }

  private static Consensus peer(int id, Restored restored) {
    return new Consensus(ConsensusOptions.of(id, 100L + id, 7), restored, 0);
  }

  private static Effects receive(Consensus at, int from, ConsensusMessage message) {
    Effects effects = at.step(new Input.Received(from, message), LATE);
    if (effects.number() > 0) {
      at.step(new Input.Durable(effects.number()), LATE);
    }
    return effects;
  }

  /** Has it stand, and gives it the promises and votes of those. */
  private static void elect(Consensus candidate, int... voters) {
    for (long now = 0; now <= LATE && candidate.role() == Role.FOLLOWER; now += 10_000_000) {
      candidate.step(new Input.Tick(), now);
    }
    candidate.step(List.of(), LATE);
    for (boolean preVote : List.of(true, false)) {
      for (int voter : voters) {
        long term = preVote ? candidate.term() + 1 : candidate.term();
        receive(candidate, voter, new VoteReply(term, 100L + voter, true, preVote, true, 0, 0));
      }
    }
  }

  private static void holds(Consensus leader, int follower, long index) {
    receive(
        leader,
        follower,
        new AppendReply(leader.term(), 100L + follower, true, index, 0, 0, 1 << 30, 0, 0, true));
  }

  @Test
  void theFirstLeaderNeedsTheVotesOfAllAndBeginsWithWhatWasForced() {
    Consensus survivor = peer(1, log(command(1, 1)).under(FORCED));
    elect(survivor, 2);
    assertEquals(Role.PRE_CANDIDATE, survivor.role(), "the third may have more");
    elect(survivor, 4, 5, 6);
    assertEquals(Role.PRE_CANDIDATE, survivor.role(), "those have no vote any more");
    elect(survivor, 2, 3);
    assertEquals(Role.LEADER, survivor.role());
    assertEquals(2, survivor.lastIndex());
    assertEquals(FORCED.at(2), survivor.membership());
    assertEquals(FORCED.at(0), survivor.committedMembership());
    holds(survivor, 2, 2);
    assertEquals(2, survivor.commitIndex(), "a majority of the survivors is enough to commit");
    assertEquals(FORCED.at(2), survivor.committedMembership());
  }

  @Test
  void aMajorityElectsOneWhoseLogNamesWhatWasForced() {
    Consensus survivor = peer(1, log(command(1, 1), members(2, 3, FORCED)).under(FORCED));
    assertEquals(FORCED.at(0), survivor.committedMembership(), "and not the six");
    elect(survivor, 2);
    assertEquals(Role.LEADER, survivor.role());
    assertEquals(FORCED.at(2), survivor.membership(), "it is not forced once more");
    holds(survivor, 2, 3);
    assertEquals(FORCED.at(2), survivor.committedMembership());
  }

  @Test
  void onceCommittedTheFileSaysNothing() {
    Membership later = FORCED.without(4);
    Restored.Builder restored = Restored.builder(FORCED.at(5)).startingAfter(5, 3, 50);
    restored.hardState(new HardState(3, 0)).entry(members(6, 3, later));
    Consensus survivor = peer(1, restored.build().under(FORCED));
    assertEquals(FORCED.at(5), survivor.committedMembership());
    assertEquals(later.at(6), survivor.membership());
  }

  @Test
  void olderMembershipsDoNotCountWhereverTheyComeFrom() {
    Membership older = SIX.awaiting(7, "e:7400");
    Restored begun = log(command(1, 1), members(2, 2, older));
    Consensus survivor = peer(1, begun.under(FORCED));
    assertEquals(FORCED.at(0), survivor.membership(), "it is in the log already");
    elect(survivor, 2, 3);
    assertEquals(FORCED.at(3), survivor.membership());
    assertEquals(0, survivor.commitIndex(), "the older one need not have been committed");

    Consensus taking = peer(2, log(command(1, 1)).under(FORCED));
    List<Entry> entries = List.of(members(2, 2, older), command(3, 2));
    receive(taking, 1, new AppendEntries(4, 101, 1, 1, entries, 0, 1, true, 1, 0, false, 0));
    assertEquals(3, taking.lastIndex());
    assertEquals(FORCED.at(0), taking.membership(), "it is replicated");
    assertEquals(FORCED.at(0), taking.committedMembership());

    Consensus behind = peer(3, log(command(1, 1)).under(FORCED));
    behind.step(new Input.Install(9, 2, 90, older.at(9)), LATE);
    assertEquals(9, behind.commitIndex());
    assertEquals(FORCED.at(0), behind.membership(), "it comes with a checkpoint");
    receive(
        behind,
        1,
        new AppendEntries(
            4, 101, 9, 2, List.of(members(10, 4, FORCED)), 10, 1, true, 1, 0, false, 0));
    assertEquals(List.of(FORCED.at(10)), behind.membershipsInForce());
  }

  @Test
  void aLostPeerThatComesBackIsNotHeard() {
    Consensus survivor = peer(1, log(command(1, 1)).under(FORCED));
    assertTrue(
        receive(survivor, 4, new RequestVote(9, 104, false, true, 7, 3, 0, 0)).send().isEmpty());
    receive(
        survivor,
        4,
        new AppendEntries(9, 104, 1, 1, List.of(command(2, 9)), 2, 1, true, 0, 0, false, 0));
    assertEquals(3, survivor.term(), "it has taken no part in that term");
    assertEquals(1, survivor.lastIndex());
    receive(survivor, 2, new RequestVote(9, 102, false, true, 7, 3, 0, 1));
    assertEquals(9, survivor.term(), "another survivor is heard");
  }

  private static void goOn(int all, int left, Rules rules) {
    for (long seed = 1; seed <= 200; seed++) {
      try {
        new ForcedSurvivors(all, left, seed, rules).run();
      } catch (AssertionError | IllegalStateException e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 2", "6, 3", "3, 1", "5, 2", "7, 3", "7, 1"})
  void survivorsGoOnWithWhatAnyHadWhateverCrashes(int all, int left) {
    goOn(all, left, new Rules());
  }

  @Test
  void aMajorityOfThemMayLackWhatOneHas() {
    Rules broken =
        new Rules() {
          @Override
          boolean needsAllVotes(Membership membership) {
            return false;
          }
        };
    assertThrows(AssertionError.class, () -> goOn(7, 3, broken));
  }

  @Test
  void whoWasToldOfSomethingElseStops() {
    Restored restored = log(command(1, 1), command(2, 2), command(3, 2));
    Consensus lost = peer(4, restored);
    receive(lost, 5, new AppendEntries(3, 105, 3, 2, List.of(), 3, 1, true, 0, 0, false, 0));
    assertEquals(3, lost.commitIndex());
    AppendEntries other =
        new AppendEntries(5, 101, 3, 1, List.of(command(4, 5)), 4, 1, true, 1, 0, false, 0);
    assertThrows(IllegalStateException.class, () -> receive(lost, 1, other));
  }
}

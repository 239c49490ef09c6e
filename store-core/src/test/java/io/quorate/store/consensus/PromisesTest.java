package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.ReadIndexRequest;
import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PromisesTest {
  private static final int SELF = 1;
  private static final long LIFE = 100;

  private final Promises promises = new Promises(SELF);

  private static AppendReply have(long term, long index) {
    return new AppendReply(term, LIFE, true, index, 0, 0, 0, 0, 0, true);
  }

  private Promise of(int peer) {
    return promises.of(peer, LIFE);
  }

  @Test
  void theFarthestOfTheLatestTerm() {
    promises.heard(2, have(3, 10));
    promises.heard(2, have(3, 7));
    assertEquals(new Promise(3, 0, 10, 0), of(2));
    promises.heard(2, have(4, 8));
    // Came late.
    promises.heard(2, have(3, 12));
    assertEquals(new Promise(4, 0, 8, 0), of(2));
    promises.applied(2, LIFE, 9);
    promises.applied(2, LIFE, 6);
    assertEquals(new Promise(4, 0, 8, 9), of(2));
    assertEquals(Promise.NONE, of(3));
    assertEquals(Promise.NONE, promises.of(2, LIFE + 1), "another incarnation promised nothing");
  }

  @Test
  void whatALeaderHasItself() {
    promises.heard(2, new AppendEntries(3, LIFE, 9, 3, List.of(), 12, 1, true, 0, 0, false, 11));
    assertEquals(new Promise(3, 0, 11, 0), of(2), "not what it has committed on others");
  }

  @Test
  void votes() {
    promises.heard(2, new VoteReply(5, LIFE, true, false, true, 0, 0));
    assertEquals(new Promise(5, SELF, 0, 0), of(2));
    promises.heard(3, new RequestVote(6, LIFE, false, false, 0, 0, 0, 0));
    assertEquals(new Promise(6, 3, 0, 0), of(3));
    promises.heard(2, new ReadIndexRequest(7, LIFE, 1));
    assertEquals(new Promise(7, 0, 0, 0), of(2));
  }

  @Test
  void refusalsAndPreVotesPromiseNothing() {
    promises.heard(2, new AppendReply(3, LIFE, false, 99, 0, 0, 0, 0, 0, true));
    promises.heard(2, new RequestVote(9, LIFE, true, false, 0, 0, 0, 0));
    promises.heard(2, new VoteReply(9, LIFE, true, true, true, 0, 0));
    assertEquals(new Promise(3, 0, 0, 0), of(2));
  }

  @Test
  void whatKeepsAPromise() {
    Promise promise = new Promise(5, 2, 10, 6);
    assertTrue(promise.isKeptBy(new HardState(5, 2), 10));
    assertTrue(promise.isKeptBy(new HardState(5, 2), 11));
    assertFalse(promise.isKeptBy(new HardState(5, 2), 9), "an acknowledged entry is gone");
    assertFalse(promise.isKeptBy(new HardState(5, 3), 10), "the vote is another");
    assertFalse(promise.isKeptBy(new HardState(5, 0), 10), "the vote is gone");
    assertFalse(promise.isKeptBy(new HardState(4, 2), 10), "the term is gone");
    // A leader of a later term may have superseded what was not committed, but nothing applied.
    assertTrue(promise.isKeptBy(new HardState(6, 0), 6));
    assertFalse(promise.isKeptBy(new HardState(6, 0), 5));
    assertTrue(Promise.NONE.isKeptBy(HardState.INITIAL, 0));
  }

  @Test
  void asManyAnswersAsAQuorumNeeds() {
    for (int voters = 1; voters <= 7; voters++) {
      SortedMap<Integer, Long> members = new TreeMap<>();
      for (int id = 1; id <= voters; id++) {
        members.put(id, LIFE);
      }
      Membership membership = new Membership(0, members, new TreeMap<>(Map.of(9, LIFE)));
      ReturnCheck check = new ReturnCheck(SELF, membership);
      int answered = 0;
      while (!check.isEnough()) {
        assertEquals(membership.commitQuorum() - 1 - answered, check.missingAnswers());
        answered++;
        check.answered(1 + answered);
        check.answered(1 + answered);
      }
      assertEquals(voters / 2, answered);
      assertEquals(voters - 1 - answered, check.unanswered().size());
      assertFalse(check.unanswered().contains(SELF));
    }
    Membership alone = new Membership(0, new TreeMap<>(Map.of(SELF, LIFE)), new TreeMap<>());
    assertEquals(Set.of(), new ReturnCheck(SELF, alone).unanswered());
  }
}

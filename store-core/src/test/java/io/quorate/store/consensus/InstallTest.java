package io.quorate.store.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A follower whose leader no longer has the entries that it lacks. */
class InstallTest {
  private static final Membership BASE =
      new Membership(0, new TreeMap<>(Map.of(1, 101L, 2, 102L, 3, 103L)), new TreeMap<>());
  private static final int LEADER = 1;

  /** Entries 1 to 5 of term 1, of which the first two are known to be committed. */
  private final Consensus follower = follower();

  private static Consensus follower() {
    Restored.Builder restored = Restored.builder(BASE).hardState(new HardState(3, 0));
    for (long index = 1; index <= 5; index++) {
      restored.entry(entry(index, 1));
    }
    return new Consensus(ConsensusOptions.of(2, 102, 7), restored.commitIndex(2).build(), 0);
  }

  private static Entry entry(long index, long term) {
    return new Entry(index, term, 10 * index, EntryKind.COMMAND, List.of(), new byte[1]);
  }

  private Effects append(long prevIndex, long prevTerm, Entry... entries) {
    return follower.step(
        new Input.Received(
            LEADER,
            new AppendEntries(
                3, 101, prevIndex, prevTerm, List.of(entries), prevIndex, 1, true, 0, 0, false, 0)),
        1);
  }

  private Effects install(long index, long term) {
    return follower.step(new Input.Install(index, term, 10 * index, BASE.at(index)), 1);
  }

  private static AppendReply reply(List<Effects.Outbound> sent) {
    return sent.stream()
        .map(Effects.Outbound::message)
        .filter(AppendReply.class::isInstance)
        .map(AppendReply.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theLogBeginsAnewAndCountsOnceItIsDurable() {
    append(20, 3);
    Effects effects = install(8, 2);
    assertEquals(new Effects.Install(8, 2), effects.install());
    assertEquals(8, effects.commitIndex());
    assertEquals(8, follower.lastIndex());
    assertEquals(8, follower.startIndex());
    assertTrue(follower.durableIndex() <= 2, "not durable yet: " + follower.durableIndex());
    Effects durable = follower.step(new Input.Durable(effects.number()), 1);
    assertEquals(8, follower.durableIndex());
    assertEquals(8, reply(durable.send()).index());
    Effects next = append(8, 2, entry(9, 3));
    assertEquals(List.of(9L), next.append().stream().map(Entry::index).toList());
    assertNull(next.install());
  }

  @Test
  void whatIsInTheLogAlreadyIsNotInstalled() {
    assertNull(install(5, 1).install());
    assertNull(install(2, 1).install());
    assertEquals(5, follower.lastIndex());
  }

  /**
   * Found by the cluster simulation, seed 405: the leader's log begins past what is known to be
   * committed here, and the log here goes further.
   */
  @Test
  void anEntryThatIsHeldAndKnownToBeCommittedIsAcknowledged() {
    append(20, 3);
    Effects effects = follower.step(new Input.Committed(4, 1), 1);
    assertEquals(4, effects.commitIndex());
    assertEquals(4, reply(effects.send()).index());
    assertEquals(5, follower.lastIndex());
    assertEquals(4, follower.step(new Input.Committed(5, 2), 1).commitIndex());
  }

  @Test
  void aLogThatDiffersThereIsSuperseded() {
    assertNotNull(install(4, 2).install());
    assertEquals(4, follower.lastIndex());
    assertEquals(2, follower.termAt(4));
  }

  @Test
  void aTermThatWasNotHeardOfWaits() {
    assertNull(install(8, 4).install());
  }

  @Test
  void onlyWhatIsCommittedIsDropped() {
    follower.step(new Input.DropLog(2), 1);
    assertEquals(2, follower.startIndex());
    assertEquals(1, follower.termAt(2));
    assertThrows(IllegalStateException.class, () -> follower.step(new Input.DropLog(3), 1));
  }
}

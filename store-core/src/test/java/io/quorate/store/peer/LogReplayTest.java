package io.quorate.store.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.journal.Position;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Digest;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.table.MemoryTables;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is left of a log in which entries are damaged. */
class LogReplayTest {
  private static final Membership MEMBERS =
      new Membership(0, new TreeMap<>(Map.of(1, 1L, 2, 1L, 3, 1L)), new TreeMap<>());

  private static LogReplay replay(long applied) {
    return new LogReplay(
        MEMBERS,
        new ChunkStore(new MemoryTables(ChunkStore.Index.values())),
        new Metadata.Moment(applied, 2, applied, Digest.ZERO, new byte[0]),
        null);
  }

  private static void add(LogReplay replay, long... indexes) {
    replay.hardState(new HardState(2, 0));
    for (long index : indexes) {
      replay.entry(
          new Entry(index, 2, index, EntryKind.COMMAND, List.of(), new byte[1]),
          new Position(1, (int) index * 100, 10));
    }
  }

  @Test
  void aWholeLogIsTakenWhole() {
    LogReplay replay = replay(2);
    add(replay, 1, 2, 3, 4);
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(4, log.positions().lastIndex());
    assertEquals(4, log.restored().lastIndex());
    assertEquals(0, log.positions().startIndex());
    assertFalse(log.hasGap());
  }

  @Test
  void whatFollowsADamagedEntryIsNotTaken() {
    LogReplay replay = replay(1);
    add(replay, 1, 2, 4, 5);
    LogReplay.Log log = replay.log(Set.of(3L));
    assertEquals(2, log.restored().lastIndex());
    assertTrue(log.hasGap());
  }

  @Test
  void aGapThatIsWrittenAgainIsNone() {
    LogReplay replay = replay(1);
    add(replay, 1, 2, 4, 5, 3, 4);
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(4, log.restored().lastIndex());
    assertFalse(log.hasGap());
  }

  @Test
  void aGapThatIsSupersededFromBeforeItIsNone() {
    LogReplay replay = replay(1);
    add(replay, 1, 2, 4, 2);
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(2, log.restored().lastIndex());
    assertFalse(log.hasGap());
  }

  @Test
  void aDamagedAppliedEntryIsOfNoConsequence() {
    LogReplay replay = replay(4);
    add(replay, 1, 2, 4, 5, 6);
    LogReplay.Log log = replay.log(Set.of(3L));
    assertEquals(4, log.positions().startIndex());
    assertEquals(500, log.positions().get(5).offsetBytes());
    assertEquals(600, log.positions().get(6).offsetBytes());
    assertEquals(6, log.restored().lastIndex());
    assertFalse(log.hasGap());
  }

  /** Found by the cluster simulation, seed 275: peer 1 could not start. */
  @Test
  void entriesOfAnEarlierTermBehindTheAppliedOneAreSuperseded() {
    LogReplay replay = replay(2);
    addOfTermOne(replay, 1, 2, 3, 4);
    add(replay, 2, 3);
    assertEquals(3, replay.log(Set.of()).restored().lastIndex());
  }

  /**
   * The write of the entries that had superseded these went elsewhere on the disk, unnoticed. Found
   * by the cluster simulation, seed 720: the peer came back with what had been superseded.
   */
  @Test
  void entriesThatContradictWhatIsAppliedAreNotTakenAndWhatFollowedIsLost() {
    LogReplay replay = replay(2);
    addOfTermOne(replay, 1, 2, 3, 4);
    replay.hardState(new HardState(2, 0));
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(2, log.restored().lastIndex());
    assertEquals(2, log.positions().lastIndex());
    assertTrue(log.hasGap());
  }

  @Test
  void whatLiesBehindADamagedAppliedEntryIsSupersededFromBeforeIt() {
    LogReplay replay = replay(4);
    add(replay, 1, 2, 4, 5, 6, 4, 5);
    LogReplay.Log log = replay.log(Set.of(3L));
    assertEquals(5, log.restored().lastIndex());
    assertEquals(4, log.positions().startIndex());
    assertEquals(5, log.positions().lastIndex());
  }

  @Test
  void aLogThatBeginsLaterIsTakenFromThere() {
    LogReplay replay = replay(4);
    replay.logStart(3, 2);
    add(replay, 4, 5, 6);
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(3, log.positions().startIndex());
    assertEquals(6, log.restored().lastIndex());
    assertEquals(600, log.positions().get(6).offsetBytes());
  }

  /** The record of a dropped entry is replayed if the place of the log's start was not exact. */
  @Test
  void aDroppedEntrySupersedesWhatAnEarlierLeaderHadPutAfterIt() {
    LogReplay replay = replay(4);
    replay.logStart(4, 2);
    add(replay, 4, 5, 6, 4);
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(4, log.restored().lastIndex());
    assertEquals(4, log.positions().lastIndex());
    assertFalse(log.hasGap());
  }

  @Test
  void aLogThatBeginsPastTheMetadataIsRefused() {
    assertThrows(IllegalStateException.class, () -> replay(4).logStart(5, 2));
  }

  @Test
  void anInstallThatIsNotInPlaceYetCallsForTheStagedCheckpoint() {
    CheckpointManifest staged =
        new CheckpointManifest(
            1, new Metadata.Moment(9, 2, 9, Digest.ZERO, new byte[0]), List.of());
    LogReplay replay =
        new LogReplay(
            MEMBERS,
            new ChunkStore(new MemoryTables(ChunkStore.Index.values())),
            new Metadata.Moment(2, 1, 2, Digest.ZERO, new byte[0]),
            staged);
    add(replay, 1, 2, 3);
    assertFalse(replay.isSwapDue());
    replay.install(9, 2);
    add(replay, 10);
    assertTrue(replay.isSwapDue());
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(9, log.positions().startIndex());
    assertEquals(10, log.restored().lastIndex());
    assertThrows(IllegalStateException.class, () -> replay.install(12, 2));
  }

  /** Entry 2 replaced 2 to 4 of an earlier leader, and can not be read; 3 and 4 follow. */
  @Test
  void whatADamagedEntrySupersededDoesNotComeBack() {
    LogReplay replay = replay(1);
    addOfTermOne(replay, 1, 2, 3, 4);
    replay.damagedEntry(2, 2, new Position(1, 500, 10));
    add(replay, 3, 4);
    LogReplay.Log log = replay.log(Set.of(2L));
    assertEquals(1, log.restored().lastIndex());
    assertTrue(log.hasGap());
  }

  /** The same when nothing is known of the record; found by the cluster simulation, seed 1304. */
  @Test
  void whatLostRecordsMayHaveSupersededDoesNotComeBack() {
    LogReplay replay = replay(1);
    addOfTermOne(replay, 1, 2, 3, 4);
    replay.lostRecords();
    add(replay, 3, 4);
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(1, log.positions().startIndex());
    assertEquals(1, log.restored().lastIndex());
    assertTrue(log.hasGap());
  }

  @Test
  void whatFollowsTheAppliedEntryAfterALossIsTaken() {
    LogReplay replay = replay(2);
    addOfTermOne(replay, 1, 2, 3, 4);
    replay.lostRecords();
    add(replay, 3, 4);
    LogReplay.Log log = replay.log(Set.of());
    assertEquals(4, log.restored().lastIndex());
    assertEquals(300, log.positions().get(3).offsetBytes());
  }

  private static void addOfTermOne(LogReplay replay, long... indexes) {
    for (long index : indexes) {
      replay.entry(
          new Entry(index, 1, index, EntryKind.COMMAND, List.of(), new byte[1]),
          new Position(1, (int) index, 10));
    }
  }

  @Test
  void aLogThatLostItsEndIsRefused() {
    LogReplay replay = replay(4);
    add(replay, 1, 2);
    assertThrows(IllegalStateException.class, () -> replay.log(Set.of()));
  }
}

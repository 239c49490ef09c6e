package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.metadata.Metadata.Applied;
import io.quorate.store.metadata.Metadata.ChunkState;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SessionTest extends MetadataSuite {
  private Result propose(long session, long sequence, long lowest, Command command) {
    return c.propose(new SessionCommand(session, sequence, lowest, command));
  }

  private void failed(ErrorCode code, Result result) {
    assertEquals(code, assertInstanceOf(Result.Failed.class, result).code(), result.toString());
  }

  private Command create(String path) {
    return new Command.Create(at(path), 0644, Caller.ROOT, true);
  }

  @Test
  void aSessionIsNamedByItsEntry() {
    long next = c.nextIndex();
    assertEquals(next, c.openSession());
    assertEquals(
        List.of(c.session, next),
        c.metadata.sessions().stream().map(Metadata.SessionInfo::id).toList());
    failed(ErrorCode.INVALID, c.lead(new Command.OpenSession("x", 0)));
    failed(ErrorCode.INVALID, c.lead(new Command.OpenSession("x".repeat(300), 1)));
    c.refused(ErrorCode.INVALID, new Command.OpenSession("nested", 1));
    failed(ErrorCode.INVALID, c.lead(create("f")));
  }

  @Test
  void aRetryIsAnsweredAndNotAppliedAgain() {
    Result first = propose(c.session, 1, 1, create("f"));
    Digest digest = c.metadata.digest();
    assertEquals(first, propose(c.session, 1, 1, create("f")));
    assertEquals(List.of(), c.changes);
    assertFalse(digest.equals(c.metadata.digest()), "the index and the sign of life moved on");
    Result refused = propose(c.session, 2, 1, create("f"));
    failed(ErrorCode.EXISTS, refused);
    propose(c.session, 3, 1, new Command.Unlink(at("f")));
    assertEquals(refused, propose(c.session, 2, 1, create("f")), "a refusal is an answer too");
    assertEquals(List.of(), c.list(""));
  }

  @Test
  void pipelinedCommandsMayArriveInAnyOrder() {
    propose(c.session, 3, 1, create("c"));
    propose(c.session, 1, 1, create("a"));
    propose(c.session, 2, 1, create("b"));
    propose(c.session, 3, 1, create("c"));
    assertEquals(List.of("a", "b", "c"), c.list(""));
  }

  @Test
  void forgottenAnswersAreRefused() {
    propose(c.session, 1, 1, create("a"));
    propose(c.session, 2, 2, create("b"));
    failed(ErrorCode.ANSWER_FORGOTTEN, propose(c.session, 1, 1, create("a")));
    assertNull(c.tables.get(MetadataTable.RESULTS, Keys.of(c.session, 1)));
    assertTrue(c.metadata.settled(c.session, 1, List.of()));
    assertTrue(c.metadata.settled(c.session, 2, List.of()));
    assertFalse(c.metadata.settled(c.session, 3, List.of()));
  }

  @Test
  void theWindowIsBounded() {
    failed(ErrorCode.INVALID, propose(c.session, SessionCommand.WINDOW + 1, 1, create("a")));
    propose(c.session, SessionCommand.WINDOW, 1, create("b"));
    failed(ErrorCode.INVALID, propose(c.session, 0, 0, create("x")));
    failed(ErrorCode.INVALID, propose(c.session, 5, 6, create("x")));
    failed(ErrorCode.INVALID, propose(c.session, -1, 1, create("x")));
    assertEquals(List.of("b"), c.list(""));
    propose(c.session, Long.MAX_VALUE, Long.MAX_VALUE, create("last"));
    assertEquals(List.of("b", "last"), c.list(""));
  }

  @Test
  void anEndedSessionIsRefusedEverything() {
    long other = c.openSession();
    assertEquals(new Result.Done(), propose(c.session, 1, 1, new Command.EndSession(other)));
    failed(ErrorCode.SESSION_ENDED, propose(other, 1, 1, create("f")));
    failed(
        ErrorCode.SESSION_ENDED,
        propose(other, 1, 1, new Command.KeepAlive(1, new TreeSet<>(), 0)));
    failed(ErrorCode.SESSION_ENDED, propose(4711, 1, 1, create("f")));
    failed(ErrorCode.SESSION_ENDED, c.lead(new Command.EndSession(other)));
    assertTrue(c.metadata.settled(other, 1, List.of()));
    assertFalse(c.metadata.settled(4711, 1, List.of()), "it may be opened yet");
    assertEquals(new Result.Done(), propose(c.session, 2, 1, new Command.EndSession(c.session)));
    failed(ErrorCode.SESSION_ENDED, propose(c.session, 2, 1, new Command.EndSession(c.session)));
    assertEquals(List.of(), c.metadata.sessions());
    assertEquals(List.of(), c.list(""));
  }

  @Test
  void anEndedSessionLeavesNothingBehind() {
    long keeper = c.session;
    c.use(c.openSession(), 0);
    long ended = c.session;
    long f = c.create("f").inode();
    c.ok(
        new Command.Lock(
            f, 1, Command.LockFamily.FCNTL, Command.LockType.WRITE, 0, Long.MAX_VALUE));
    c.put("g", c.chunk(10));
    c.put("g", c.chunk(10));
    c.keepAlive(f);
    c.lead(new Command.EndSession(ended));
    c.use(keeper, 0);
    for (int i = 0; i < 3; i++) {
      c.keepAlive();
    }
    assertEquals(1, count(MetadataTable.SESSIONS));
    assertEquals(0, count(MetadataTable.LOCKS));
    assertEquals(1, count(MetadataTable.RESULTS), "its own last one");
    assertEquals(0, count(MetadataTable.ORPHANS));
    assertEquals(1, count(MetadataTable.CHUNKS));
  }

  private int count(MetadataTable table) {
    int rows = 0;
    try (var cursor = c.tables.scan(table, new byte[0], null)) {
      while (cursor.next()) {
        rows++;
      }
    }
    return rows;
  }

  @Test
  void chunksAreJudgedByFloorAndSession() {
    ChunkRef low = c.chunk(10);
    ChunkRef high = c.chunk(10);
    assertEquals(ChunkState.UNKNOWN, c.metadata.chunkState(low.id()));
    c.ok(new Command.KeepAlive(1, new TreeSet<>(), high.id().number()));
    assertEquals(ChunkState.GARBAGE, c.metadata.chunkState(low.id()));
    assertEquals(ChunkState.UNKNOWN, c.metadata.chunkState(high.id()));
    assertTrue(c.metadata.settled(c.session, 99, List.of(low)));
    assertFalse(c.metadata.settled(c.session, 99, List.of(high)));
    c.refused(ErrorCode.INVALID, c.putOf("f", low));
    c.ok(new Command.KeepAlive(1, new TreeSet<>(), 0));
    assertEquals(ChunkState.GARBAGE, c.metadata.chunkState(low.id()), "a floor never sinks");
    c.put("f", high);
    long ended = c.session;
    c.use(c.openSession(), 0);
    c.lead(new Command.EndSession(ended));
    assertEquals(ChunkState.LIVE, c.metadata.chunkState(high.id()));
    assertEquals(ChunkState.GARBAGE, c.metadata.chunkState(new ChunkId(ended, 4711)));
    assertEquals(
        ChunkState.UNKNOWN,
        c.metadata.chunkState(new ChunkId(c.metadata.appliedIndex() + 1, 1)),
        "a session that this peer has not heard of yet");
  }

  @Test
  void aFloorSweepsDeadChunks() {
    for (int i = 0; i < 10; i++) {
      c.put("f", c.chunk(10));
    }
    c.keepAlive();
    c.keepAlive();
    assertEquals(10, count(MetadataTable.CHUNKS));
    c.ok(new Command.KeepAlive(1, new TreeSet<>(), 6));
    assertEquals(5, count(MetadataTable.CHUNKS));
  }

  @Test
  void orphansWaitForEverySession() {
    long first = c.session;
    long second = c.openSession();
    long f = c.put("f", c.chunk(10)).inode();
    c.ok(new Command.Unlink(at("f")));
    c.keepAlive();
    c.keepAlive();
    assertEquals(new Answer.Totals(2, 10), c.ask(new Query.Totals()), "one has not spoken");
    c.use(second, 0);
    c.keepAlive(f);
    assertEquals(new Answer.Totals(2, 10), c.ask(new Query.Totals()), "one holds it");
    assertEquals(1, c.map(f).size());
    c.lead(new Command.EndSession(second));
    assertEquals(new Answer.Totals(1, 0), c.ask(new Query.Totals()));
    c.use(first, c.log.size());
  }

  @Test
  void aKeepAliveFromBeforeTheUnlinkDoesNotCount() {
    c.create("f");
    long before = c.metadata.appliedIndex();
    c.ok(new Command.Unlink(at("f")));
    c.ok(new Command.KeepAlive(before, new TreeSet<>(), 0));
    assertEquals(new Answer.Totals(2, 0), c.ask(new Query.Totals()));
    c.keepAlive();
    assertEquals(new Answer.Totals(1, 0), c.ask(new Query.Totals()));
    c.refused(ErrorCode.INVALID, new Command.KeepAlive(c.nextIndex() + 1, new TreeSet<>(), 0));
  }

  @Test
  void replacedContentIsHeldByItsId() {
    Attributes old = c.put("f", c.chunk(10));
    c.put("f", c.chunk(20));
    Query map = new Query.MapContent(at("f"), old.content(), 0, 100, 10);
    c.keepAlive(old.content());
    c.keepAlive(old.content());
    assertInstanceOf(Answer.ContentMap.class, c.ask(map));
    c.keepAlive();
    c.keepAlive();
    c.refused(ErrorCode.STALE, map);
  }

  @Test
  void settingsAreReplicated() {
    assertEquals(1 << 20, c.metadata.chunkBytes());
    c.ok(new Command.Configure(65_536, 2));
    assertEquals(65_536, c.metadata.chunkBytes());
    c.refused(ErrorCode.INVALID, new Command.Configure(1000, null));
    c.refused(ErrorCode.INVALID, new Command.Configure(2 << 20, null));
    c.refused(ErrorCode.INVALID, new Command.Configure(null, 1));
    c.ok(new Command.Configure(null, null));
    assertEquals(65_536, c.metadata.chunkBytes());
  }

  @Test
  void bytesThatAreNoCommandAreRefusedForGood() {
    Applied applied = c.append(EntryKind.COMMAND, List.of(), new byte[] {9, 9, 9});
    failed(ErrorCode.INVALID, applied.result());
    assertEquals(0, applied.session());
    Applied empty = c.append(EntryKind.COMMAND, List.of(), new byte[0]);
    failed(ErrorCode.INVALID, empty.result());
  }

  @Test
  void aCommandNamesNoMoreChunksThanItsEntry() {
    SessionCommand put = new SessionCommand(c.session, 1, 1, c.putOf("f", c.chunk(10)));
    Applied applied = c.append(EntryKind.COMMAND, List.of(), CommandCodec.encode(put));
    failed(ErrorCode.INVALID, applied.result());
  }

  @Test
  void otherEntriesMoveTheIndexOn() {
    Applied noOp = c.append(EntryKind.NO_OP, List.of(), new byte[0]);
    assertNull(noOp.result());
    assertEquals(0, c.metadata.membership().length);
    c.append(EntryKind.MEMBERSHIP, List.of(), new byte[] {1, 2, 3});
    assertEquals(3, c.metadata.membership().length);
    assertEquals(c.log.size(), c.metadata.appliedIndex());
    assertEquals(1, c.metadata.appliedTerm());
  }

  @Test
  void entriesComeInOrder() {
    Entry gap = new Entry(c.nextIndex() + 1, 1, 1, EntryKind.NO_OP, List.of(), new byte[0]);
    assertThrows(IllegalArgumentException.class, () -> c.metadata.apply(List.of(gap)));
    c.metadata = Metadata.open(c.tables, Genesis.DEFAULT);
    assertEquals(List.of(), c.metadata.apply(c.log), "what is applied is skipped");
  }

  @Test
  void aCrashIsHealedByReplay() {
    c.create("a");
    c.put("f", c.chunk(10));
    c.metadata.flush();
    assertEquals(c.metadata.appliedIndex(), c.metadata.flushedIndex());
    long flushed = c.metadata.appliedIndex();
    c.put("f", c.chunk(20));
    c.ok(new Command.Unlink(at("a")));
    c.keepAlive();
    Digest digest = c.metadata.digest();
    long applied = c.metadata.appliedIndex();
    assertEquals(flushed, c.metadata.flushedIndex());
    crash();
    assertEquals(flushed, c.metadata.appliedIndex());
    c.metadata.apply(c.log);
    assertEquals(applied, c.metadata.appliedIndex());
    assertEquals(digest, c.metadata.digest());
  }
}

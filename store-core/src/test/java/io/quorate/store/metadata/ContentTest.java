package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static io.quorate.store.metadata.Cluster.follow;
import static io.quorate.store.metadata.Cluster.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Command.AllocateMode;
import io.quorate.store.metadata.Command.PutCondition;
import io.quorate.store.metadata.Metadata.ChunkState;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContentTest extends MetadataSuite {
  private static final int MIB = 1 << 20;

  private Command.Publish publish(
      long inode, long cut, List<Extent> writes, List<ChunkRef> append, long size) {
    return new Command.Publish(inode, cut, writes, append, size, AttributeChange.NONE);
  }

  /** Extents as "offset+length=chunk@offset". */
  private List<String> shape(long inode) {
    return c.map(inode).stream()
        .map(
            e ->
                e.fileOffset()
                    + "+"
                    + e.lengthBytes()
                    + "="
                    + e.chunk().id().number()
                    + "@"
                    + e.chunkOffset())
        .toList();
  }

  @Test
  void putMakesAFileInOneCommand() {
    ChunkRef chunk = c.chunk(16_384);
    Result.Node made = assertInstanceOf(Result.Node.class, c.run(c.putOf("f", chunk)));
    assertTrue(made.created());
    assertEquals(16_384, made.attributes().sizeBytes());
    assertEquals(16_384, made.attributes().allocatedBytes());
    assertEquals(List.of(whole(0, chunk)), c.map(made.attributes().inode()));
    assertEquals(ChunkState.LIVE, c.metadata.chunkState(chunk.id()));
    assertEquals(new Answer.Totals(2, 16_384), c.ask(new Query.Totals()));
  }

  @Test
  void putReplacesContentAndKeepsTheRest() {
    Attributes before = c.put("f", c.chunk(100));
    c.ok(new Command.SetAttributes(at("f"), new AttributeChange(0600, 5, 6, null, null, null)));
    c.ok(
        new Command.SetXattr(
            at("f"), Bytes.utf8("user.a"), Bytes.utf8("b"), Command.XattrMode.ANY));
    Attributes after = c.put("f", c.chunk(10), c.chunk(20));
    assertEquals(before.inode(), after.inode());
    assertNotEquals(before.content(), after.content());
    assertEquals(0600, after.permissions());
    assertEquals(5, after.uid());
    assertEquals(30, after.sizeBytes());
    assertEquals(before.birthNanos(), after.birthNanos());
    Answer.ContentMap old =
        (Answer.ContentMap)
            c.ask(new Query.MapContent(At.inode(after.inode()), before.content(), 0, 1000, 10));
    assertEquals(100, old.attributes().sizeBytes());
    assertEquals(1, old.extents().size());
    c.refused(ErrorCode.STALE, new Query.MapContent(At.inode(after.inode()), 12345, 0, 1, 1));
    assertEquals(
        new Answer.Xattr(Bytes.utf8("b")),
        c.ask(new Query.GetXattr(at("f"), Bytes.utf8("user.a"))));
  }

  @Test
  void putHonoursItsConditions() {
    ChunkRef chunk = c.chunk(10);
    Command.Put absent =
        new Command.Put(
            follow("f"),
            0644,
            Caller.ROOT,
            List.of(whole(0, chunk)),
            10,
            77,
            new PutCondition(true, -1));
    Attributes file = c.node(absent);
    assertEquals(77, file.mtimeNanos());
    c.refused(ErrorCode.EXISTS, with(c.putOf("f"), new PutCondition(true, -1)));
    c.refused(
        ErrorCode.CONDITION_FAILED,
        with(c.putOf("f"), new PutCondition(false, file.contentVersion() + 1)));
    c.refused(ErrorCode.CONDITION_FAILED, with(c.putOf("none"), new PutCondition(false, 3)));
    c.ok(with(c.putOf("f"), new PutCondition(false, file.contentVersion())));
    assertEquals(0, c.stat("f").sizeBytes());
  }

  private static Command.Put with(Command.Put put, PutCondition condition) {
    return new Command.Put(
        put.at(),
        put.permissions(),
        put.caller(),
        put.extents(),
        put.sizeBytes(),
        put.mtimeNanos(),
        condition);
  }

  @Test
  void putGoesThroughLinksAndRefusesOtherTypes() {
    c.mkdir("d");
    c.symlink("l", "d/f");
    long made = c.put("l", c.chunk(5)).inode();
    assertEquals(made, c.stat("d/f").inode());
    c.refused(ErrorCode.IS_DIRECTORY, c.putOf("d"));
    c.refused(ErrorCode.IS_DIRECTORY, c.putOf("new/"));
    c.refused(ErrorCode.NOT_DIRECTORY, c.putOf("d/f/"));
    c.refused(ErrorCode.NOT_FOUND, c.putOf("none/f"));
    Extent extent = whole(0, c.chunk(100));
    c.refused(
        ErrorCode.INVALID,
        new Command.Put(at("x"), 0644, Caller.ROOT, List.of(extent), 99, 0, PutCondition.ALWAYS));
    c.refused(
        ErrorCode.FILE_TOO_LARGE,
        new Command.Put(
            at("x"), 0644, Caller.ROOT, List.of(), (16L << 40) + 1, 0, PutCondition.ALWAYS));
    c.refused(
        ErrorCode.INVALID,
        new Command.Put(at("x"), 0644, Caller.ROOT, List.of(), -1, 0, PutCondition.ALWAYS));
  }

  @Test
  void aChunkIsPublishedOnceAndByItsOwnSession() {
    ChunkRef chunk = c.chunk(10);
    c.put("f", chunk);
    c.refused(ErrorCode.INVALID, c.putOf("g", chunk));
    c.put("f"); // The chunk is dead now, which does not make it new.
    c.keepAlive();
    c.keepAlive();
    assertEquals(ChunkState.GARBAGE, c.metadata.chunkState(chunk.id()));
    c.refused(ErrorCode.INVALID, c.putOf("g", chunk));
    c.refused(ErrorCode.INVALID, c.putOf("g", new ChunkRef(new ChunkId(c.session + 1, 1), 10, 0)));
    ChunkRef next = c.chunk(10);
    ChunkRef liar = new ChunkRef(next.id(), 11, next.crc32c());
    c.refused(ErrorCode.INVALID, c.putOf("g", next, liar));
    c.put("g", next);
  }

  @Test
  void aRefusedPublishDoesNotUseItsChunksUp() {
    ChunkRef chunk = c.chunk(10);
    c.refused(ErrorCode.NOT_FOUND, c.putOf("none/f", chunk));
    assertEquals(ChunkState.UNKNOWN, c.metadata.chunkState(chunk.id()));
    c.put("f", chunk);
  }

  @Test
  void writesCutWhatTheyOverlap() {
    long f = c.create("f").inode();
    long base = c.chunk(1).id().number();
    c.publish(f, whole(0, c.chunk(100)));
    c.publish(f, whole(40, c.chunk(20)));
    long first = base + 1;
    long second = base + 2;
    assertEquals(
        List.of("0+40=" + first + "@0", "40+20=" + second + "@0", "60+40=" + first + "@60"),
        shape(f));
    c.publish(f, whole(30, c.chunk(100)));
    assertEquals(List.of("0+30=" + first + "@0", "30+100=" + (base + 3) + "@0"), shape(f));
    assertEquals(ChunkState.GARBAGE, c.metadata.chunkState(new ChunkId(c.session, second)));
    assertEquals(130, c.stat("f").sizeBytes());
    assertEquals(130, c.stat("f").allocatedBytes());
    c.publish(f, whole(0, c.chunk(200)));
    assertEquals(List.of("0+200=" + (base + 4) + "@0"), shape(f));
  }

  @Test
  void laterWritesOfOneCommandWin() {
    long f = c.create("f").inode();
    ChunkRef a = c.chunk(100);
    ChunkRef b = c.chunk(100);
    c.publish(f, whole(0, a), whole(50, b), new Extent(0, a, 90, 10));
    assertEquals(
        List.of(
            "0+10=" + a.id().number() + "@90",
            "10+40=" + a.id().number() + "@10",
            "50+100=" + b.id().number() + "@0"),
        shape(f));
  }

  @Test
  void publishCutsWritesSizesAndAppendsInThisOrder() {
    long f = c.put("f", c.chunk(100)).inode();
    ChunkRef written = c.chunk(10);
    ChunkRef appended = c.chunk(7);
    ChunkRef more = c.chunk(8);
    Result.Published result =
        assertInstanceOf(
            Result.Published.class,
            c.run(publish(f, 20, List.of(whole(50, written)), List.of(appended, more), 55)));
    assertEquals(55, result.appendOffset());
    assertEquals(70, result.attributes().sizeBytes());
    List<String> shape = shape(f);
    assertTrue(shape.get(0).startsWith("0+20="), shape.toString());
    assertEquals("50+5=" + written.id().number() + "@0", shape.get(1));
    assertEquals("55+7=" + appended.id().number() + "@0", shape.get(2));
    assertEquals("62+8=" + more.id().number() + "@0", shape.get(3));
  }

  @Test
  void publishSetsTimesAndOtherAttributes() {
    long f = c.create("f").inode();
    Attributes after =
        c.node(
            new Command.Publish(
                f,
                -1,
                List.of(whole(0, c.chunk(5))),
                List.of(),
                -1,
                new AttributeChange(0600, null, null, 11L, 22L, null)));
    assertEquals(11, after.atimeNanos());
    assertEquals(22, after.mtimeNanos());
    assertEquals(0600, after.permissions());
    assertEquals(Cluster.stamp(c.metadata.appliedIndex()), after.ctimeNanos());
    long version = after.contentVersion();
    Attributes only =
        c.node(
            new Command.Publish(
                f, -1, List.of(), List.of(), -1, AttributeChange.ofPermissions(0640)));
    assertEquals(version, only.contentVersion(), "no byte changed");
    assertEquals(22, only.mtimeNanos());
  }

  @Test
  void publishIsRefusedWhereItCannotBe() {
    long f = c.create("f").inode();
    long d = c.mkdir("d").inode();
    c.refused(ErrorCode.STALE, publish(999, -1, List.of(), List.of(), -1));
    c.refused(ErrorCode.IS_DIRECTORY, publish(d, -1, List.of(), List.of(), -1));
    c.refused(ErrorCode.INVALID, publish(f, -2, List.of(), List.of(), -1));
    c.refused(ErrorCode.INVALID, publish(f, -1, List.of(), List.of(), -2));
    c.refused(ErrorCode.FILE_TOO_LARGE, publish(f, -1, List.of(), List.of(), Long.MAX_VALUE));
    ChunkRef chunk = c.chunk(10);
    c.refused(
        ErrorCode.FILE_TOO_LARGE,
        publish(f, -1, List.of(whole((16L << 40) - 9, chunk)), List.of(), -1));
    c.refused(
        ErrorCode.FILE_TOO_LARGE,
        publish(f, -1, List.of(new Extent(Long.MAX_VALUE - 5, chunk, 0, 5)), List.of(), -1));
    c.refused(ErrorCode.FILE_TOO_LARGE, publish(f, -1, List.of(), List.of(chunk), 16L << 40));
    c.publish(f, whole((16L << 40) - 10, chunk));
    assertEquals(16L << 40, c.stat("f").sizeBytes());
  }

  @Test
  void anUnlinkedFileIsWrittenAsLongAsItIsOpen() {
    long f = c.create("f").inode();
    c.ok(new Command.Unlink(at("f")));
    c.publish(f, whole(0, c.chunk(10)));
    assertEquals(1, c.map(f).size());
    c.keepAlive(f);
    c.keepAlive(f);
    assertEquals(1, c.map(f).size());
    c.keepAlive();
    c.keepAlive();
    c.refused(ErrorCode.STALE, publish(f, -1, List.of(), List.of(), 3));
    assertEquals(new Answer.Totals(1, 0), c.ask(new Query.Totals()));
  }

  @Test
  void truncateCutsAndGrowsWithZeros() {
    long f = c.put("f", c.chunk(100)).inode();
    c.ok(new Command.Truncate(at("f"), 30));
    c.ok(new Command.Truncate(at("f"), 200));
    Attributes after = c.stat("f");
    assertEquals(200, after.sizeBytes());
    assertEquals(30, after.allocatedBytes());
    assertEquals(1, shape(f).size());
    assertTrue(shape(f).getFirst().startsWith("0+30="));
    c.ok(new Command.Truncate(at("f"), 0));
    assertEquals(List.of(), c.map(f));
    c.refused(ErrorCode.INVALID, new Command.Truncate(at("f"), -1));
    c.refused(ErrorCode.FILE_TOO_LARGE, new Command.Truncate(at("f"), (16L << 40) + 1));
    c.mkdir("d");
    c.refused(ErrorCode.IS_DIRECTORY, new Command.Truncate(at("d"), 0));
    c.refused(ErrorCode.NOT_FOUND, new Command.Truncate(at("none"), 0));
  }

  @Test
  void allocateGrowsAndPunchMakesHoles() {
    long f = c.put("f", c.chunk(100)).inode();
    Attributes grown = c.node(new Command.Allocate(f, 0, 1000, AllocateMode.ALLOCATE));
    assertEquals(1000, grown.sizeBytes());
    assertEquals(1000, grown.allocatedBytes());
    assertEquals(
        1000, c.node(new Command.Allocate(f, 0, 5000, AllocateMode.KEEP_SIZE)).sizeBytes());
    assertEquals(5000, c.stat("f").allocatedBytes());
    c.ok(new Command.Truncate(at("f"), 200));
    assertEquals(200, c.stat("f").allocatedBytes());
    Attributes punched = c.node(new Command.Allocate(f, 20, 30, AllocateMode.PUNCH));
    assertEquals(200, punched.sizeBytes());
    assertEquals(2, shape(f).size());
    assertTrue(shape(f).get(1).startsWith("50+50="), shape(f).toString());
    c.ok(new Command.Allocate(f, 60, 300, AllocateMode.ZERO));
    assertEquals(360, c.stat("f").sizeBytes());
    assertTrue(shape(f).get(1).startsWith("50+10="), shape(f).toString());
    c.refused(ErrorCode.INVALID, new Command.Allocate(f, 0, 0, AllocateMode.ALLOCATE));
    c.refused(ErrorCode.INVALID, new Command.Allocate(f, -1, 5, AllocateMode.ALLOCATE));
    c.refused(
        ErrorCode.FILE_TOO_LARGE,
        new Command.Allocate(f, Long.MAX_VALUE, Long.MAX_VALUE, AllocateMode.PUNCH));
    c.refused(ErrorCode.STALE, new Command.Allocate(4711, 0, 1, AllocateMode.ALLOCATE));
  }

  @Test
  void copyRangeSharesChunks() {
    ChunkRef chunk = c.chunk(100);
    long f = c.put("f", chunk).inode();
    long g = c.create("g").inode();
    Result.Copied copied =
        assertInstanceOf(Result.Copied.class, c.run(new Command.CopyRange(f, 10, g, 1000, 50)));
    assertEquals(50, copied.copiedBytes());
    assertEquals(1050, copied.attributes().sizeBytes());
    assertEquals(List.of("1000+50=" + chunk.id().number() + "@10"), shape(g));
    c.ok(new Command.Unlink(at("f")));
    c.keepAlive();
    c.keepAlive();
    assertEquals(ChunkState.LIVE, c.metadata.chunkState(chunk.id()));
    c.ok(new Command.Truncate(at("g"), 0));
    assertEquals(ChunkState.GARBAGE, c.metadata.chunkState(chunk.id()));
  }

  @Test
  void copyRangeCopiesHolesAndStopsAtTheEnd() {
    long f = c.create("f").inode();
    c.publish(f, whole(100, c.chunk(10)));
    long g = c.put("g", c.chunk(500)).inode();
    Result.Copied copied =
        assertInstanceOf(Result.Copied.class, c.run(new Command.CopyRange(f, 0, g, 0, 1000)));
    assertEquals(110, copied.copiedBytes());
    assertTrue(shape(g).get(0).startsWith("100+10="), shape(g).toString());
    assertTrue(shape(g).get(1).startsWith("110+390="), shape(g).toString());
    copied = assertInstanceOf(Result.Copied.class, c.run(new Command.CopyRange(f, 500, g, 0, 5)));
    assertEquals(0, copied.copiedBytes());
    c.ok(new Command.CopyRange(g, 110, g, 600, 100));
    c.refused(ErrorCode.INVALID, new Command.CopyRange(g, 0, g, 50, 100));
    c.refused(ErrorCode.INVALID, new Command.CopyRange(g, -1, f, 0, 1));
    c.refused(ErrorCode.FILE_TOO_LARGE, new Command.CopyRange(f, 0, g, 16L << 40, 1));
    c.refused(ErrorCode.STALE, new Command.CopyRange(f, 0, 4711, 0, 1));
  }

  @Test
  void mapContentAnswersTheRangeInPages() {
    long f = c.create("f").inode();
    List<Extent> writes = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      writes.add(whole(i * 20L, c.chunk(10)));
    }
    c.publish(f, writes.toArray(Extent[]::new));
    Answer.ContentMap map = mapped(f, 45, 60, 100);
    assertEquals(writes.subList(2, 6), map.extents());
    assertTrue(map.end());
    assertEquals(writes.subList(3, 4), mapped(f, 50, 15, 100).extents());
    assertEquals(List.of(), mapped(f, 50, 10, 100).extents());
    assertEquals(List.of(), mapped(f, 5000, 10, 100).extents());
    Answer.ContentMap page = mapped(f, 0, Long.MAX_VALUE, 3);
    assertEquals(writes.subList(0, 3), page.extents());
    assertEquals(false, page.end());
    c.refused(ErrorCode.INVALID, new Query.MapContent(At.inode(f), 0, -1, 1, 1));
    c.refused(ErrorCode.INVALID, new Query.MapContent(At.inode(f), 0, 0, 1, 0));
    c.refused(ErrorCode.IS_DIRECTORY, new Query.MapContent(at(""), 0, 0, 1, 1));
  }

  private Answer.ContentMap mapped(long inode, long offset, long length, int limit) {
    return assertInstanceOf(
        Answer.ContentMap.class,
        c.ask(new Query.MapContent(At.inode(inode), 0, offset, length, limit)));
  }

  /** A file with more extents than one entry removes. */
  private long fragmented(int extents) {
    long f = c.create("big").inode();
    for (int done = 0; done < extents; done += 1000) {
      List<Extent> writes = new ArrayList<>();
      for (int i = done; i < Math.min(extents, done + 1000); i++) {
        writes.add(whole(i * 10L, c.chunk(8)));
      }
      c.publish(f, writes.toArray(Extent[]::new));
    }
    return f;
  }

  private int rows(MetadataTable table) {
    int rows = 0;
    try (var cursor = c.tables.scan(table, new byte[0], null)) {
      while (cursor.next()) {
        rows++;
      }
    }
    return rows;
  }

  @Test
  void aLargeTruncateIsCutOffAtOnceAndPurgedStepByStep() {
    long f = fragmented(9000);
    c.ok(new Command.Truncate(at("big"), 15));
    assertEquals(2, c.map(f).size());
    assertTrue(rows(MetadataTable.EXTENTS) > 4000, "one entry removed all of it");
    c.ok(new Command.Truncate(at("big"), 90_000));
    assertEquals(2, c.map(f).size(), "what was cut off does not come back");
    c.publish(f, whole(80_000, c.chunk(25)), whole(50_005, c.chunk(1)));
    assertEquals(4, c.map(f).size());
    c.check();
    for (int i = 0; i < 4; i++) {
      c.keepAlive();
      c.check();
    }
    assertEquals(4, rows(MetadataTable.EXTENTS));
    assertEquals(4, c.map(f).size());
    assertEquals(15 - 2 + 26, c.stat("big").allocatedBytes());
  }

  @Test
  void aLargeFileIsReplacedAndPurgedStepByStep() {
    fragmented(9000);
    c.ok(new Command.Truncate(at("big"), 15)); // Leaves a trim behind, which goes with the content.
    c.put("big", c.chunk(MIB));
    c.keepAlive();
    c.keepAlive();
    c.check();
    for (int i = 0; i < 4; i++) {
      c.keepAlive();
      c.check();
    }
    assertEquals(1, rows(MetadataTable.EXTENTS));
    assertEquals(0, rows(MetadataTable.ORPHANS));
  }

  @Test
  void aCopyOfManyExtentsComesShort() {
    long f = fragmented(5000);
    long g = c.create("g").inode();
    Result.Copied copied =
        assertInstanceOf(Result.Copied.class, c.run(new Command.CopyRange(f, 0, g, 0, 50_000)));
    assertEquals(40_960, copied.copiedBytes());
    assertEquals(40_960, copied.attributes().sizeBytes());
    assertEquals(4096, c.map(g).size());
  }
}

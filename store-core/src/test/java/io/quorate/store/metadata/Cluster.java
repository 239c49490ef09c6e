package io.quorate.store.metadata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.metadata.Metadata.Applied;
import io.quorate.store.table.MemoryTables;
import io.quorate.store.table.OrderedTables;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** A log of one, in front of a {@link Metadata}: tests say commands and see results. */
final class Cluster implements AutoCloseable {
  static final long STAMP = 1_700_000_000_000_000_000L;

  final List<Entry> log = new ArrayList<>();
  OrderedTables tables;
  Metadata metadata;
  long session;
  private long sequence;
  private long nextChunk;
  List<Metadata.Change> changes = List.of();

  Cluster(OrderedTables tables) {
    this.tables = tables;
    this.metadata = Metadata.open(tables, Genesis.DEFAULT);
    this.session = openSession();
  }

  static Cluster inMemory() {
    return new Cluster(new MemoryTables(MetadataTable.values()));
  }

  long nextIndex() {
    return metadata.appliedIndex() + 1;
  }

  static long stamp(long index) {
    return STAMP + index * 1000;
  }

  Applied append(EntryKind kind, List<ChunkRef> chunks, byte[] body) {
    long index = nextIndex();
    Entry entry = new Entry(index, 1, stamp(index), kind, chunks, body);
    log.add(entry);
    List<Applied> applied = metadata.apply(List.of(entry));
    assertEquals(1, applied.size());
    return applied.getFirst();
  }

  Result propose(SessionCommand command) {
    Applied applied =
        append(EntryKind.COMMAND, command.command().chunks(), CommandCodec.encode(command));
    assertEquals(command.session(), applied.session());
    assertEquals(command.sequence(), applied.sequence());
    changes = applied.changes();
    return applied.result();
  }

  /** As the leader itself. */
  Result lead(Command command) {
    return propose(new SessionCommand(0, 77, 0, command));
  }

  long openSession() {
    return assertInstanceOf(Result.Opened.class, lead(new Command.OpenSession("test", 10_000)))
        .session();
  }

  /** The next command of the session. */
  Result run(Command command) {
    sequence++;
    return propose(new SessionCommand(session, sequence, sequence, command));
  }

  long sequence() {
    return sequence;
  }

  /** Turns to another session. */
  void use(long otherSession, long atSequence) {
    session = otherSession;
    sequence = atSequence;
  }

  void ok(Command command) {
    Result result = run(command);
    if (result instanceof Result.Failed failed) {
      throw new AssertionError(command + " was refused: " + failed);
    }
  }

  Attributes node(Command command) {
    Result result = run(command);
    return switch (result) {
      case Result.Node node -> node.attributes();
      case Result.Published published -> published.attributes();
      case Result.Copied copied -> copied.attributes();
      default -> throw new AssertionError(command + " answered " + result);
    };
  }

  void refused(ErrorCode code, Command command) {
    Digest before = withoutSession();
    Result result = run(command);
    assertEquals(
        code,
        assertInstanceOf(Result.Failed.class, result, command.toString()).code(),
        () -> command + " answered " + result);
    assertEquals(before, withoutSession(), "a refused command leaves no trace");
    assertEquals(List.of(), changes);
  }

  /** Digest of what is left when sessions and their results and the index are put aside. */
  private Digest withoutSession() {
    RowHash hash = new RowHash();
    long high = 0;
    long low = 0;
    for (MetadataTable table : MetadataTable.values()) {
      if (table == MetadataTable.STATE
          || table == MetadataTable.SESSIONS
          || table == MetadataTable.RESULTS) {
        continue;
      }
      try (var cursor = tables.scan(table, new byte[0], null)) {
        while (cursor.next()) {
          hash.of(table, cursor.key(), cursor.value());
          high += hash.high();
          low += hash.low();
        }
      }
    }
    return new Digest(high, low);
  }

  // ---- shorthand

  static At at(String path) {
    return At.path(Bytes.utf8(path), false);
  }

  static At follow(String path) {
    return At.path(Bytes.utf8(path), true);
  }

  ChunkRef chunk(int lengthBytes) {
    nextChunk++;
    return new ChunkRef(new ChunkId(session, nextChunk), lengthBytes, (int) nextChunk * 31);
  }

  static Extent whole(long fileOffset, ChunkRef chunk) {
    return new Extent(fileOffset, chunk, 0, chunk.lengthBytes());
  }

  Attributes mkdir(String path) {
    return node(new Command.MakeDirectory(at(path), 0755, Caller.ROOT));
  }

  Attributes create(String path) {
    return node(new Command.Create(at(path), 0644, Caller.ROOT, true));
  }

  Attributes symlink(String path, String target) {
    return node(new Command.MakeSymlink(at(path), Bytes.utf8(target), Caller.ROOT));
  }

  Command.Put putOf(String path, ChunkRef... chunks) {
    List<Extent> extents = new ArrayList<>();
    long offset = 0;
    for (ChunkRef chunk : chunks) {
      extents.add(whole(offset, chunk));
      offset += chunk.lengthBytes();
    }
    return new Command.Put(
        follow(path),
        0644,
        Caller.ROOT,
        extents,
        offset,
        AttributeChange.NOW,
        Command.PutCondition.ALWAYS);
  }

  Attributes put(String path, ChunkRef... chunks) {
    return node(putOf(path, chunks));
  }

  Attributes publish(long inode, Extent... writes) {
    return node(
        new Command.Publish(inode, -1, List.of(writes), List.of(), -1, AttributeChange.NONE));
  }

  void keepAlive(Long... held) {
    ok(new Command.KeepAlive(metadata.appliedIndex(), new TreeSet<>(List.of(held)), 0));
  }

  Attributes stat(String path) {
    return assertInstanceOf(Answer.Stat.class, metadata.ask(new Query.Stat(at(path)))).attributes();
  }

  Answer ask(Query query) {
    return metadata.ask(query);
  }

  void refused(ErrorCode code, Query query) {
    Answer answer = ask(query);
    assertEquals(
        code,
        assertInstanceOf(Answer.Failed.class, answer, query.toString()).code(),
        answer::toString);
  }

  List<String> list(String path) {
    Answer.Listing listing =
        assertInstanceOf(
            Answer.Listing.class,
            ask(new Query.ListDirectory(at(path), Bytes.EMPTY, 10_000, false)));
    return listing.entries().stream().map(entry -> entry.name().toString()).toList();
  }

  List<Extent> map(long inode) {
    Answer.ContentMap map =
        assertInstanceOf(
            Answer.ContentMap.class,
            ask(new Query.MapContent(At.inode(inode), 0, 0, Long.MAX_VALUE, 65_536)));
    return map.extents();
  }

  void check() {
    assertEquals(metadata.digest(), metadata.recomputeDigest());
    NamespaceFsck.check(tables);
  }

  @Override
  public void close() {
    tables.close();
  }
}

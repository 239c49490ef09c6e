package io.quorate.store.metadata;

import static io.quorate.store.metadata.Cluster.at;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.metadata.Metadata.Applied;
import io.quorate.store.table.MemoryTables;
import io.quorate.store.table.RocksSettings;
import io.quorate.store.table.RocksTables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random commands against a naive tree: same errors, same tree, same bytes. And the log that comes
 * of it against other tables, other batches and crashes: same digest after every entry.
 */
class RandomCommandsTest {
  private static final int SEEDS = 60;
  private static final int STEPS = 250;
  private static final String[] NAMES = {"a", "b", "c"};

  @TempDir Path directory;

  private Random random;
  private Cluster c;
  private TreeReference tree;
  private final Map<ChunkId, byte[]> chunks = new HashMap<>();

  private String path() {
    StringBuilder path = new StringBuilder(NAMES[random.nextInt(3)]);
    while (random.nextInt(5) < 2) {
      path.append('/').append(NAMES[random.nextInt(3)]);
    }
    return path.toString();
  }

  private ChunkRef chunk(int length) {
    ChunkRef chunk = c.chunk(length);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    chunks.put(chunk.id(), bytes);
    return chunk;
  }

  private static long inodeOf(Cluster c, String path) {
    return c.ask(new Query.Stat(at(path))) instanceof Answer.Stat stat
        ? stat.attributes().inode()
        : 4711;
  }

  /** Runs a command here and its like there, and compares the errors. */
  private void both(String context, Command command, TreeReference.Action action) {
    ErrorCode expected = TreeReference.codeOf(action);
    Result result = c.run(command);
    ErrorCode actual = result instanceof Result.Failed failed ? failed.code() : null;
    if (actual == ErrorCode.STALE) {
      actual = expected == ErrorCode.NOT_DIRECTORY ? expected : ErrorCode.NOT_FOUND;
    }
    assertEquals(expected, actual, context + ": " + command + " answered " + result);
  }

  private void step(String context) {
    String path = path();
    String other = path();
    switch (random.nextInt(14)) {
      case 0, 1 ->
          both(
              context,
              new Command.MakeDirectory(at(path), 0755, Caller.ROOT),
              () -> tree.make(path, FileType.DIRECTORY));
      case 2 ->
          both(
              context,
              new Command.Create(at(path), 0644, Caller.ROOT, true),
              () -> tree.make(path, FileType.REGULAR));
      case 3 -> both(context, new Command.Link(at(path), at(other)), () -> tree.link(path, other));
      case 4 -> both(context, new Command.Unlink(at(path)), () -> tree.unlink(path));
      case 5 -> both(context, new Command.RemoveDirectory(at(path)), () -> tree.rmdir(path));
      case 6, 7 -> {
        Command.RenameMode mode = Command.RenameMode.values()[random.nextInt(3)];
        both(
            context,
            new Command.Rename(at(path), at(other), mode),
            () -> tree.rename(path, other, mode));
      }
      case 8 -> {
        ChunkRef chunk = chunk(1 + random.nextInt(20));
        both(context, c.putOf(path, chunk), () -> tree.put(path, chunks.get(chunk.id()).clone()));
      }
      case 9, 10 -> write(context, path);
      case 11 -> {
        int size = random.nextInt(60);
        both(context, new Command.Truncate(at(path), size), () -> tree.truncate(path, size));
      }
      case 12 -> changeRange(context, path, other);
      default -> {
        if (random.nextBoolean()) {
          c.keepAlive();
        } else {
          c.ok(new Command.KeepAlive(c.metadata.appliedIndex(), new TreeSet<>(), chunks.size()));
        }
      }
    }
  }

  private void write(String context, String path) {
    List<Extent> writes = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      ChunkRef chunk = chunk(2 + random.nextInt(20));
      int from = random.nextInt(chunk.lengthBytes());
      int length = 1 + random.nextInt(chunk.lengthBytes() - from);
      writes.add(new Extent(random.nextInt(60), chunk, from, length));
    }
    both(
        context,
        new Command.Publish(inodeOf(c, path), -1, writes, List.of(), -1, AttributeChange.NONE),
        () -> {
          for (Extent extent : writes) {
            tree.write(path, (int) extent.fileOffset(), bytesOf(extent));
          }
        });
  }

  private byte[] bytesOf(Extent extent) {
    int from = extent.chunkOffset();
    return Arrays.copyOfRange(chunks.get(extent.chunk().id()), from, from + extent.lengthBytes());
  }

  private void changeRange(String context, String path, String other) {
    int from = random.nextInt(60);
    int to = random.nextInt(60);
    int length = 1 + random.nextInt(30);
    if (random.nextBoolean()) {
      both(
          context,
          new Command.Allocate(inodeOf(c, path), from, length, Command.AllocateMode.PUNCH),
          () -> tree.punch(path, from, length));
    } else {
      both(
          context,
          new Command.CopyRange(inodeOf(c, path), from, inodeOf(c, other), to, length),
          () -> tree.copy(path, from, other, to, length));
    }
  }

  private List<String> dump() {
    List<String> lines = new ArrayList<>();
    dump("", At.ROOT, lines);
    return lines;
  }

  private void dump(String path, long directory, List<String> lines) {
    Answer.Listing listing =
        (Answer.Listing)
            c.ask(new Query.ListDirectory(At.inode(directory), Bytes.EMPTY, 100, true));
    for (Answer.DirectoryEntry entry : listing.entries()) {
      Attributes a = entry.attributes();
      byte[] content = entry.type() == FileType.REGULAR ? read(a) : new byte[0];
      String childPath = path + "/" + entry.name();
      lines.add(childPath + " " + a.type() + " " + a.links() + " " + Arrays.toString(content));
      if (entry.type() == FileType.DIRECTORY) {
        dump(childPath, a.inode(), lines);
      }
    }
  }

  private byte[] read(Attributes attributes) {
    byte[] content = new byte[(int) attributes.sizeBytes()];
    for (Extent extent : c.map(attributes.inode())) {
      byte[] bytes = bytesOf(extent);
      System.arraycopy(bytes, 0, content, (int) extent.fileOffset(), bytes.length);
    }
    return content;
  }

  private List<Digest> play(long seed) {
    random = new Random(seed);
    c = Cluster.inMemory();
    tree = new TreeReference();
    chunks.clear();
    for (int step = 0; step < STEPS; step++) {
      String context = "seed " + seed + " step " + step;
      step(context);
      if (step % 10 == 0) {
        assertEquals(tree.dump(), dump(), context);
        c.check();
      }
    }
    assertEquals(tree.dump(), dump(), "seed " + seed);
    c.check();
    return digests(c.log);
  }

  /** Digest after each entry, applied one by one. */
  private static List<Digest> digests(List<Entry> log) {
    List<Digest> digests = new ArrayList<>();
    Metadata metadata = Metadata.open(new MemoryTables(MetadataTable.values()), Genesis.DEFAULT);
    for (Entry entry : log) {
      metadata.apply(List.of(entry));
      digests.add(metadata.digest());
    }
    return digests;
  }

  @Test
  void theTreeIsWhatANaiveOneIs() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      play(seed);
    }
  }

  @Test
  void theDigestDependsOnTheLogAlone() {
    for (long seed = 1; seed <= 6; seed++) {
      List<Digest> digests = play(seed);
      Path home = directory.resolve("seed-" + seed);
      RocksTables rocks = RocksTables.open(home, MetadataTable.values(), RocksSettings.SMALL);
      rocks = replayInBatches(seed, digests, rocks, home);
      NamespaceFsck.check(rocks);
      rocks.close();
    }
  }

  /** In random batches that overlap what is applied, with flushes and crashes. */
  private RocksTables replayInBatches(
      long seed, List<Digest> digests, RocksTables tables, Path home) {
    RocksTables rocks = tables;
    Metadata metadata = Metadata.open(rocks, Genesis.DEFAULT);
    int crashes = 0;
    while (metadata.appliedIndex() < c.log.size()) {
      int from = Math.max(0, (int) metadata.appliedIndex() - random.nextInt(3));
      int to = Math.min(c.log.size(), from + 1 + random.nextInt(40));
      List<Applied> applied = metadata.apply(c.log.subList(from, to));
      assertTrue(applied.size() <= to - from);
      int index = (int) metadata.appliedIndex();
      assertEquals(digests.get(index - 1), metadata.digest(), "seed " + seed + " index " + index);
      if (random.nextInt(6) == 0) {
        metadata.flush();
      } else if (crashes < 5 && random.nextInt(8) == 0) {
        crashes++;
        rocks.close();
        rocks = RocksTables.open(home, MetadataTable.values(), RocksSettings.SMALL);
        metadata = Metadata.open(rocks, Genesis.DEFAULT);
        assertEquals(metadata.digest(), metadata.recomputeDigest(), "seed " + seed);
      }
    }
    assertEquals(metadata.digest(), metadata.recomputeDigest(), "seed " + seed);
    return rocks;
  }

  @Test
  void theTwinComesBackFromAnyFlush() {
    for (long seed = 1; seed <= 30; seed++) {
      List<Digest> digests = play(seed);
      Random dice = new Random(-seed);
      MemoryTables twin = new MemoryTables(MetadataTable.values(), () -> dice.nextInt(9) == 0);
      Metadata metadata = Metadata.open(twin, Genesis.DEFAULT);
      for (int crashes = 0; metadata.appliedIndex() < c.log.size(); ) {
        int from = (int) metadata.appliedIndex();
        metadata.apply(c.log.subList(from, Math.min(c.log.size(), from + 1 + dice.nextInt(9))));
        assertTrue(metadata.flushedIndex() <= metadata.appliedIndex());
        if (crashes < 20 && dice.nextInt(10) == 0) {
          crashes++;
          long flushed = metadata.flushedIndex();
          twin = twin.revertToLastFlush();
          metadata = Metadata.open(twin, Genesis.DEFAULT);
          assertEquals(flushed, metadata.appliedIndex(), "seed " + seed);
        }
      }
      assertEquals(digests.getLast(), metadata.digest(), "seed " + seed);
    }
  }
}

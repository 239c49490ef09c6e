package io.quorate.store.benchmarks.parts;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.MalformedCommandException;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.table.RocksSettings;
import io.quorate.store.table.RocksTables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The replicated state over RocksDB, as a peer has it: entries that are applied, names and paths
 * that are looked up.
 */
@State(Scope.Benchmark)
public class MetadataBenchmark extends PartBenchmark {
  private static final String DEEP = "a/b/c/d/e/f/g";

  /** Entries that come together are applied together. */
  private static final int BATCH = 16;

  /** That are there. */
  @Param({"10000", "100000"})
  public int files;

  private final ByteBuffer content = Parts.content(Parts.FILE_BYTES);
  private final SplittableRandom random = new SplittableRandom(1);
  private ChunkRef chunk;
  private RocksTables tables;
  private Metadata metadata;
  private Workplace workplace;
  private long session;
  private long sequence;
  private long directoryInode;

  /** With the files, all in one directory that is seven deep. */
  @Setup(Level.Trial)
  public void open() throws IOException {
    workplace = Workplace.create();
    tables =
        RocksTables.open(
            workplace.directory().resolve("rows"), MetadataTable.values(), RocksSettings.SMALL);
    metadata = Metadata.open(tables, Genesis.DEFAULT);
    chunk = Parts.chunk(1, content);
    session = openSession();
    for (int end = 1; end <= DEEP.length(); end += 2) {
      run(new Command.MakeDirectory(at(DEEP.substring(0, end)), 0755, Caller.ROOT));
    }
    directoryInode = stat(at(DEEP)).attributes().inode();
    for (int file = 0; file < files; file++) {
      apply(List.of(Parts.put(session, ++sequence, path(file), chunk(sequence))));
    }
  }

  private long openSession() {
    Command open = new Command.OpenSession("jmh", 3_600_000);
    byte[] command = CommandCodec.encode(new SessionCommand(0, 1, 0, open));
    if (apply(List.of(command)).getFirst().result() instanceof Result.Opened opened) {
      return opened.session();
    }
    throw new IllegalStateException("there is no session");
  }

  private void run(Command command) {
    sequence++;
    apply(List.of(CommandCodec.encode(new SessionCommand(session, sequence, sequence, command))));
  }

  /** Each file has one of its own. */
  private ChunkRef chunk(long number) {
    return new ChunkRef(new ChunkId(session, number), chunk.lengthBytes(), chunk.crc32c());
  }

  private static String path(int file) {
    return DEEP + "/f" + file;
  }

  private static At at(String path) {
    return At.path(Bytes.utf8(path), true);
  }

  private List<Metadata.Applied> apply(List<byte[]> commands) {
    List<Entry> entries = new ArrayList<>();
    long index = metadata.appliedIndex();
    for (byte[] command : commands) {
      List<ChunkRef> chunks = List.of();
      try {
        chunks = CommandCodec.decode(command).command().chunks();
      } catch (MalformedCommandException e) {
        throw new IllegalStateException(e);
      }
      entries.add(Parts.entry(++index, chunks, command));
    }
    List<Metadata.Applied> applied = metadata.apply(entries);
    for (Metadata.Applied each : applied) {
      if (each.result() instanceof Result.Failed failed) {
        throw new IllegalStateException(failed.toString());
      }
    }
    return applied;
  }

  private Answer.Stat stat(At at) {
    if (metadata.ask(new Query.Stat(at)) instanceof Answer.Stat found) {
      return found;
    }
    throw new IllegalStateException(at + " is not there");
  }

  /** It goes again. */
  @TearDown(Level.Trial)
  public void close() throws IOException, InterruptedException {
    metadata.close();
    workplace.close();
  }

  /** One file, replaced. */
  @Benchmark
  public Object applyPut() {
    long number = ++sequence;
    return apply(List.of(Parts.put(session, number, path(random.nextInt(files)), chunk(number))));
  }

  /** Sixteen, as they come under load; the time is that of all. */
  @Benchmark
  public Object applySixteenPuts() {
    List<byte[]> commands = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      long number = ++sequence;
      commands.add(Parts.put(session, number, path(random.nextInt(files)), chunk(number)));
    }
    return apply(commands);
  }

  /** A name in a directory, as a mount asks. */
  @Benchmark
  public Object lookUpName() {
    return stat(At.child(directoryInode, Bytes.utf8("f" + random.nextInt(files))));
  }

  /** A path of eight names, as the API asks. */
  @Benchmark
  public Object lookUpPath() {
    return stat(at(path(random.nextInt(files))));
  }

  /** A page of 100 names with their attributes. */
  @Benchmark
  public Object list() {
    Bytes after = Bytes.utf8("f" + random.nextInt(files));
    return metadata.ask(new Query.ListDirectory(At.inode(directoryInode), after, 100, true));
  }
}

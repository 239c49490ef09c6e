package io.quorate.store.benchmarks.parts;

import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.world.Disk;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * The journal, on the disk of the working directory, or of the property {@code quorate.jmh.base}: a
 * chunk and the entry that names it, durable, by one and by many who share an fdatasync.
 */
@State(Scope.Benchmark)
public class JournalBenchmark extends PartBenchmark {
  private static final Replay NOTHING =
      new Replay() {
        @Override
        public void chunk(ChunkRef chunk, Position position) {
          throw new IllegalStateException("it is new");
        }

        @Override
        public void entry(Entry entry, Position position) {
          throw new IllegalStateException("it is new");
        }

        @Override
        public void hardState(HardState state) {
          // A new one tells the first.
        }
      };

  /** As in a peer, one at a time appends; the wait for the disk is everybody's own. */
  private final ReentrantLock appending = new ReentrantLock();

  private final ByteBuffer content = Parts.content(Parts.FILE_BYTES);
  private RealWorld world;
  private Disk disk;
  private Journal journal;
  private Workplace workplace;
  private long index;

  /** An empty one. */
  @Setup(Level.Iteration)
  public void open() throws IOException {
    workplace = Workplace.create();
    world = RealWorld.create();
    disk = world.openDisk(workplace.directory().resolve("journal"));
    journal =
        Journal.open(
            world, disk, JournalOptions.of(new UUID(1, 1), Throwable::printStackTrace), NOTHING);
    index = 0;
  }

  /** It goes again. */
  @TearDown(Level.Iteration)
  public void close() throws IOException, InterruptedException {
    journal.close();
    disk.close();
    world.close();
    workplace.close();
  }

  private void commit() throws IOException, InterruptedException, ExecutionException {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    appending.lock();
    try {
      index++;
      ChunkRef chunk = Parts.chunk(index, content);
      journal.appendChunk(chunk, content.duplicate());
      journal.appendEntry(
          Parts.entry(index, List.of(chunk), Parts.put(1, index, "f" + index, chunk)));
      journal.whenDurable(() -> durable.complete(null));
    } finally {
      appending.unlock();
    }
    durable.get();
  }

  /** One at a time. */
  @Benchmark
  @Threads(1)
  public void commitAlone() throws IOException, InterruptedException, ExecutionException {
    commit();
  }

  /** As many at once as have to wait for the disk anyway. */
  @Benchmark
  @Threads(16)
  public void commitInGroups() throws IOException, InterruptedException, ExecutionException {
    commit();
  }
}

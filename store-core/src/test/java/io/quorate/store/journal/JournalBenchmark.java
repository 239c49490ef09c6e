package io.quorate.store.journal;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.HardState;
import io.quorate.store.world.Disk;
import io.quorate.store.world.RealWorld;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * What the journal can do on a disk. Not a test: run its main with a directory (default: a
 * temporary one) and read the figures.
 */
final class JournalBenchmark {
  private static final Replay IGNORE =
      new Replay() {
        @Override
        public void chunk(ChunkRef chunk, Position position) {}

        @Override
        public void entry(Entry entry, Position position) {}

        @Override
        public void hardState(HardState state) {}
      };

  private JournalBenchmark() {}

  public static void main(String[] args) throws Exception {
    Path base = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("journal-benchmark");
    int megabytes = args.length > 1 ? Integer.parseInt(args[1]) : 1024;
    int commits = args.length > 2 ? Integer.parseInt(args[2]) : 5000;
    for (boolean direct : new boolean[] {true, false}) {
      sequential(base.resolve("seq-" + direct), megabytes, direct);
    }
    for (int callers : new int[] {1, 1, 16, 16}) {
      commits(base.resolve("commit-" + callers), callers, commits);
    }
  }

  private static void sequential(Path directory, int megabytes, boolean direct) throws Exception {
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    ByteBuffer buffer =
        (direct ? ByteBuffer.allocateDirect(content.length) : ByteBuffer.allocate(content.length))
            .put(content)
            .flip();
    try (RealWorld world = RealWorld.create();
        Disk disk = world.openDisk(directory)) {
      Journal journal = Journal.open(world, disk, options(), IGNORE);
      int crc = RecordFormat.crc32c(buffer);
      long start = System.nanoTime();
      for (int i = 0; i < megabytes; i++) {
        journal.appendChunk(new ChunkRef(new ChunkId(1, i), content.length, crc), buffer);
        if (i % 16 == 15) {
          CompletableFuture<Void> durable = new CompletableFuture<>();
          if (journal.queuedBytes() > 32 << 20) {
            journal.whenDurable(() -> durable.complete(null));
            durable.get();
          }
        }
      }
      CompletableFuture<Void> durable = new CompletableFuture<>();
      journal.whenDurable(() -> durable.complete(null));
      durable.get();
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%d MiB in 1 MiB chunks (%s buffers): %.0f MiB/s, %d writes, %d syncs%n",
          megabytes,
          direct ? "direct" : "heap",
          megabytes / seconds,
          journal.writes(),
          journal.syncs());
      journal.close();
      long again = System.nanoTime();
      Journal.open(world, disk, options(), IGNORE).close();
      System.out.printf("  reopened in %.0f ms%n", (System.nanoTime() - again) / 1e6);
    }
    deleteTree(directory);
  }

  private static void commits(Path directory, int callers, int perCaller) throws Exception {
    byte[] content = new byte[16 << 10];
    new Random(2).nextBytes(content);
    try (RealWorld world = RealWorld.create();
        Disk disk = world.openDisk(directory)) {
      Journal journal = Journal.open(world, disk, options(), IGNORE);
      AtomicLong index = new AtomicLong();
      List<CompletableFuture<long[]>> results = new ArrayList<>();
      int each = callers == 1 ? perCaller : perCaller * 4 / callers;
      long start = System.nanoTime();
      for (int c = 0; c < callers; c++) {
        CompletableFuture<long[]> result = new CompletableFuture<>();
        results.add(result);
        world.spawn("caller", () -> result.complete(caller(journal, content, index, each)));
      }
      List<Long> all = new ArrayList<>();
      for (CompletableFuture<long[]> result : results) {
        Arrays.stream(result.get()).forEach(all::add);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      all.sort(Comparator.naturalOrder());
      System.out.printf(
          "%d callers, 16 KiB chunk + entry: %.0f commits/s, p50 %.2f ms, p99 %.2f ms,"
              + " %d writes, %d syncs%n",
          callers,
          all.size() / seconds,
          all.get(all.size() / 2) / 1e6,
          all.get(all.size() * 99 / 100) / 1e6,
          journal.writes(),
          journal.syncs());
      journal.close();
    }
    deleteTree(directory);
  }

  private static long[] caller(Journal journal, byte[] content, AtomicLong index, int count) {
    long[] nanos = new long[count];
    int crc = RecordFormat.crc32c(ByteBuffer.wrap(content));
    Semaphore durable = new Semaphore(0);
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      long number = index.incrementAndGet();
      ChunkRef chunk = new ChunkRef(new ChunkId(1, number), content.length, crc);
      try {
        journal.appendChunk(chunk, ByteBuffer.wrap(content));
        journal.appendEntry(
            new Entry(number, 1, 0, EntryKind.COMMAND, List.of(chunk), new byte[200]));
      } catch (io.quorate.store.world.NoSpaceException e) {
        throw new IllegalStateException(e);
      }
      journal.whenDurable(durable::release);
      durable.acquireUninterruptibly();
      nanos[i] = System.nanoTime() - start;
    }
    return nanos;
  }

  private static JournalOptions options() {
    return JournalOptions.of(new UUID(1, 1), Throwable::printStackTrace);
  }

  private static void deleteTree(Path directory) throws Exception {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}

package io.quorate.store.benchmarks;

import io.quorate.store.Store;
import io.quorate.store.fuse.cluster.ProcessPeer;
import io.quorate.store.gateway.ClusterStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Calls of {@code java.nio.file.Files} as programs make them, each waiting for its answer. */
final class ApiLoads {
  private static final int FILE_BYTES = 16 << 10;
  private static final int FILES = 2_000;
  private static final int LOADERS = 64;

  private final Rig rig;
  private final int threads;
  private final int rounds;

  ApiLoads(Rig rig, int threads, int rounds) {
    this.rig = rig;
    this.threads = threads;
    this.rounds = rounds;
  }

  private interface Call {
    void run(Store store, int worker, long number) throws Exception;
  }

  private Figure measure(
      Store store, String name, String what, String unit, double target, Call call)
      throws Exception {
    double[] perSecond = new double[rounds];
    double p50 = 0;
    double p99 = 0;
    long operations = 0;
    Cost cost = Cost.NOTHING;
    for (int round = 0; round < rounds; round++) {
      Load.Outcome outcome =
          Load.run(
              threads,
              round == 0 ? rig.warmUpSeconds() : 0.2,
              rig.seconds(),
              rig::cost,
              (worker, number) -> call.run(store, worker, number));
      perSecond[round] = outcome.perSecond();
      p50 = Math.max(p50, outcome.millisAt(50));
      p99 = Math.max(p99, outcome.millisAt(99));
      operations += outcome.operations();
      cost = cost.plus(outcome.cost());
    }
    Spread spread = Spread.of(perSecond);
    Figure.Details details = spread.describe(new Figure.Details());
    details.with("p50 ms, worst round", p50).with("p99 ms, worst round", p99);
    cost.describe(details, operations, "call");
    return Figure.atLeast(name, what, unit, spread.median(), target, details);
  }

  Figure stats(String name, double target) throws Exception {
    String root = "/" + name;
    try (Store writer = rig.writer()) {
      load(writer, root, FILES, 0);
    }
    try (Store store = rig.reader()) {
      return measure(
          store,
          name,
          "Files.readAttributes, " + threads + " threads",
          "stats/s",
          target,
          (other, worker, number) -> {
            Path file = other.path(root, file(index(worker, number, FILES)));
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
              throw new IOException(file + " is no file");
            }
          });
    }
  }

  Figure reads(String name, double target) throws Exception {
    String root = "/" + name;
    try (Store writer = rig.writer()) {
      load(writer, root, FILES, FILE_BYTES);
    }
    long[] checksums = new long[FILES];
    for (int file = 0; file < FILES; file++) {
      checksums[file] = Sample.checksum(Sample.file(file, FILE_BYTES));
    }
    try (Store store = rig.reader()) {
      return measure(
          store,
          name,
          "Files.readAllBytes of 16 KiB, " + threads + " threads",
          "reads/s",
          target,
          (other, worker, number) -> {
            int index = index(worker, number, FILES);
            Path file = other.path(root, file(index));
            if (Sample.checksum(Files.readAllBytes(file)) != checksums[index]) {
              throw new IOException(file + " reads as something else than was written");
            }
          });
    }
  }

  Figure listing(String name, int files, double targetSeconds) throws Exception {
    String root = "/" + name;
    try (Store writer = rig.writer()) {
      load(writer, root, files, 0);
    }
    try (Store store = rig.reader()) {
      Spread seconds = list(store, root, files);
      return Figure.atMost(
          name,
          String.format("walk over %,d entries with attributes", files),
          "s",
          seconds.median(),
          targetSeconds,
          seconds.describe(new Figure.Details()));
    }
  }

  /** Once more than counts, to warm up. */
  private Spread list(Store store, String root, int files) throws IOException {
    double[] seconds = new double[rounds];
    for (int round = -2; round < rounds; round++) {
      AtomicLong seen = new AtomicLong();
      long start = System.nanoTime();
      Files.walkFileTree(
          store.path(root),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              seen.addAndGet(attributes.isRegularFile() ? 1 : 0);
              return FileVisitResult.CONTINUE;
            }
          });
      double took = (System.nanoTime() - start) / 1e9;
      if (seen.get() != files) {
        throw new IOException(root + " lists " + seen + " files; it has " + files);
      }
      if (round >= 0) {
        seconds[round] = took;
      }
    }
    return Spread.of(seconds);
  }

  /** What an entry costs in a directory of {@code many}, against one of {@code few}. */
  Figure scale(String name, int few, int many, double target) throws Exception {
    String small = "/" + name + "-few";
    String large = "/" + name + "-many";
    Figure.Details details = new Figure.Details();
    long loadNanos;
    try (Store writer = rig.writer()) {
      load(writer, small, few, 0);
      memory(details, few);
      long start = System.nanoTime();
      load(writer, large, many / 2, 0);
      memory(details, many / 2);
      load(writer, large, many / 2, many, 0);
      loadNanos = System.nanoTime() - start;
      memory(details, many);
    }
    details.with("files loaded per s", many * 1e9 / loadNanos);
    try (Store store = rig.reader()) {
      double listSmall = list(store, small, few).median() / few;
      double listLarge = list(store, large, many).median() / many;
      double statSmall = lookups(store, small, few);
      double statLarge = lookups(store, large, many);
      details.with("µs per entry listed, few", listSmall * 1e6);
      details.with("µs per entry listed, many", listLarge * 1e6);
      details.with("stats/s, few", statSmall);
      details.with("stats/s, many", statLarge);
      return Figure.atMost(
          name,
          String.format("cost of a lookup or listed entry, %,d files against %,d", many, few),
          "times",
          Math.max(listLarge / listSmall, statSmall / statLarge),
          target,
          details);
    }
  }

  /**
   * From the start of a peer that was killed until it serves, in step with the others: with all
   * files of the cluster in its metadata, and whatever its journal holds to be replayed.
   */
  Figure restart(String name, int files, double targetSeconds) throws Exception {
    double[] seconds = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      seconds[round] = restartSeconds(List.of(rig.follower()));
    }
    Spread spread = Spread.of(seconds);
    Figure.Details details = spread.describe(new Figure.Details());
    details.with("all four killed at once, s", restartSeconds(rig.cluster().peers()));
    return Figure.atMost(
        name,
        String.format("start of a peer that was killed, %,d files", files),
        "s",
        spread.median(),
        targetSeconds,
        details);
  }

  private double restartSeconds(List<ProcessPeer> killed) throws Exception {
    for (ProcessPeer peer : killed) {
      peer.kill();
    }
    long start = System.nanoTime();
    for (ProcessPeer peer : killed) {
      peer.start();
    }
    rig.cluster().await(killed.getFirst().id(), "serve again", ClusterStatus::healthy);
    return (System.nanoTime() - start) / 1e9;
  }

  private double lookups(Store store, String root, int files) throws Exception {
    return measure(
            store,
            "",
            "",
            "",
            0,
            (other, worker, number) ->
                Files.readAttributes(
                    other.path(root, file(index(worker, number, files))),
                    BasicFileAttributes.class))
        .measured();
  }

  private void memory(Figure.Details details, int files) throws IOException {
    long resident = 0;
    long live = 0;
    for (ProcessPeer peer : rig.cluster().peers()) {
      resident = Math.max(resident, Machine.residentBytes(peer.pid()));
      live = Math.max(live, Machine.liveHeapBytes(peer.pid()));
    }
    details.with(mebibytes("resident", files), resident / (double) (1 << 20));
    details.with(mebibytes("live heap", files), live / (double) (1 << 20));
  }

  private static String mebibytes(String what, int files) {
    return String.format("MiB %s, largest peer, %,d files", what, files);
  }

  private void load(Store store, String root, int files, int bytes) throws Exception {
    Files.createDirectory(store.path(root));
    load(store, root, 0, files, bytes);
  }

  private static void load(Store store, String root, int from, int to, int bytes) throws Exception {
    AtomicLong next = new AtomicLong(from);
    long start = System.nanoTime();
    Together.run(
        LOADERS,
        loader -> {
          for (long file = next.getAndIncrement(); file < to; file = next.getAndIncrement()) {
            byte[] content = bytes == 0 ? new byte[0] : Sample.file(file, bytes);
            store.put(store.path(root, file((int) file)), new ByteArrayInputStream(content));
          }
        });
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    System.out.printf("  loaded %,d files into %s in %,d ms%n", to - from, root, millis);
  }

  /** All files in turn, and no two workers alike: the stride is prime to the usual counts. */
  private static int index(int worker, long number, int files) {
    return (int) Math.floorMod(number * 7919 + worker * 104_729L, (long) files);
  }

  private static String file(int number) {
    return "f" + number;
  }
}

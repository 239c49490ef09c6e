package io.quorate.store.benchmarks;

import io.quorate.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** One large file, put from beginning to end; and what the disk alone would take. */
final class LargeFile {
  private static final long WARM_UP_BYTES = 1L << 30;
  private static final int BLOCK_BYTES = 1 << 20;

  private final Rig rig;
  private final long bytes;
  private final int copies;

  LargeFile(Rig rig, long bytes, int copies) {
    this.rig = rig;
    this.bytes = bytes;
    this.copies = copies;
  }

  /**
   * MiB/s of a put to peers that have their data in memory, the median of some rounds.
   *
   * @param tmpfs where that memory is
   * @param memoryBytes how much of it there is, for all rounds
   */
  Figure putInMemory(String name, int rounds, double target, Path tmpfs, long memoryBytes)
      throws Exception {
    try (Store store = rig.writer()) {
      warmUp(store, name);
      double[] speeds = new double[rounds];
      Cost cost = Cost.NOTHING;
      for (int round = 0; round < rounds; round++) {
        long left = memoryBytes - copies * bytes * (round + 1);
        try (Ballast ballast = Ballast.hold(tmpfs, Math.min(copies * bytes, left))) {
          Cost before = rig.cost();
          speeds[round] =
              put(store, name, round, ballast.unloading(Sample.stream(round, bytes), copies));
          cost = cost.plus(rig.cost().since(before));
        }
      }
      verify(name, rounds - 1);
      Figure.Details details = spread(speeds);
      cost.describe(details, (double) rounds * bytes / (1 << 20), "MiB");
      return Figure.atLeast(
          name,
          "sequential put of " + size() + " on tmpfs",
          "MiB/s",
          median(speeds),
          target,
          details);
    }
  }

  /**
   * How much of the disk a put uses: its speed, four times over for the four copies, in hundredths
   * of what one process reaches that writes the same bytes and fsyncs. Both take turns, as a disk
   * has moods.
   */
  Figure putAgainstDisk(String name, int rounds, double targetPercent) throws Exception {
    try (Store store = rig.writer()) {
      warmUp(store, name);
      writeAlone(rounds);
      double[] speeds = new double[rounds];
      double[] alone = new double[rounds];
      double[] percents = new double[rounds];
      Cost cost = Cost.NOTHING;
      for (int round = 0; round < rounds; round++) {
        alone[round] = writeAlone(round);
        Cost before = rig.cost();
        speeds[round] = put(store, name, round, Sample.stream(round, bytes));
        cost = cost.plus(rig.cost().since(before));
        percents[round] = 100 * speeds[round] / (alone[round] / copies);
      }
      verify(name, rounds - 1);
      Figure.Details details =
          spread(speeds)
              .with("MiB/s", median(speeds))
              .with("MiB/s of one process alone", median(alone))
              .with("that divided by the copies", median(alone) / copies);
      cost.describe(details, (double) rounds * bytes / (1 << 20), "MiB");
      return Figure.atLeast(
          name,
          "sequential put of " + size() + " on disk, of (one process ÷ " + copies + ")",
          "%",
          median(percents),
          targetPercent,
          details);
    }
  }

  private void warmUp(Store store, String name) throws IOException {
    store.put(
        store.path("/" + name + "-warm-up"), Sample.stream(-1, Math.min(WARM_UP_BYTES, bytes)));
  }

  private double put(Store store, String name, int round, InputStream source) throws IOException {
    long start = System.nanoTime();
    store.put(store.path(file(name, round)), source);
    return mibPerSecond(System.nanoTime() - start);
  }

  private void verify(String name, int round) throws IOException {
    try (Store other = rig.reader()) {
      Sample.Comparison comparison = new Sample.Comparison(round, bytes);
      other.get(other.path(file(name, round)), comparison);
      if (!comparison.complete()) {
        throw new IOException(
            file(name, round) + " was acknowledged and reads back as something else");
      }
    }
  }

  /** Writes the same bytes into one new file, as large writes, and fsyncs it. */
  private double writeAlone(int round) throws IOException {
    Path file = rig.directory().resolve("alone");
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
    block.put(Sample.file(round, BLOCK_BYTES));
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long start = System.nanoTime();
      for (long written = 0; written < bytes; ) {
        block.clear().limit((int) Math.min(BLOCK_BYTES, bytes - written));
        while (block.hasRemaining()) {
          written += channel.write(block);
        }
      }
      channel.force(true);
      return mibPerSecond(System.nanoTime() - start);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private double mibPerSecond(long nanos) {
    return bytes / (double) (1 << 20) * 1e9 / nanos;
  }

  private String size() {
    return bytes % (1 << 30) == 0 ? (bytes >> 30) + " GiB" : (bytes >> 20) + " MiB";
  }

  private static String file(String name, int round) {
    return "/" + name + "-" + round;
  }

  private static Figure.Details spread(double[] speeds) {
    return new Figure.Details()
        .with("rounds", speeds.length)
        .with("least MiB/s", Arrays.stream(speeds).min().orElseThrow())
        .with("most MiB/s", Arrays.stream(speeds).max().orElseThrow());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}

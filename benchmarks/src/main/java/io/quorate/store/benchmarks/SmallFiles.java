package io.quorate.store.benchmarks;

import io.quorate.store.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicLong;

/** Files of 16 KiB: put by several writers, and read by several readers through another peer. */
final class SmallFiles {
  static final int FILE_BYTES = 16 << 10;

  private static final int READ_FILES = 2_000;
  private static final int PREPARERS = 16;

  private final Rig rig;

  SmallFiles(Rig rig) {
    this.rig = rig;
  }

  Figure puts(String name, int writers, double target) throws Exception {
    try (Store store = rig.writer()) {
      Load.Outcome outcome = put(store, "/" + name, writers);
      Figure.Details details =
          new Figure.Details()
              .with("p50 ms", outcome.millisAt(50))
              .with("p99 ms", outcome.millisAt(99))
              .with("max ms", outcome.millisAt(100))
              .with("MiB/s", outcome.perSecond() * FILE_BYTES / (1 << 20));
      outcome.cost().describe(details, outcome.operations(), "file");
      return Figure.atLeast(
          name,
          "16 KiB files, " + writers + " writers",
          "files/s",
          outcome.perSecond(),
          target,
          details);
    }
  }

  Figure onePut(String name, double targetMillis) throws Exception {
    try (Store store = rig.writer()) {
      Load.Outcome outcome = put(store, "/" + name, 1);
      Figure.Details details =
          new Figure.Details()
              .with("p99 ms", outcome.millisAt(99))
              .with("max ms", outcome.millisAt(100))
              .with("files/s", outcome.perSecond());
      outcome.cost().describe(details, outcome.operations(), "file");
      return Figure.atMost(
          name,
          "16 KiB files, one writer, median",
          "ms",
          outcome.millisAt(50),
          targetMillis,
          details);
    }
  }

  /** Puts files as fast as they are acknowledged, and reads back one in a hundred of them. */
  private Load.Outcome put(Store store, String root, int writers) throws Exception {
    Files.createDirectory(store.path(root));
    AtomicLong[] written = new AtomicLong[writers];
    for (int writer = 0; writer < writers; writer++) {
      Files.createDirectory(store.path(root, directory(writer)));
      written[writer] = new AtomicLong();
    }
    Load.Outcome outcome =
        Load.run(
            writers,
            rig.warmUpSeconds(),
            rig.seconds(),
            rig::cost,
            (writer, number) -> {
              store.put(
                  store.path(root, directory(writer), "f" + number),
                  new ByteArrayInputStream(Sample.file(identity(writer, number), FILE_BYTES)));
              written[writer].incrementAndGet();
            });
    try (Store other = rig.reader()) {
      for (int writer = 0; writer < writers; writer++) {
        long count = written[writer].get();
        for (long number = 0; number < count; number += Math.max(1, count / 100)) {
          verify(other, root, writer, number);
        }
      }
    }
    return outcome;
  }

  private static void verify(Store store, String root, int writer, long number) throws IOException {
    String file = root + "/" + directory(writer) + "/f" + number;
    byte[] content = read(store, file);
    if (Sample.checksum(content)
        != Sample.checksum(Sample.file(identity(writer, number), FILE_BYTES))) {
      throw new IOException(file + " was acknowledged and reads back as something else");
    }
  }

  /** Readers of files that another peer took in; every read is checked. */
  Figure reads(String name, int readers, double target) throws Exception {
    String root = "/" + name;
    long[] checksums = new long[READ_FILES];
    try (Store store = rig.writer()) {
      prepare(store, root, checksums);
    }
    try (Store other = rig.reader()) {
      for (int file = 0; file < READ_FILES; file++) {
        check(other, root, file, checksums[file]);
      }
      Load.Outcome outcome =
          Load.run(
              readers,
              rig.warmUpSeconds(),
              rig.seconds(),
              rig::cost,
              (reader, number) -> {
                // A stride that is prime to the number of files: all of them, and no two readers
                // alike.
                int file = (int) ((number * 7 + reader * 131L) % READ_FILES);
                check(other, root, file, checksums[file]);
              });
      Figure.Details details =
          new Figure.Details()
              .with("p50 ms", outcome.millisAt(50))
              .with("p99 ms", outcome.millisAt(99))
              .with("max ms", outcome.millisAt(100))
              .with("MiB/s", outcome.perSecond() * FILE_BYTES / (1 << 20));
      outcome.cost().describe(details, outcome.operations(), "read");
      return Figure.atLeast(
          name,
          "16 KiB reads through another peer, warm, " + readers + " readers",
          "reads/s",
          outcome.perSecond(),
          target,
          details);
    }
  }

  private static void prepare(Store store, String root, long[] checksums) throws Exception {
    Files.createDirectory(store.path(root));
    Together.run(
        PREPARERS,
        preparer -> {
          for (int file = preparer; file < checksums.length; file += PREPARERS) {
            byte[] content = Sample.file(file, FILE_BYTES);
            checksums[file] = Sample.checksum(content);
            store.put(store.path(root, "f" + file), new ByteArrayInputStream(content));
          }
        });
  }

  private static void check(Store store, String root, int file, long checksum) throws IOException {
    if (Sample.checksum(read(store, root + "/f" + file)) != checksum) {
      throw new IOException(root + "/f" + file + " reads as something else than was written");
    }
  }

  /** As a web server reads: by path, in one request, without opening the file first. */
  private static byte[] read(Store store, String file) {
    ByteBuffer content = store.readAsync(store.path(file), 0, FILE_BYTES).join();
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    return bytes;
  }

  private static String directory(int writer) {
    return "w" + writer;
  }

  private static long identity(int writer, long number) {
    return ((long) writer << 40) | number;
  }
}

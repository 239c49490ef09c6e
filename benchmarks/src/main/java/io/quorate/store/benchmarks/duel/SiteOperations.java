package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * What the web servers of a site do that people upload files to: of 100 requests 95 read a whole
 * file, some files far more often than others, and 5 store a new one under a name of its own, once
 * it is complete. Each host has its own requests and its own uploads; what is read is common.
 */
public final class SiteOperations implements Operations {
  static final int LEAST_BYTES = 10 << 10;
  public static final int MOST_BYTES = 2 << 20;

  /** The mean of what {@link #bytes} gives, and a little more. */
  static final int MEAN_BYTES = 400 << 10;

  private static final double READS = 0.95;

  /** Close to what is seen of requests to web sites; also what YCSB has. */
  private static final double POPULARITY = 0.99;

  private static final int DIRECTORIES = 16;

  private final Task task;
  private final Path files;
  private final Path uploads;
  private final Zipf zipf;

  /**
   * Made on host 1, it first stores the files that are read, unless they are there.
   *
   * @param task whose {@code files} are as many, and whose {@code name} is of this host and run
   */
  SiteOperations(Task task) throws IOException {
    this.task = task;
    Path root = Path.of(task.path());
    files = root.resolve("files");
    uploads = root.resolve(task.name() + "-host-" + task.host());
    zipf = new Zipf(task.files(), POPULARITY);
    if (task.host() == 1 && !Files.exists(root)) {
      fill();
    }
    for (int thread = 0; thread < task.threads(); thread++) {
      Files.createDirectories(uploads.resolve("thread-" + thread));
    }
  }

  private void fill() throws IOException {
    Content content = new Content(MOST_BYTES);
    for (int number = 0; number < DIRECTORIES; number++) {
      Files.createDirectories(file(number).getParent());
    }
    for (int number = 0; number < task.files(); number++) {
      store(file(number), content.piece(number, bytes(number)), false);
    }
  }

  private Path file(int number) {
    return files.resolve("d" + number % DIRECTORIES).resolve("f" + number);
  }

  /** The size of a file: as many from 10 to 20 KiB as from 1 to 2 MiB. */
  public static int bytes(long number) {
    double exponent = new SplittableRandom(number).nextDouble();
    return (int) (LEAST_BYTES * Math.pow((double) MOST_BYTES / LEAST_BYTES, exponent));
  }

  @Override
  public int threads() {
    return task.threads();
  }

  @Override
  public int count() {
    return task.count();
  }

  @Override
  public Worker worker(int thread) {
    SplittableRandom random = new SplittableRandom(31L * uploads.getFileName().hashCode() + thread);
    Content content = new Content(MOST_BYTES);
    ByteBuffer read = ByteBuffer.allocateDirect(MOST_BYTES + 1);
    Path own = uploads.resolve("thread-" + thread);
    return number -> {
      if (random.nextDouble() < READS) {
        read(zipf.next(random), content, read.clear());
      } else {
        upload(own, number, content.piece(number, bytes(number)));
      }
      return 1;
    };
  }

  private void read(int number, Content content, ByteBuffer read) throws IOException {
    Path file = file(number);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (read.hasRemaining() && channel.read(read) >= 0) {
        // The rest comes with the next call.
      }
    }
    if (!content.matches(number, bytes(number), read.flip())) {
      throw new IOException(file + " does not hold what was written");
    }
  }

  private void upload(Path own, int number, ByteBuffer content) throws IOException {
    Path incomplete = own.resolve("incomplete");
    store(incomplete, content, task.sync());
    Files.move(incomplete, own.resolve("u" + number), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void store(Path file, ByteBuffer content, boolean sync) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      if (sync) {
        channel.force(true);
      }
    }
  }
}

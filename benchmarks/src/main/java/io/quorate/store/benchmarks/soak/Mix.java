package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.duel.Content;
import io.quorate.store.benchmarks.duel.SiteOperations;
import io.quorate.store.benchmarks.duel.Zipf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/**
 * What one thread does on a mount: an upload site's requests, of which each gives away as many
 * files as it makes. What is read is compared with what was written.
 *
 * <p>Of 100 operations 45 read a file that all hosts read, some far more often than others; 10 read
 * an upload of its own; 15 ask for attributes and 5 list a directory; 15 upload a file under a
 * temporary name, rename it and delete the oldest; 10 write a few pages somewhere into a file, make
 * that durable, and read another page of it.
 */
final class Mix {
  private static final int DIRECTORIES = 16;

  /** Close to what is seen of requests to web sites. */
  private static final double POPULARITY = 0.99;

  private final Path root;
  private final int files;
  private final int uploads;
  private final Path own;
  private final SplittableRandom random;
  private final Zipf zipf;
  private final Content content = new Content(SiteOperations.MOST_BYTES);
  private final ByteBuffer read = ByteBuffer.allocateDirect(SiteOperations.MOST_BYTES + 1);
  private final RewrittenFile rewritten;
  private long uploaded;

  /**
   * Makes it, and its own files.
   *
   * @param root the directory that all hosts use
   * @param files how many files all hosts read
   * @param uploads how many of its own it keeps
   */
  Mix(Path root, int host, int thread, int files, int uploads) throws IOException {
    this.root = root;
    this.files = files;
    this.uploads = uploads;
    own = Files.createDirectories(root.resolve("uploads-" + host + "-" + thread));
    random = new SplittableRandom(1000L * host + thread);
    zipf = new Zipf(files, POPULARITY);
    rewritten = new RewrittenFile(own.resolve("rewritten"), random.split());
    while (uploaded < uploads) {
      upload();
    }
  }

  /** Stores the files that all hosts read. */
  static void fill(Path root, int files) throws IOException {
    Content content = new Content(SiteOperations.MOST_BYTES);
    for (int number = 0; number < files; number++) {
      Path file = file(root, number);
      Files.createDirectories(file.getParent());
      store(file, content.piece(number, SiteOperations.bytes(number)));
    }
  }

  private static Path file(Path root, int number) {
    return directory(root, number).resolve("f" + number);
  }

  private static Path directory(Path root, int number) {
    return root.resolve("files").resolve("d" + number % DIRECTORIES);
  }

  /** One operation. */
  void once() throws IOException {
    int choice = random.nextInt(100);
    if (choice < 45) {
      int number = zipf.next(random);
      read(file(root, number), number);
    } else if (choice < 55) {
      long number = uploaded - 1 - random.nextInt(uploads);
      read(upload(number), number);
    } else if (choice < 70) {
      attributes(random.nextInt(files));
    } else if (choice < 75) {
      list(random.nextInt(DIRECTORIES));
    } else if (choice < 90) {
      upload();
      Files.delete(upload(uploaded - 1 - uploads));
    } else {
      rewritten.write();
      rewritten.read();
    }
  }

  private void read(Path file, long number) throws IOException {
    read.clear();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (read.hasRemaining() && channel.read(read) >= 0) {
        // The rest comes with the next call.
      }
    }
    int bytes = SiteOperations.bytes(number);
    if (!content.matches(number, bytes, read.flip())) {
      throw new IOException(
          "%s does not hold what was written: it has %d bytes instead of %d, and differs from byte %d on"
              .formatted(file, read.limit(), bytes, content.piece(number, bytes).mismatch(read)));
    }
  }

  private void attributes(int number) throws IOException {
    Path file = file(root, number);
    if (Files.size(file) != SiteOperations.bytes(number)) {
      throw new IOException(file + " has not the size that was written");
    }
  }

  private void list(int number) throws IOException {
    Path directory = directory(root, number);
    int expected = files / DIRECTORIES + (number < files % DIRECTORIES ? 1 : 0);
    int found = 0;
    if (expected == 0) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
      for (Path _ : all) {
        found++;
      }
    }
    if (found != expected) {
      throw new IOException(directory + " lists " + found + " files, and has " + expected);
    }
  }

  private void upload() throws IOException {
    Path incomplete = own.resolve("incomplete");
    store(incomplete, content.piece(uploaded, SiteOperations.bytes(uploaded)));
    Files.move(incomplete, upload(uploaded), StandardCopyOption.ATOMIC_MOVE);
    uploaded++;
  }

  private Path upload(long number) {
    return own.resolve("u" + number);
  }

  private static void store(Path file, ByteBuffer content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
    }
  }
}

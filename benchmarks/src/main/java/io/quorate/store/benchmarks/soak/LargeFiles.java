package io.quorate.store.benchmarks.soak;

import io.quorate.store.benchmarks.duel.Contender;
import io.quorate.store.benchmarks.duel.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The large files of one host: now and then it writes one for the next host, unless that still has
 * the one before; what the host before it wrote it reads and removes.
 */
final class LargeFiles {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int PIECES = 64;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Path directory;
  private final int host;
  private final long everyNanos;
  private final Content content = new Content(PIECE_BYTES);
  private final ByteBuffer read = ByteBuffer.allocateDirect(PIECE_BYTES);
  private long number;
  private long dueNanos;
  private long lookNanos;

  /**
   * None yet.
   *
   * @param everySeconds from the beginning of one that it writes to that of the next
   */
  LargeFiles(Path root, int host, int everySeconds) throws IOException {
    this.directory = Files.createDirectories(root.resolve("large"));
    this.host = host;
    everyNanos = TimeUnit.SECONDS.toNanos(everySeconds);
    long now = System.nanoTime();
    // One host after the other.
    dueNanos = now + everyNanos * host / Contender.HOSTS;
    lookNanos = now;
  }

  /** Does what is due; answers how many files that were. */
  int once() throws IOException {
    long now = System.nanoTime();
    if (now - lookNanos < 0) {
      return 0;
    }
    lookNanos = now + LOOK_NANOS;
    int done = 0;
    for (Path file : all(host)) {
      check(file);
      Files.delete(file);
      done++;
    }
    int next = host % Contender.HOSTS + 1;
    if (now - dueNanos >= 0 && all(next).isEmpty()) {
      dueNanos = now + everyNanos;
      write(next);
      done++;
    }
    return done;
  }

  private static String prefix(int reader) {
    return "for-" + reader + "-";
  }

  private List<Path> all(int reader) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(directory, prefix(reader) + "*")) {
      entries.forEach(found::add);
    }
    return found;
  }

  private void write(int reader) throws IOException {
    Path incomplete = directory.resolve("incomplete-" + host);
    number++;
    try (FileChannel channel =
        FileChannel.open(incomplete, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int at = 0; at < PIECES; at++) {
        ByteBuffer piece = content.piece(number * PIECES + at);
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      }
    }
    Path complete = directory.resolve(prefix(reader) + number);
    Files.move(incomplete, complete, StandardCopyOption.ATOMIC_MOVE);
  }

  private void check(Path file) throws IOException {
    String name = file.getFileName().toString();
    long first = Long.parseLong(name.substring(prefix(host).length())) * PIECES;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != (long) PIECES * PIECE_BYTES) {
        throw new IOException(file + " has not the size that was written");
      }
      for (int at = 0; at < PIECES; at++) {
        read.clear();
        while (read.hasRemaining() && channel.read(read) >= 0) {
          // The rest comes with the next call.
        }
        if (!content.matches(first + at, read.flip())) {
          throw new IOException(file + " does not hold what was written, in MiB " + at);
        }
      }
    }
  }
}

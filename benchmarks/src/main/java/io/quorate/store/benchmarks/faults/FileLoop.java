package io.quorate.store.benchmarks.faults;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The program that writes on one host: files of 16 KiB, one after the other, each created, written,
 * fsynced and closed through {@code java.nio.file}, whatever file system that is.
 *
 * <p>It tells each file in a line, {@code done BEGIN END} or {@code failed BEGIN END WHY}, in
 * nanoseconds of the clock that all processes of a machine share. It ends when its standard input
 * does, or after the number of files that it was given.
 */
final class FileLoop {
  static final int FILE_BYTES = 16 << 10;

  /** So long that a file fails only if its cluster is lost for good. */
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withOwner("faults").withDeadline(Duration.ofSeconds(120));

  private FileLoop() {}

  /**
   * Runs it: {@code DIRECTORY COUNT}, a directory of this machine, or {@code DIRECTORY COUNT KEY
   * ADDRESS...}, one of a Quorate cluster. A count of 0 has no end.
   */
  public static void main(String[] words) throws Exception {
    long count = Long.parseLong(words[1]);
    Thread.ofPlatform().daemon().start(FileLoop::endWithInput);
    if (words.length == 2) {
      write(Path.of(words[0]), count);
      return;
    }
    List<String> addresses = List.of(words).subList(3, words.length);
    try (Store store = Store.connect(Path.of(words[2]), addresses, PATIENT)) {
      write(store.path(words[0]), count);
    }
  }

  /** Ends this process when whoever started it has ended, whatever it is waiting for then. */
  static void endWithInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is said to it.
      }
    } catch (IOException e) {
      // The other end is gone, which means the same.
    }
    Runtime.getRuntime().halt(0);
  }

  private static void write(Path directory, long count) throws IOException {
    Files.createDirectories(directory);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    byte[] content = new byte[FILE_BYTES];
    new SplittableRandom(1).nextBytes(content);
    for (long number = 1; count == 0 || number <= count; number++) {
      ByteBuffer.wrap(content).putLong(number);
      long beginNanos = System.nanoTime();
      try {
        writeOne(directory.resolve(name(number)), content);
        out.println("done " + beginNanos + " " + System.nanoTime());
      } catch (IOException e) {
        out.println("failed " + beginNanos + " " + System.nanoTime() + " " + e);
      }
    }
  }

  static String name(long number) {
    return "f" + number;
  }

  private static void writeOne(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer left = ByteBuffer.wrap(content);
      while (left.hasRemaining()) {
        channel.write(left);
      }
      channel.force(true);
    }
  }
}

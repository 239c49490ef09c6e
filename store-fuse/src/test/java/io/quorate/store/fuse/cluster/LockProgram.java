package io.quorate.store.fuse.cluster;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A program on a server, with {@code FileChannel} and nothing else. Does what the lines on its
 * standard input say and answers each with a line; ends when the input does.
 */
final class LockProgram {
  private static final int COUNTER_BYTES = 8;

  private final Store store;
  private final List<FileLock> held = new ArrayList<>();

  private LockProgram(Store store) {
    this.store = store;
  }

  /**
   * Runs it.
   *
   * @param words the cluster key's file, the peer's address, the session's timeout in milliseconds
   */
  public static void main(String[] words) throws Exception {
    StoreOptions options =
        StoreOptions.defaults()
            .withDeadline(Duration.ofSeconds(60))
            .withSessionTimeout(Duration.ofMillis(Long.parseLong(words[2])));
    try (Store store = Store.connect(Path.of(words[0]), List.of(words[1]), options);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      LockProgram program = new LockProgram(store);
      System.out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(program.answer(line.split(" ")));
      }
    }
  }

  private String answer(String[] words) throws IOException {
    return switch (words[0]) {
      case "lock" -> {
        held.add(open(words[1]).lock());
        yield "locked";
      }
      case "try" -> {
        FileLock lock = open(words[1]).tryLock();
        if (lock != null) {
          held.add(lock);
        }
        yield lock == null ? "busy" : "locked";
      }
      case "release" -> {
        for (FileLock lock : held) {
          lock.acquiredBy().close();
        }
        held.clear();
        yield "released";
      }
      case "count" -> {
        count(words[1], Integer.parseInt(words[2]));
        yield "counted";
      }
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private FileChannel open(String file) throws IOException {
    return FileChannel.open(
        store.path(file),
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.CREATE);
  }

  /** Adds one to the number in a file, under its lock, so many times. */
  private void count(String file, int times) throws IOException {
    try (FileChannel channel = open(file)) {
      for (int i = 0; i < times; i++) {
        try (FileLock lock = channel.lock()) {
          ByteBuffer number = ByteBuffer.allocate(COUNTER_BYTES);
          channel.read(number, 0);
          channel.write(ByteBuffer.allocate(COUNTER_BYTES).putLong(0, number.getLong(0) + 1), 0);
        }
      }
    }
  }
}

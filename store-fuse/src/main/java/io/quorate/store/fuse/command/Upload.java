package io.quorate.store.fuse.command;

import io.quorate.store.QuorateException;
import io.quorate.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Puts a source tree into a store with several writers, notes when each file is acknowledged, and
 * lets something happen when half of them are.
 */
final class Upload {
  private final SourceTree tree;
  private final Store store;
  private final Path target;
  private final int writers;
  private final Progress progress;
  private final long[] ackNanos;
  private final AtomicInteger acks = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicLong interruptedNanos = new AtomicLong();
  private long startNanos;

  Upload(SourceTree tree, Store store, Path target, int writers, Progress progress) {
    this.tree = tree;
    this.store = store;
    this.target = target;
    this.writers = writers;
    this.progress = progress;
    ackNanos = new long[tree.files().size()];
  }

  /**
   * What was seen.
   *
   * @param repeated puts that were sent again, after a failure of the cluster
   * @param pauseNanos longest time without an acknowledgement that ended after the interruption
   * @param pauseBeforeNanos longest one before it
   */
  record Report(
      long files, long bytes, long nanos, int repeated, long pauseNanos, long pauseBeforeNanos) {}

  /**
   * Runs to the end.
   *
   * @param halfway run once by the writer whose file is the last of the first half, while the
   *     others go on
   */
  Report run(BoundedTasks.Task halfway) throws Exception {
    Files.createDirectory(target);
    for (String directory : tree.directories()) {
      Files.createDirectory(target.resolve(directory));
    }
    for (Map.Entry<String, String> link : tree.links().entrySet()) {
      Files.createSymbolicLink(
          target.resolve(link.getKey()), target.getFileSystem().getPath(link.getValue()));
    }
    int half = Math.max(1, ackNanos.length / 2);
    startNanos = System.nanoTime();
    BoundedTasks tasks = new BoundedTasks(writers);
    for (Map.Entry<String, SourceTree.SourceFile> file : tree.files().entrySet()) {
      tasks.submit(
          () -> {
            put(file.getKey(), file.getValue());
            int ack = acks.getAndIncrement();
            ackNanos[ack] = System.nanoTime();
            progress.addFile();
            if (ack + 1 == half) {
              interruptedNanos.set(System.nanoTime());
              halfway.run();
            }
          });
    }
    tasks.await();
    return report();
  }

  private void put(String name, SourceTree.SourceFile file) throws IOException {
    long deadlineNanos = System.nanoTime() + 120_000_000_000L;
    while (true) {
      MessageDigest digest = SourceTree.sha256();
      try (InputStream in = new DigestInputStream(Files.newInputStream(file.path()), digest)) {
        progress.addBytes(store.put(target.resolve(name), in));
      } catch (QuorateException e) {
        // A whole-file put may be repeated even if the first one did happen.
        if (System.nanoTime() > deadlineNanos) {
          throw e;
        }
        repeated.incrementAndGet();
        continue;
      }
      if (!HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
        throw Failure.failed(
            file.path() + " changed while the demo ran; choose a directory that nobody writes to");
      }
      return;
    }
  }

  private Report report() {
    long[] times = ackNanos.clone();
    Arrays.sort(times);
    long[] gaps = gaps(times, startNanos, interruptedNanos.get());
    return new Report(
        times.length,
        tree.bytes(),
        times[times.length - 1] - startNanos,
        repeated.get(),
        gaps[1],
        gaps[0]);
  }

  /** The longest gaps between acknowledgements that end before {@code at}, and after it. */
  static long[] gaps(long[] sortedTimes, long start, long at) {
    long[] longest = new long[2];
    long last = start;
    for (long time : sortedTimes) {
      int when = time <= at ? 0 : 1;
      longest[when] = Math.max(longest[when], time - last);
      last = time;
    }
    return longest;
  }
}

package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Puts files until told to stop or refused, and remembers which were acknowledged. */
final class Writers implements AutoCloseable {
  private final String root;
  private final int fileBytes;
  private final Map<String, String> acknowledged = new ConcurrentSkipListMap<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final Pauses pauses = new Pauses();
  private volatile boolean stop;

  Writers(String root, int fileBytes) {
    this.root = root;
    this.fileBytes = fileBytes;
  }

  /** Starts {@code count} writers that use {@code store}. Each ends at its first failure. */
  Writers start(Store store, int count) throws IOException {
    Files.createDirectories(store.path(root));
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofVirtual().name("writer-" + i).start(() -> write(store)));
    }
    return this;
  }

  private void write(Store store) {
    try {
      while (!stop) {
        int number = next.incrementAndGet();
        byte[] content = new byte[fileBytes];
        new SplittableRandom(number).nextBytes(content);
        String file = root + "/f" + number;
        long began = System.nanoTime();
        store.put(store.path(file), new ByteArrayInputStream(content));
        pauses.acknowledged(began, System.nanoTime());
        acknowledged.put(file, sha256(content));
      }
    } catch (Exception e) {
      failures.add(e);
    }
  }

  /** From now on pauses and calls are measured anew. */
  void beginPeriod() {
    pauses.begin(System.nanoTime());
  }

  /** What the period that was begun last has seen, up to now. */
  String describePeriod() {
    return pauses.describe(System.nanoTime());
  }

  int acknowledged() {
    return acknowledged.size();
  }

  List<String> files() {
    return List.copyOf(acknowledged.keySet());
  }

  List<Throwable> failures() {
    return failures;
  }

  /**
   * Returns when {@code more} files were acknowledged after this call, or every writer has failed.
   */
  void awaitMore(int more) throws InterruptedException {
    int wanted = acknowledged.size() + more;
    while (acknowledged.size() < wanted && threads.stream().anyMatch(Thread::isAlive)) {
      // A pause between looks at the condition.
      Thread.sleep(5);
    }
  }

  void stop() throws InterruptedException {
    stop = true;
    join();
  }

  /** Returns when every writer has ended. */
  void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** No longer expects {@code file}. */
  void forget(String file) {
    acknowledged.remove(file);
  }

  /** Reads all that was acknowledged through {@code store} and compares. */
  void verify(Store store, String through) throws IOException {
    for (Map.Entry<String, String> file : acknowledged.entrySet()) {
      byte[] content = Files.readAllBytes(store.path(file.getKey()));
      assertEquals(file.getValue(), sha256(content), file.getKey() + " through " + through);
    }
  }

  /** Whether {@code copy} is there and holds what was acknowledged of {@code file}. */
  boolean isWhole(String file, Path copy) throws IOException {
    return Files.exists(copy) && sha256(Files.readAllBytes(copy)).equals(acknowledged.get(file));
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has it", e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}

package io.quorate.store.net.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.PooledByteBufAllocator;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.net.config.ClusterInit;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a store takes from the process that embeds it, it gives back; and stores keep apart. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LifecycleTest {
  private static final int ROUNDS = 20;

  @TempDir Path directory;

  private interface Opening {
    Store open() throws IOException;
  }

  private static void use(Opening opening) throws IOException {
    try (Store store = opening.open()) {
      Path file = store.path("/used");
      Files.writeString(file, "some text");
      assertEquals("some text", Files.readString(file));
    }
  }

  private static Set<Thread> threads() {
    return Set.copyOf(Thread.getAllStackTraces().keySet());
  }

  /** Open files by what they are, without those that the JVM itself opens and closes. */
  private static Map<String, Long> descriptors() throws IOException {
    Map<String, Long> open = new TreeMap<>();
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      for (Path link : links.toList()) {
        try {
          String target = Files.readSymbolicLink(link).toString();
          if (!target.startsWith("/proc/") && !target.endsWith(".jar")) {
            open.merge(target.replaceAll("\\d+", "N"), 1L, Long::sum);
          }
        } catch (NoSuchFileException closedMeanwhile) {
          // It was the one that lists them.
        }
      }
    }
    return open;
  }

  /** Direct memory that buffers of the JDK and of Netty's allocator hold. */
  private static long directBytes() {
    long jdk =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .filter(pool -> pool.getName().equals("direct"))
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return jdk + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
  }

  private static void leavesNothing(int rounds, Opening opening) throws Exception {
    // Whatever is made once for the whole process.
    use(opening);
    Set<Thread> threadsBefore = threads();
    Map<String, Long> descriptorsBefore = descriptors();
    for (int round = 0; round < 5; round++) {
      use(opening);
    }
    long directBefore = directBytes();
    for (int round = 5; round < rounds; round++) {
      use(opening);
    }
    for (Thread thread : threads()) {
      // Of Netty's: an event loop's future is done a moment before its thread, and the one that
      // all loops of a process share, globalEventExecutor, ends when it was idle for a second.
      boolean ours = thread.getName().matches("quorate-.*|globalEventExecutor.*|.*[Rr]ocks.*");
      if (!threadsBefore.contains(thread) && ours) {
        assertTrue(thread.join(Duration.ofSeconds(20)), thread.getName());
      }
    }
    Set<String> left =
        threads().stream()
            .filter(thread -> !threadsBefore.contains(thread))
            .map(Thread::getName)
            .collect(Collectors.toSet());
    assertEquals(Set.of(), left, "threads after close");
    assertEquals(descriptorsBefore, descriptors());
    long grown = directBytes() - directBefore;
    assertTrue(grown < 32 << 20, () -> "direct memory grew by " + grown + " bytes");
  }

  @Test
  void connecting() throws Exception {
    try (LocalCluster cluster = LocalCluster.start(directory, 1)) {
      Path key = cluster.files().key();
      String peer = "127.0.0.1:" + cluster.peer(1).address().getPort();
      leavesNothing(ROUNDS, () -> Store.connect(key, peer));
    }
  }

  @Test
  void joining() throws Exception {
    ClusterInit.Written files = ClusterInit.write(directory, "one", LocalCluster.freeEndpoints(1));
    leavesNothing(ROUNDS, () -> Store.join(files.peers().getFirst()));
  }

  @Test
  void inProcess() throws Exception {
    leavesNothing(ROUNDS, () -> Store.inProcess(3));
  }

  @Test
  void anOpeningThatFails() throws Exception {
    Path key = ClusterInit.write(directory, "none", LocalCluster.freeEndpoints(1)).key();
    leavesNothing(
        10,
        () -> {
          // Nobody listens there; the deadline is short.
          assertThrows(
              IOException.class,
              () ->
                  Store.connect(
                      key,
                      List.of(LocalCluster.freeEndpoints(1).getFirst().toString()),
                      StoreOptions.defaults().withDeadline(Duration.ofMillis(100))));
          return Store.inProcess(1);
        });
  }

  @Test
  void storesOfTwoClustersAndOfOneKeepApart() throws Exception {
    try (LocalCluster red = LocalCluster.start(directory.resolve("red"), 1);
        LocalCluster blue = LocalCluster.start(directory.resolve("blue"), 1)) {
      Store redOne = connect(red);
      Store redTwo = connect(red);
      Store blueOne = connect(blue);
      Files.writeString(redOne.path("/colour"), "red");
      Files.writeString(blueOne.path("/colour"), "blue");
      assertEquals("red", Files.readString(redTwo.path("/colour")));
      assertEquals("blue", Files.readString(blueOne.path("/colour")));
      Path uri = Path.of(redTwo.path("/colour").toUri());
      assertEquals("red", Files.readString(uri));
      assertThrows(NoSuchFileException.class, () -> Files.readString(blueOne.path("/only-in-red")));
      Files.write(blueOne.path("/copied"), Files.readAllBytes(redOne.path("/colour")));
      redOne.close();
      assertEquals("red", Files.readString(redTwo.path("/colour")), "the other of one cluster");
      assertEquals("red", new String(Files.readAllBytes(blueOne.path("/copied")), UTF_8));
      redTwo.close();
      blueOne.close();
    }
  }

  private static Store connect(LocalCluster cluster) throws IOException {
    return Store.connect(cluster.files().key(), "127.0.0.1:" + cluster.peer(1).address().getPort());
  }
}

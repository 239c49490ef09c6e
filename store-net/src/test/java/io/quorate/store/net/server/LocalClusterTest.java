package io.quorate.store.net.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.QuorateException;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.PutRequest;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LocalClusterTest {
  private RealWorld world;
  private LocalCluster cluster;

  @BeforeEach
  void start() throws Exception {
    world = RealWorld.create();
    cluster = LocalCluster.start(4);
  }

  @AfterEach
  void stop() {
    cluster.close();
    world.close();
  }

  private FileTree client(int... peers) throws Exception {
    return FileTree.over(
        world,
        cluster.connect(world, peers),
        StoreOptions.defaults().withDeadline(Duration.ofSeconds(60)));
  }

  private static At at(String path) {
    return At.path(Bytes.utf8(path), true);
  }

  private static ByteBuffer content(int seed, int lengthBytes) {
    byte[] bytes = new byte[lengthBytes];
    new Random(seed).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private static void put(FileTree tree, int number, int lengthBytes) throws Exception {
    PutRequest request =
        new PutRequest(
            at("/file-" + number),
            0644,
            tree.caller(),
            AttributeChange.NOW,
            Command.PutCondition.ALWAYS);
    tree.putAsync(request, content(number, lengthBytes)).get(60, TimeUnit.SECONDS);
  }

  private static void assertHolds(FileTree tree, int number, int lengthBytes) throws Exception {
    At file = at("/file-" + number);
    assertEquals(lengthBytes, tree.stat(file).sizeBytes());
    ByteBuffer read = ByteBuffer.allocate(lengthBytes);
    while (read.hasRemaining()) {
      read.put(
          tree.readAsync(file, read.position(), Math.min(1 << 20, read.remaining()))
              .get(60, TimeUnit.SECONDS));
    }
    assertEquals(content(number, lengthBytes), read.flip());
  }

  @Test
  void whatGoesInThroughOnePeerComesOutOfEach() throws Exception {
    try (FileTree one = client(1)) {
      put(one, 1, 16 << 10);
      put(one, 2, 5 << 20);
      put(one, 3, 0);
    }
    for (int peer = 1; peer <= 4; peer++) {
      try (FileTree other = client(peer)) {
        assertHolds(other, 1, 16 << 10);
        assertHolds(other, 2, 5 << 20);
        assertEquals(0, other.stat(at("/file-3")).sizeBytes());
      }
    }
  }

  @Test
  void aClientSurvivesItsPeerAndThePeerCatchesUp() throws Exception {
    try (FileTree tree = client(1, 2, 3, 4)) {
      put(tree, 1, 100_000);
      cluster.stopPeer(1);
      for (int i = 2; i <= 20; i++) {
        put(tree, i, 100_000);
      }
      assertHolds(tree, 1, 100_000);
      cluster.startPeer(1);
      try (FileTree back = client(1)) {
        for (int i = 1; i <= 20; i++) {
          assertHolds(back, i, 100_000);
        }
      }
      await(tree, ClusterStatus::healthy);
      ClusterStatus status = tree.status();
      assertEquals("local", status.cluster());
      assertEquals(4, status.peers().size());
    }
  }

  /** As when a snapshot of a virtual machine is put back. */
  @Test
  void aPeerWithAnOlderDiskCountsOnceTheOthersHaveReadmittedIt(@TempDir Path temp)
      throws Exception {
    Path data = PeerConfig.read(cluster.files().peers().get(3)).dataDirectory();
    Path image = temp.resolve("image");
    try (FileTree tree = client(1, 2)) {
      put(tree, 1, 100_000);
      cluster.stopPeer(4);
      copyTree(data, image);
      cluster.startPeer(4);
      try (FileTree own = client(4)) {
        put(own, 2, 100_000);
      }
      await(tree, ClusterStatus::healthy);
      cluster.stopPeer(4);
      LocalCluster.deleteTree(data);
      copyTree(image, data);
      cluster.stopPeer(3);
      cluster.startPeer(4);

      awaitSuspect(tree);
      String detail = tree.status().peers().get(3).detail();
      assertTrue(detail.contains("it is readmitted by itself"), detail);
      try (FileTree hasty =
          FileTree.over(
              world,
              cluster.connect(world, 1),
              StoreOptions.defaults().withDeadline(Duration.ofSeconds(2)))) {
        assertThrows(QuorateException.class, () -> hasty.makeDirectory(at("/d"), 0755));
      }
      cluster.startPeer(3);
      await(tree, ClusterStatus::healthy);
      put(tree, 3, 100_000);
      // It is who it is now after another start too.
      cluster.stopPeer(4);
      cluster.startPeer(4);
      await(tree, ClusterStatus::healthy);
      cluster.stopPeer(3);
      put(tree, 4, 100_000);
      assertHolds(tree, 2, 100_000);
    }
  }

  /** A peer that hears late of what it had promised ends, and is started by whoever runs it. */
  private void awaitSuspect(FileTree tree) throws Exception {
    AtomicLong seen = new AtomicLong(System.nanoTime());
    await(
        tree,
        status -> {
          ClusterStatus.State state = status.peers().get(3).state();
          if (state != ClusterStatus.State.UNREACHABLE) {
            seen.set(System.nanoTime());
          } else if (System.nanoTime() - seen.get() > TimeUnit.SECONDS.toNanos(5)) {
            seen.set(System.nanoTime());
            cluster.stopPeer(4);
            try {
              cluster.startPeer(4);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
          return state == ClusterStatus.State.SUSPECT;
        });
  }

  private static void await(FileTree tree, Predicate<ClusterStatus> wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    ClusterStatus status = tree.status();
    while (!wanted.test(status)) {
      assertTrue(System.nanoTime() < end, status.toString());
      status = tree.status();
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> tree = Files.walk(from)) {
      for (Path path : tree.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  @Test
  void withoutAQuorumThereIsASayingSo() throws Exception {
    cluster.stopPeer(3);
    cluster.stopPeer(4);
    try (FileTree tree =
        FileTree.over(
            world,
            cluster.connect(world, 1, 2),
            StoreOptions.defaults().withDeadline(Duration.ofSeconds(60)))) {
      cluster.startPeer(3);
      put(tree, 1, 1_000);
      cluster.startPeer(4);
      put(tree, 2, 1_000);
    }
  }
}

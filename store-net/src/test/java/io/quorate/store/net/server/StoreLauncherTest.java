package io.quorate.store.net.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.transport.RefusedException;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ways into the store that its users have. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StoreLauncherTest {
  @TempDir Path directory;

  @Test
  void aClientSeesWhatAnotherWrote() throws Exception {
    byte[] content = "hello, all".getBytes();
    try (LocalCluster cluster = LocalCluster.start(directory.resolve("c"), 4)) {
      Path key = cluster.files().key();
      try (Store one = Store.connect(key, "127.0.0.1:" + cluster.peer(1).address().getPort());
          Store four = Store.connect(key, "127.0.0.1:" + cluster.peer(4).address().getPort())) {
        Files.write(one.path("/hello.txt"), content);
        assertArrayEquals(content, Files.readAllBytes(four.path("/hello.txt")));
        assertEquals(4, four.status().reporter());
      }
      Path wrong =
          ClusterInit.write(directory.resolve("d"), "local", LocalCluster.freeEndpoints(1)).key();
      RefusedException refused =
          assertThrows(
              RefusedException.class,
              () -> Store.connect(wrong, "127.0.0.1:" + cluster.peer(1).address().getPort()));
      assertTrue(
          refused.getMessage().startsWith("this peer belongs to cluster local ("),
          refused.getMessage());
    }
  }

  @Test
  void aPeerCanBeJoinedInThisProcess() throws Exception {
    ClusterInit.Written files = ClusterInit.write(directory, "one", LocalCluster.freeEndpoints(1));
    for (int round = 0; round < 2; round++) {
      try (Store store = Store.join(files.peers().getFirst())) {
        store.put(store.path("/f"), new ByteArrayInputStream(new byte[] {(byte) round}));
        assertEquals(1, Files.size(store.path("/f")));
      }
    }
    // An event loop's future is done a moment before its thread is.
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("quorate-")) {
        assertTrue(thread.join(Duration.ofSeconds(20)), thread.getName());
      }
    }
  }

  @Test
  void aWholeClusterRunsInThisProcess() throws Exception {
    try (Store store = Store.inProcess(3)) {
      Files.createDirectory(store.path("/d"));
      Files.writeString(store.path("/d", "f"), "text");
      assertEquals("text", Files.readString(store.path("/d/f")));
    }
  }
}

package io.quorate.store.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.ProcessPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Mounts that are told to end when there is nobody left to publish to. */
@Timeout(120)
final class ClosingMountsTest {
  /** Far less than the deadline of a request, which {@link MountProcess} sets to a minute. */
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  @Test
  void aMountEndsSoonThoughItsClusterIsGone() throws Exception {
    MountProcess.assumePossible();
    try (ProcessCluster cluster =
        ProcessCluster.create(ProcessCluster.Settings.temporary("gone", 3, temporary))) {
      cluster.start();
      try (MountProcess mount = MountProcess.start(cluster, 1, temporary.resolve("mount"));
          FileChannel written = openFile(mount)) {
        written.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        for (ProcessPeer peer : cluster.peers()) {
          peer.kill();
        }
        assertEquals(143, assertTimeoutPreemptively(SOON, mount::stop));
      } catch (IOException e) {
        // Closing a file whose mount is gone may say so.
        assertEquals("not connected", reason(e));
      }
    }
  }

  private static FileChannel openFile(MountProcess mount) throws IOException {
    return FileChannel.open(
        mount.directory().resolve("open"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("not connected") ? "not connected" : message;
  }
}

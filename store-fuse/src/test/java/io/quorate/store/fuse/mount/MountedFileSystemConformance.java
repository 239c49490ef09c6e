package io.quorate.store.fuse.mount;

import io.quorate.store.conformance.Face;
import io.quorate.store.conformance.FileSystemConformance;
import io.quorate.store.conformance.HostFaces;
import io.quorate.store.fuse.cluster.ProcessCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the JDK's own file system does on a disk it does on a mount. Not among the tests, as it
 * takes minutes; run it with {@code -Dtest=MountedFileSystemConformance}.
 */
class MountedFileSystemConformance extends FileSystemConformance {
  @TempDir(cleanup = CleanupMode.NEVER)
  private static Path temporary;

  private static final AtomicInteger CASES = new AtomicInteger();
  private static ProcessCluster cluster;
  private static MountProcess here;

  @BeforeAll
  static void mount() throws Exception {
    MountProcess.assumePossible();
    cluster = ProcessCluster.create(ProcessCluster.Settings.temporary("mounted", 3, temporary));
    cluster.start();
    here = MountProcess.start(cluster, 1, temporary.resolve("here"));
  }

  @AfterAll
  static void unmount() throws Exception {
    try (ProcessCluster ignored = cluster;
        MountProcess mount = here) {
      // Closed in the reverse order.
    }
  }

  @Override
  protected Face openFace() throws IOException {
    Path root = here.directory().resolve("case-" + CASES.incrementAndGet());
    return HostFaces.of(root, root);
  }
}

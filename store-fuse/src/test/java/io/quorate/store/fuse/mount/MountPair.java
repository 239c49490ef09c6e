package io.quorate.store.fuse.mount;

import io.quorate.store.fuse.cluster.ProcessCluster;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Three peers, and the tree mounted by clients of two of them. */
record MountPair(ProcessCluster cluster, MountProcess first, MountProcess second)
    implements AutoCloseable {

  /** Starts them below a directory, or skips the test where nothing can be mounted. */
  static MountPair start(String name, Path below) throws Exception {
    MountProcess.assumePossible();
    ProcessCluster cluster =
        ProcessCluster.create(ProcessCluster.Settings.temporary(name, 3, below));
    @Nullable MountProcess first = null;
    try {
      cluster.start();
      first = MountProcess.start(cluster, 1, below.resolve("first"));
      return new MountPair(cluster, first, MountProcess.start(cluster, 2, below.resolve("second")));
    } catch (Exception | Error e) {
      if (first != null) {
        first.close();
      }
      cluster.close();
      throw e;
    }
  }

  @Override
  public void close() throws Exception {
    try (ProcessCluster ignored = cluster;
        MountProcess one = first;
        MountProcess two = second) {
      // Closed in the reverse order.
    }
  }
}

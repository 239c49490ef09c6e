package io.quorate.store.benchmarks;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.cluster.ProcessCluster;
import io.quorate.store.fuse.cluster.ProcessPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A cluster to measure, and who uses which peer of it: writers one peer, readers another.
 *
 * @param throughLeader whether writers use the leader; otherwise a follower, as three servers of
 *     four do, at the price of one more step
 */
record Rig(ProcessCluster cluster, double seconds, double warmUpSeconds, boolean throughLeader) {

  /** What is measured waits rather than fails, so that one election does not end the run. */
  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withOwner("spine").withDeadline(Duration.ofSeconds(60));

  /** A client of one peer, to write with. */
  Store writer() throws IOException {
    return cluster.connectTo(writingPeer(leader()), OPTIONS);
  }

  /** A client of a follower that no writer uses. */
  Store reader() throws IOException {
    int leader = leader();
    int writing = writingPeer(leader);
    for (ProcessPeer peer : cluster.peers()) {
      if (peer.id() != leader && peer.id() != writing) {
        return cluster.connectTo(peer.id(), OPTIONS);
      }
    }
    throw new IllegalStateException(
        "a cluster of " + cluster.peers().size() + " has no other peer");
  }

  /** Any peer that does not lead. */
  ProcessPeer follower() throws IOException {
    return cluster.peer(leader() % cluster.peers().size() + 1);
  }

  private int leader() throws IOException {
    try (Store any = cluster.connectTo(1, OPTIONS)) {
      return any.status().leader();
    }
  }

  private int writingPeer(int leader) {
    return throughLeader ? leader : leader % cluster.peers().size() + 1;
  }

  /** Where the cluster keeps its data; on the file system that is measured. */
  Path directory() {
    return cluster.directory();
  }

  Cost cost() throws IOException {
    return Cost.now(cluster.peers().stream().map(ProcessPeer::pid).toList(), cluster.directory());
  }
}

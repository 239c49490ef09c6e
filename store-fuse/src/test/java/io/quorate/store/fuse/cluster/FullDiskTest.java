package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.NoQuorumException;
import io.quorate.store.QuorateException;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Disks that are really full: each a small tmpfs. */
final class FullDiskTest extends FaultCase {
  private static final int DISK_MIB = 96;
  private static final int FILE_BYTES = 256 << 10;
  private static final StoreOptions HASTY =
      StoreOptions.defaults().withDeadline(Duration.ofSeconds(2));

  @Test
  void allFull() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(smallDisks());
        Tmpfs disks = new Tmpfs()) {
      for (ProcessPeer peer : cluster.peers()) {
        disks.mount(peer.data(), DISK_MIB);
      }
      cluster.start();
      Writers writers = new Writers("/full", FILE_BYTES);
      try (Store store = cluster.connectTo(1, PATIENT)) {
        writers.start(store, 4).join();
        for (Throwable failure : writers.failures()) {
          assertNoSpace(failure);
        }
        // Less than this, and it was not the disk that was full.
        assertTrue(
            (long) writers.acknowledged() * FILE_BYTES > DISK_MIB / 3 << 20,
            () -> writers.acknowledged() + " files fitted");
        verifyEverywhere(cluster, writers);

        String gone = writers.files().getFirst();
        Files.delete(store.path(gone));
        assertFalse(Files.exists(store.path(gone)));
        writers.forget(gone);
        cluster.await(
            store,
            "say that they are full",
            status -> status.peers().stream().allMatch(peer -> peer.state() == State.FULL));
      }
      for (ProcessPeer peer : cluster.peers()) {
        peer.check();
      }
      verifyEverywhere(cluster, writers);
    }
  }

  @Test
  void oneFullOfFour() throws Exception {
    fillOne(false);
  }

  /** The harder case: writes go on only if the full leader makes way. */
  @Test
  void leaderFull() throws Exception {
    fillOne(true);
  }

  private void fillOne(boolean leading) throws Exception {
    int small = 4;
    try (ProcessCluster cluster = ProcessCluster.create(smallDisks());
        Tmpfs disks = new Tmpfs()) {
      disks.mount(cluster.peer(small).data(), DISK_MIB);
      cluster.start();
      for (int leader = leader(cluster); leading != (leader == small); leader = leader(cluster)) {
        depose(cluster, leader);
      }
      Writers writers = new Writers("/one", FILE_BYTES);
      try (Store store = cluster.connectTo(1, PATIENT)) {
        writers.start(store, 4).awaitMore(2 * (DISK_MIB << 20) / FILE_BYTES);
        writers.stop();
        assertEquals(List.of(), writers.failures());
        cluster.await(
            store,
            "say that peer " + small + " is full",
            status -> status.leader() != small && state(status, small) == State.FULL);
      }
      cluster.peer(small).check();
      for (ProcessPeer peer : cluster.peers()) {
        if (peer.id() != small) {
          verify(cluster, peer.id(), writers);
        }
      }
      try (Store store = cluster.connectTo(small, HASTY)) {
        writers.verify(store, "the full peer");
      } catch (NoQuorumException refused) {
        // It has no room for the newest entries and content, so it may refuse; but is never wrong.
        assertTrue(cluster.peer(small).alive());
      }
    }
  }

  /** Has another peer lead. */
  private static void depose(ProcessCluster cluster, int leader) throws Exception {
    int witness = other(leader, 0);
    cluster.peer(leader).kill();
    cluster.await(
        witness, "elect another", status -> status.leader() != 0 && status.leader() != leader);
    cluster.peer(leader).start();
    cluster.await(witness, "be in step again", ClusterStatus::healthy);
  }

  /** Pieces that are small against the disk. */
  private ProcessCluster.Settings smallDisks() {
    return settings()
        .withConfiguration(
            Map.of("journal.segmentBytes", "4 MiB", "journal.reserveBytes", "16 MiB"));
  }

  private static void assertNoSpace(Throwable failure) {
    FileSystemException typed = assertInstanceOf(FileSystemException.class, failure);
    assertFalse(failure instanceof QuorateException, failure::toString);
    String reason = String.valueOf(typed.getReason());
    assertTrue(reason.toLowerCase(Locale.ROOT).contains("no space"), failure::toString);
  }
}

package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.gateway.ClusterStatus.State;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Four disks that are filled to the brim, and emptied again by deleting what is in them. */
final class SpaceReturnsTest extends FaultCase {
  private static final int DISK_MIB = 128;
  private static final int FILE_BYTES = 256 << 10;

  @Test
  void deletingEverythingEmptiesFullDisks() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(smallDisks());
        Tmpfs disks = new Tmpfs()) {
      for (ProcessPeer peer : cluster.peers()) {
        disks.mount(peer.data(), DISK_MIB);
      }
      cluster.start();
      Writers first = new Writers("/first", FILE_BYTES);
      try (Store store = cluster.connectTo(1, PATIENT)) {
        List<Long> before = used(cluster);
        first.start(store, 4).join();
        List<Long> full = used(cluster);
        assertTrue(
            (long) first.acknowledged() * FILE_BYTES > DISK_MIB / 3 << 20,
            () -> first.acknowledged() + " files fitted");
        for (String file : first.files()) {
          Files.deleteIfExists(store.path(file));
        }
        cluster.await(
            store,
            "have room again",
            status ->
                status.peers().stream()
                    .allMatch(
                        peer ->
                            peer.state() != State.FULL
                                && returned(cluster, peer.id(), before, full) >= 0.95));
        for (ProcessPeer peer : cluster.peers()) {
          System.out.printf(
              "peer %d: %d KiB used at first, %d full, %d after: %.1f %% came back%n",
              peer.id(),
              before.get(peer.id() - 1) >> 10,
              full.get(peer.id() - 1) >> 10,
              used(peer) >> 10,
              100 * returned(cluster, peer.id(), before, full));
        }

        awaitWrites(store, "/second");
        Writers second = new Writers("/second", FILE_BYTES);
        second.start(store, 4).awaitMore(100);
        second.stop();
        assertEquals(List.of(), second.failures());
        verifyEverywhere(cluster, second);
      }
      for (ProcessPeer peer : cluster.peers()) {
        peer.check();
      }
    }
  }

  /** The leader hears of the room a moment after the others' status shows it. */
  private static void awaitWrites(Store store, String directory) throws Exception {
    long giveUpAtNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      try {
        Files.createDirectory(store.path(directory));
        return;
      } catch (FileSystemException e) {
        boolean full = e.getMessage().contains("No space left on device");
        if (!full || System.nanoTime() - giveUpAtNanos > 0) {
          throw e;
        }
        Thread.sleep(20);
      }
    }
  }

  private static double returned(
      ProcessCluster cluster, int peer, List<Long> before, List<Long> full) {
    try {
      long taken = full.get(peer - 1) - before.get(peer - 1);
      return (double) (full.get(peer - 1) - used(cluster.peer(peer))) / taken;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<Long> used(ProcessCluster cluster) throws IOException {
    List<Long> used = new ArrayList<>();
    for (ProcessPeer peer : cluster.peers()) {
      used.add(used(peer));
    }
    return used;
  }

  private static long used(ProcessPeer peer) throws IOException {
    FileStore disk = Files.getFileStore(peer.data());
    return disk.getTotalSpace() - disk.getUnallocatedSpace();
  }

  private ProcessCluster.Settings smallDisks() {
    return settings()
        .withConfiguration(
            Map.of("journal.segmentBytes", "2 MiB", "journal.reserveBytes", "16 MiB"));
  }
}

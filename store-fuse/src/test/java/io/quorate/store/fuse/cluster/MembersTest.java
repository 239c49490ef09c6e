package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.NoQuorumException;
import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterMembers.Standing;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Peers that come, go and take each other's place, as processes on real disks and sockets. */
final class MembersTest {
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withDeadline(Duration.ofSeconds(60));

  @TempDir private Path directory;

  private ProcessCluster start(int peers) throws Exception {
    ProcessCluster cluster =
        ProcessCluster.create(ProcessCluster.Settings.temporary("members", peers, directory));
    cluster.start();
    return cluster;
  }

  /** Writes the new peer's configuration and starts it. */
  private ProcessPeer come(ProcessCluster cluster, Store store, int id, Endpoint address)
      throws IOException {
    SortedMap<Integer, Endpoint> members = new TreeMap<>();
    for (ClusterMembers.Member member : store.members(new MemberCall.Show()).members()) {
      if (member.id() != id) {
        members.put(member.id(), Endpoint.parse(member.address()));
      }
    }
    Path configuration =
        ClusterInit.writeJoining(
            cluster.directory().resolve("new-" + id), cluster.clientFile(), id, members, address);
    ProcessPeer peer = cluster.add(configuration);
    peer.start();
    return peer;
  }

  /** Waits until these are the members, all with a vote, and each sees that all is well. */
  private static void awaitVoters(ProcessCluster cluster, Store store, Set<Integer> voters)
      throws Exception {
    cluster.await(
        store,
        "be " + voters,
        status -> {
          try {
            List<ClusterMembers.Member> members = store.members(new MemberCall.Show()).members();
            Set<Integer> ids = new TreeSet<>();
            members.forEach(member -> ids.add(member.id()));
            return ids.equals(voters)
                && members.stream().allMatch(member -> member.standing() == Standing.VOTER)
                && status.healthy();
          } catch (IOException e) {
            return false;
          }
        });
  }

  private static void put(Store store, String name, int bytes) throws IOException {
    Files.write(store.path(name), content(name, bytes));
  }

  private static byte[] content(String name, int bytes) {
    byte[] content = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      content[i] = (byte) (name.hashCode() * 31 + i * 7);
    }
    return content;
  }

  private static void assertReads(Store store, String name, int bytes) throws IOException {
    assertArrayEquals(content(name, bytes), Files.readAllBytes(store.path(name)));
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void aPeerIsAddedAnotherReplacedAndOneRemoved() throws Exception {
    try (ProcessCluster cluster = start(3);
        Store store = cluster.connect(PATIENT, 1, 2, 3)) {
      put(store, "/first", 300_000);
      Endpoint fourth = cluster.freeAddress();
      assertEquals("", store.members(new MemberCall.Add(4, fourth.toString())).refusal());
      come(cluster, store, 4, fourth);
      awaitVoters(cluster, store, Set.of(1, 2, 3, 4));
      put(store, "/second", 20_000);

      // One is lost for good, and another comes in its place.
      cluster.peer(3).kill();
      Endpoint fifth = cluster.freeAddress();
      assertEquals("", store.members(new MemberCall.Replace(3, 5, fifth.toString())).refusal());
      come(cluster, store, 5, fifth);
      awaitVoters(cluster, store, Set.of(1, 2, 4, 5));
      put(store, "/third", 20_000);

      // The one that is used leaves: what it says then, and that the client goes on elsewhere.
      assertEquals("", store.members(new MemberCall.Remove(1)).refusal());
      try (Store removed =
          cluster.connectTo(1, StoreOptions.defaults().withDeadline(Duration.ofSeconds(2)))) {
        String said = "";
        while (!said.contains("no member of the cluster any more")) {
          said =
              String.valueOf(
                  assertThrows(
                          NoQuorumException.class, () -> Files.readAllBytes(removed.path("/first")))
                      .getMessage());
        }
      }
      put(store, "/fourth", 20_000);
      cluster.peer(1).kill();
      cluster.peer(2).kill();
      cluster.peer(2).start();
      try (Store late = cluster.connectTo(5, PATIENT)) {
        awaitVoters(cluster, late, Set.of(2, 4, 5));
        assertReads(late, "/first", 300_000);
        assertReads(late, "/second", 20_000);
        assertReads(late, "/third", 20_000);
        assertReads(late, "/fourth", 20_000);
        assertTrue(late.members(new MemberCall.Remove(2)).refusal().contains("at least 3"));
      }
    }
  }

  @Test
  void aWipedDiskComesBackOnlyWhenItsOperatorSaysSo() throws Exception {
    try (ProcessCluster cluster = start(4);
        Store store = cluster.connect(PATIENT, 1, 2, 4)) {
      put(store, "/file", 300_000);
      cluster.peer(3).kill();
      deleteTree(cluster.peer(3).data());
      cluster.peer(3).start();
      cluster.await(
          store,
          "refuse the wiped peer",
          status ->
              status.peers().stream()
                  .anyMatch(peer -> peer.id() == 3 && peer.detail().contains("serve --rejoin")));
      cluster.peer(3).kill();
      cluster.peer(3).start("--rejoin");
      awaitVoters(cluster, store, Set.of(1, 2, 3, 4));
      try (Store third = cluster.connectTo(3, PATIENT)) {
        assertReads(third, "/file", 300_000);
      }
    }
  }

  @Test
  void withTwoOfFourGoneWritesFailInTimeAndGoOnByThemselves() throws Exception {
    Duration deadline = Duration.ofSeconds(2);
    try (ProcessCluster cluster = start(4);
        Store store = cluster.connect(StoreOptions.defaults().withDeadline(deadline), 1, 2)) {
      put(store, "/file", 20_000);
      ClusterStatus status = store.status();
      // The leader is among those who stay: it can still confirm reads with one other.
      int other = status.leader() == 2 ? 1 : 2;
      List<Integer> gone = new java.util.ArrayList<>(List.of(1, 2, 3, 4));
      gone.remove(Integer.valueOf(status.leader()));
      gone.remove(Integer.valueOf(other));
      for (int id : gone) {
        cluster.peer(id).kill();
      }
      try (Store left = cluster.connectTo(other, StoreOptions.defaults().withDeadline(deadline))) {
        long begin = System.nanoTime();
        assertThrows(NoQuorumException.class, () -> put(left, "/refused", 100));
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertTrue(millis < 10_000, "it took " + millis + " ms to say so");
        assertReads(left, "/file", 20_000);
        cluster.peer(gone.getFirst()).start();
        cluster.await(left, "take writes again", ClusterStatus::writable);
        put(left, "/taken", 100);
      }
    }
  }
}

package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.RecoverRun;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterMembers.Standing;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.peer.ForcedQuorum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two of four peers are lost for good: an operator goes on with the other two. */
final class ForcedQuorumTest {
  private static final int FILES = 40;
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withDeadline(Duration.ofSeconds(60));

  @TempDir private Path directory;

  private static byte[] content(int file) {
    byte[] content = new byte[20_000 + 7_000 * file];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 + file);
    }
    return content;
  }

  private static Endpoint come(ProcessCluster cluster, Store store, int old, int id)
      throws IOException {
    Endpoint address = cluster.freeAddress();
    ClusterMembers answer = store.members(new MemberCall.Replace(old, id, address.toString()));
    assertEquals("", answer.refusal());
    SortedMap<Integer, Endpoint> members = new TreeMap<>();
    for (ClusterMembers.Member member : answer.members()) {
      if (member.id() != id) {
        members.put(member.id(), Endpoint.parse(member.address()));
      }
    }
    cluster
        .add(
            ClusterInit.writeJoining(
                cluster.directory().resolve("new-" + id),
                cluster.clientFile(),
                id,
                members,
                address))
        .start();
    return address;
  }

  @Test
  void theTwoThatAreLeftHaveAllThatWasAcknowledged() throws Exception {
    try (ProcessCluster cluster =
        ProcessCluster.create(ProcessCluster.Settings.temporary("forced", 4, directory))) {
      cluster.start();
      try (Store store = cluster.connect(PATIENT, 3, 4, 1, 2)) {
        for (int file = 0; file < FILES; file++) {
          Files.write(store.path("/file" + file), content(file));
          if (file == FILES / 2) {
            // From here on two of the three that acknowledge are those that will be lost.
            cluster.peer(1).kill();
          }
        }
      }
      for (ProcessPeer peer : cluster.peers()) {
        peer.kill();
      }
      Path first = cluster.peer(1).configuration();
      Path second = cluster.peer(2).configuration();

      RecoverRun unconfirmed = RecoverRun.of(first, "1,2");
      assertEquals(1, unconfirmed.status(), unconfirmed.all());
      assertTrue(unconfirmed.all().contains("must never start again"), unconfirmed.all());
      assertFalse(Files.exists(cluster.peer(1).data().resolve(ForcedQuorum.FILE)));
      RecoverRun needless = RecoverRun.of(first, "1,2,3", "--accept-loss");
      assertEquals(1, needless.status());
      assertTrue(needless.all().contains("nothing has to be forced"), needless.all());

      assertEquals(0, RecoverRun.of(first, "1,2", "--accept-loss").status());
      assertEquals(0, RecoverRun.of(second, "1,2", "--accept-loss").status());
      cluster.peer(1).start();
      cluster.peer(2).start();
      cluster.await(2, "take writes", ClusterStatus::writable);
      try (Store store = cluster.connect(PATIENT, 2, 1)) {
        for (int file = 0; file < FILES; file++) {
          assertArrayEquals(content(file), Files.readAllBytes(store.path("/file" + file)));
        }
        Files.write(store.path("/after"), content(1));
        come(cluster, store, 3, 5);
        come(cluster, store, 4, 6);
        cluster.await(
            store,
            "replace the lost ones",
            status -> status.healthy() && voters(store).equals(Set.of(1, 2, 5, 6)));
        String audit = store.members(new MemberCall.Show()).audit();
        assertTrue(audit.endsWith("onto peers [1, 2], without peers [3, 4]"), audit);
      }
      // What was forced is in the log: it needs no file, and holds for those that came later.
      cluster.peer(1).kill();
      try (Store store = cluster.connectTo(6, PATIENT)) {
        Files.write(store.path("/last"), content(2));
        for (int file = 0; file < FILES; file++) {
          assertArrayEquals(content(file), Files.readAllBytes(store.path("/file" + file)));
        }
      }
    }
  }

  private static Set<Integer> voters(Store store) {
    try {
      Set<Integer> voters = new TreeSet<>();
      List<ClusterMembers.Member> members = store.members(new MemberCall.Show()).members();
      for (ClusterMembers.Member member : members) {
        voters.add(member.standing() == Standing.VOTER ? member.id() : -member.id());
      }
      return voters;
    } catch (IOException e) {
      return Set.of();
    }
  }
}

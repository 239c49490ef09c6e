package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterMembers.Member;
import io.quorate.store.gateway.ClusterMembers.Standing;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code quorate peer} asks for, prints and writes. */
final class PeerCommandTest {
  private static final ClusterMembers MEMBERS =
      new ClusterMembers(
          9,
          List.of(
              new Member(1, "a:7400", Standing.VOTER, 0),
              new Member(2, "b:7400", Standing.VOTER, 0),
              new Member(3, "c:7400", Standing.VOTER, 0),
              new Member(5, "e:7400", Standing.AWAITED, 3)),
          "");

  @TempDir private Path temp;
  private FakeStore store;

  @BeforeEach
  void cluster() throws IOException {
    ClusterInit.write(
        temp,
        "test",
        List.of(Endpoint.parse("a:7400"), Endpoint.parse("b:7400"), Endpoint.parse("c:7400")));
    store =
        new FakeStore(
            temp,
            new ClusterStatus(
                "test", 1, 1, 1, 1, true, true, List.of(), List.of(), Features.FIRST));
    store.members = MEMBERS;
  }

  private Outcome run(String... words) {
    return new TestShell(
            temp,
            new Connector() {
              @Override
              public Store connect(Path file, StoreOptions options, Duration opening) {
                return store;
              }

              @Override
              public Store connectTo(Path file, int peer, StoreOptions options, Duration opening) {
                return store;
              }
            })
        .run(words);
  }

  @Test
  void listShowsWhoVotesAndWhoIsAwaited() {
    Outcome list = run("peer", "list");
    assertEquals(0, list.status(), list.err());
    assertTrue(list.out().contains("awaited") && list.out().contains("peer 3"), list.out());
    assertEquals(List.of(new MemberCall.Show()), store.asked);
    Outcome json = run("peer", "list", "--json");
    assertTrue(json.out().contains("\"standing\":\"AWAITED\""), json.out());
  }

  @Test
  void eachActionAsksForItsChange() {
    assertEquals(0, run("peer", "add", "5", "e:7400").status());
    assertEquals(0, run("peer", "remove", "4").status());
    assertEquals(0, run("peer", "replace", "3", "5", "e:7400").status());
    assertEquals(
        List.of(
            new MemberCall.Add(5, "e:7400"),
            new MemberCall.Remove(4),
            new MemberCall.Replace(3, 5, "e:7400")),
        store.asked);
  }

  @Test
  void aRefusalIsAFailureWithItsReason() {
    store.members = MEMBERS.refusing("the address e:7400 is in use by peer 5");
    Outcome refused = run("peer", "add", "6", "e:7400");
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains("in use by peer 5"), refused.err());
  }

  @Test
  void wrongWordsAskForNothing() {
    for (String[] words :
        List.of(
            new String[] {"peer", "add", "5"},
            new String[] {"peer", "add", "0", "e:7400"},
            new String[] {"peer", "add", "5", "nowhere"},
            new String[] {"peer", "remove", "x"},
            new String[] {"peer", "replace", "3", "5"},
            new String[] {"peer", "promote", "5"})) {
      Outcome wrong = run(words);
      assertEquals(2, wrong.status(), wrong.err());
    }
    assertEquals(List.of(), store.asked);
  }

  @Test
  void whatANewPeerNeedsIsWritten() throws IOException {
    Outcome added = run("peer", "replace", "3", "5", "e:7400", "--dir", "new");
    assertEquals(0, added.status(), added.err());
    PeerConfig config = PeerConfig.read(temp.resolve("new/peer-5.conf"));
    assertTrue(config.joins());
    assertEquals(5, config.peerId());
    assertEquals(List.of(1, 2, 3, 5), List.copyOf(config.peers().keySet()));
    assertEquals(PeerConfig.read(temp.resolve("peer-1.conf")).clusterId(), config.clusterId());
    assertFalse(Files.exists(temp.resolve("new/client.conf")));
    Outcome again = run("peer", "replace", "3", "5", "e:7400", "--dir", "new");
    assertEquals(1, again.status());
    assertTrue(again.err().contains("exists already"), again.err());
  }
}

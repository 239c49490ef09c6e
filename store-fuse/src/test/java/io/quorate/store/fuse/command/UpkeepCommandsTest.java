package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.LostContent;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.Upkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands show of healing, scrubbing and space. */
class UpkeepCommandsTest {
  private static final Upkeep WHOLE =
      upkeep(
          new Upkeep.Content(false, 0, 0, 0, 0),
          new Upkeep.Scrub(true, 30, 200, 1, 1, 0, 0, Upkeep.Demanded.NONE));
  private static final Upkeep HEALING =
      upkeep(
          new Upkeep.Content(false, 1_234, 20 << 20, 0, 4 << 20),
          new Upkeep.Scrub(false, 0, 0, 2, 1L << 40, 3, 2, Upkeep.Demanded.NONE));

  /** Whatever is asked for, it is that store. */
  private record Fixed(Store store) implements Connector {
    @Override
    public Store connect(Path clusterFile, StoreOptions options, Duration opening) {
      return store;
    }

    @Override
    public Store connectTo(Path clusterFile, int peer, StoreOptions options, Duration opening) {
      return store;
    }
  }

  @TempDir private Path temp;

  @BeforeEach
  void configuration() throws IOException {
    Files.createFile(temp.resolve("client.conf"));
  }

  private static Upkeep upkeep(Upkeep.Content content, Upkeep.Scrub scrub) {
    return new Upkeep(
        content,
        Upkeep.Checkpoint.NONE,
        scrub,
        new Upkeep.Space(6L << 30, 2L << 30, 1 << 20, 1 << 28, 10L << 30));
  }

  private static PeerStatus peer(int id, State state, Upkeep upkeep) {
    return new PeerStatus(
        id, "h" + id + ":7400", state, 10, 0, 1L << 34, 1L << 36, "ab", 120, "", upkeep);
  }

  private static ClusterStatus cluster(PeerStatus... peers) {
    return new ClusterStatus(
        "shop", 1, 1, 7, 10, true, true, List.of(peers), List.of(), Features.FIRST);
  }

  private TestShell shell(ClusterStatus status) {
    return new TestShell(temp, new Fixed(new FakeStore(temp, status)));
  }

  private static ClusterStatus healing() {
    return cluster(peer(1, State.LEADER, WHOLE), peer(2, State.FOLLOWER, HEALING));
  }

  @Test
  void statusShowsWhatAPeerLacks() {
    Outcome outcome = shell(healing()).run("status");
    assertEquals(1, outcome.status(), "not healthy while content is missing");
    assertTrue(outcome.out().startsWith("cluster shop: NOT HEALTHY, as peer 1 sees it\n"));
    String table =
        """
        peer  address  state              applied  lag  missing            free  scrubbed     heard
        1     h1:7400  leader                  10    0        0  16.0 GiB (25%)       15%    itself
        """;
    assertTrue(
        outcome.out().replaceAll(" +", " ").contains(table.replaceAll(" +", " ")), outcome.out());
    assertTrue(outcome.out().contains("follower, healing"), outcome.out());
    assertTrue(
        outcome
            .out()
            .contains(
                "peer 2: lacks 1,234 chunks, 20.0 MiB; heals 4.0 MiB/s, 0:06 left; scrubbing found"
                    + " 3 bad chunks, 2 mended\n"),
        outcome.out());
  }

  @Test
  void statusAsJsonHasIt() {
    Map<String, Object> status = JsonReader.object(shell(healing()).run("status", "--json").out());
    Map<?, ?> peer = (Map<?, ?>) ((List<?>) status.get("peers")).get(1);
    assertEquals("HEALING", peer.get("activity"));
    assertEquals(null, peer.get("checkpoint"));
    assertEquals(1_234L, ((Map<?, ?>) peer.get("content")).get("missingChunks"));
    assertEquals(5_001L, ((Map<?, ?>) peer.get("content")).get("millisLeft"));
    assertEquals(2L, ((Map<?, ?>) peer.get("scrub")).get("mendedChunks"));
    assertEquals(2L << 30, ((Map<?, ?>) peer.get("space")).get("garbageBytes"));
  }

  @Test
  void statusShowsACheckpoint() {
    Upkeep coming =
        new Upkeep(
            new Upkeep.Content(true, 0, 0, 0, 0),
            new Upkeep.Checkpoint(1 << 20, 4 << 20),
            WHOLE.scrub(),
            WHOLE.space());
    ClusterStatus status =
        cluster(peer(1, State.LEADER, WHOLE), peer(2, State.CATCHING_UP, coming));
    String out = shell(status).run("status").out();
    assertTrue(out.contains("receiving a checkpoint"), out);
    assertTrue(out.contains("peer 2: receives a checkpoint, 1.0 MiB of 4.0 MiB\n"), out);
    Map<?, ?> json =
        (Map<?, ?>)
            ((List<?>) JsonReader.object(shell(status).run("status", "--json").out()).get("peers"))
                .get(1);
    assertEquals(4L << 20, ((Map<?, ?>) json.get("checkpoint")).get("totalBytes"));
  }

  private static PeerStatus lost(int id) {
    return new PeerStatus(id, "", State.UNREACHABLE, 1, 1, 1, 1, "", 9_000, "", HEALING);
  }

  @Test
  void healIsATableAndAnExitStatus() {
    Outcome outcome =
        shell(cluster(peer(1, State.LEADER, WHOLE), peer(2, State.FOLLOWER, HEALING), lost(3)))
            .run("heal");
    assertEquals(1, outcome.status());
    assertEquals(
        """
        peer  state              missing     bytes       rate  left
        1     leader                   0       0 B          -     -
        2     follower, healing    1,234  20.0 MiB  4.0 MiB/s  0:06
        3     unreachable              -         -          -     -
        not healed yet
        """,
        outcome.out());
    Outcome whole = shell(cluster(peer(1, State.LEADER, WHOLE))).run("heal");
    assertEquals(0, whole.status());
    assertTrue(whole.out().endsWith("every peer has all content\n"), whole.out());
    assertEquals(1, shell(cluster(peer(1, State.LEADER, WHOLE), lost(2))).run("heal").status());
  }

  @Test
  void healAsJsonParses() {
    Map<String, Object> heal = JsonReader.object(shell(healing()).run("heal", "--json").out());
    assertEquals(false, heal.get("healed"));
    Map<?, ?> peer = (Map<?, ?>) ((List<?>) heal.get("peers")).get(1);
    assertEquals(20L << 20, peer.get("missingBytes"));
    assertEquals(4L << 20, peer.get("bytesPerSecond"));
    assertEquals("HEALING", peer.get("activity"));
  }

  /** A store whose status is another one each time, the last one for good. */
  private static final class Changing extends FakeStore {
    private final Deque<ClusterStatus> statuses;
    private ClusterStatus last;

    Changing(Path root, ClusterStatus... statuses) {
      super(root, statuses[0]);
      this.statuses = new ArrayDeque<>(List.of(statuses));
      this.last = statuses[0];
    }

    @Override
    public ClusterStatus status() {
      ClusterStatus next = statuses.poll();
      last = next == null ? last : next;
      return last;
    }
  }

  @Test
  void healWaitsUntilAllIsThere() {
    ClusterStatus whole = cluster(peer(1, State.LEADER, WHOLE), peer(2, State.FOLLOWER, WHOLE));
    ClusterStatus away = cluster(peer(1, State.LEADER, WHOLE), lost(2));
    TestShell shell =
        new TestShell(temp, new Fixed(new Changing(temp, away, away, healing(), whole)));
    Outcome outcome = shell.onTerminal().run("heal", "--wait");
    assertEquals(0, outcome.status(), outcome.err());
    assertTrue(outcome.out().endsWith("every peer has all content\n"), outcome.out());
    assertTrue(outcome.err().contains("peer 2: unreachable"), outcome.err());
    assertTrue(
        outcome.err().contains("peer 2: 1,234 chunks, 20.0 MiB, 4.0 MiB/s, 0:06 left"),
        outcome.err());
    List<String> lines =
        new TestShell(temp, new Fixed(new Changing(temp, away, away, healing(), whole)))
            .run("heal", "--watch", "--json")
            .out()
            .lines()
            .toList();
    assertEquals(3, lines.size(), lines::toString);
    assertEquals(true, JsonReader.object(lines.getLast()).get("healed"));
  }

  @Test
  void duOfTheClusterTellsWhatSpaceIsUsedFor() {
    ClusterStatus status =
        cluster(peer(1, State.LEADER, WHOLE), peer(2, State.FOLLOWER, HEALING), lost(3));
    Outcome outcome = shell(status).run("du", "-H", "--cluster");
    assertEquals(1, outcome.status());
    assertEquals(
        """
        peer      live  garbage      log  reserved      free
        1      6.0 GiB  2.0 GiB  1.0 MiB   256 MiB  10.0 GiB
        2      6.0 GiB  2.0 GiB  1.0 MiB   256 MiB  10.0 GiB
        3            -        -        -         -         -
        all   12.0 GiB  4.0 GiB  2.0 MiB   512 MiB  20.0 GiB
        """,
        outcome.out());
    assertEquals("quorate: peer 3 does not say what its space is used for now\n", outcome.err());
    Outcome json = shell(healing()).run("du", "--cluster", "--json", "-c", "client.conf");
    assertEquals(0, json.status(), json.err());
    Map<String, Object> object = JsonReader.object(json.out());
    assertEquals(12L << 30, ((Map<?, ?>) object.get("all")).get("liveBytes"));
    assertEquals(2, ((List<?>) object.get("peers")).size());
  }

  @Test
  void aBareClusterOptionIsForDuAlone() {
    Outcome ls = shell(healing()).run("ls", "/", "--cluster");
    assertEquals(2, ls.status());
    assertEquals("quorate: --cluster needs a FILE\n", ls.err());
    assertEquals(2, shell(healing()).run("du", "-s", "--cluster").status());
    Outcome twice = shell(healing()).run("status", "-c", "a", "--cluster", "b");
    assertEquals("quorate: --cluster is given twice: a and b\n", twice.err());
  }

  /** Peers that take a demand, the second one only when it is sent again, and end one by one. */
  private static final class Scrubbing extends FakeStore {
    final List<ScrubDemand> demands = new ArrayList<>();
    private final long mended;
    private int asked;

    Scrubbing(Path root, long mended) {
      super(root, healing());
      this.mended = mended;
    }

    @Override
    public void scrub(ScrubDemand demand) {
      demands.add(demand);
    }

    @Override
    public ClusterStatus status() {
      asked++;
      return cluster(
          peer(1, State.LEADER, demanded(!demands.isEmpty(), asked > 5, 0, 0)),
          peer(2, State.FOLLOWER, demanded(demands.size() > 1, true, 3, mended)),
          peer(3, State.FOLLOWER, demanded(demands.size() > 1, asked > 18, 0, 0)));
    }

    private Upkeep demanded(boolean begun, boolean ended, long damaged, long whole) {
      Upkeep.Demanded demanded =
          begun
              ? new Upkeep.Demanded(demands.getLast().ticket(), ended, 9, 900, damaged, whole, true)
              : Upkeep.Demanded.NONE;
      return upkeep(
          new Upkeep.Content(false, 0, 0, 0, 0),
          new Upkeep.Scrub(!ended, 50, 100, 0, 0, 0, 0, demanded));
    }
  }

  @Test
  void scrubIsSentAgainAndWaitedFor() {
    Scrubbing store = new Scrubbing(temp, 3);
    TestShell shell = new TestShell(temp, new Fixed(store)).onTerminal();
    Outcome outcome = shell.run("scrub", "--wait", "--fast");
    assertEquals(0, outcome.status(), outcome.err());
    assertEquals(
        """
        peer  chunks  bytes  damaged  mended  metadata
        1          9  900 B        0       0  sound
        2          9  900 B        3       3  sound
        3          9  900 B        0       0  sound
        """,
        outcome.out());
    assertEquals(2, store.demands.size());
    assertEquals(store.demands.getFirst(), store.demands.getLast());
    assertEquals(ScrubDemand.FULL_SPEED, store.demands.getFirst().bytesPerSecond());
    assertEquals(0, store.demands.getFirst().peer());
    assertTrue(outcome.err().contains("peer 1: 50%; peer 2: -; peer 3: -"), outcome.err());
    assertTrue(outcome.err().contains("peer 1: done; peer 2: done; peer 3: 50%"), outcome.err());
  }

  @Test
  void scrubOfOnePeerIsAskedOfThatOne() {
    Scrubbing store = new Scrubbing(temp, 0);
    TestShell shell = new TestShell(temp, new Fixed(store));
    Outcome outcome = shell.run("scrub", "--peer", "1");
    assertEquals(0, outcome.status(), outcome.err());
    assertEquals(1, store.demands.getFirst().peer());
    assertEquals(0, store.demands.getFirst().bytesPerSecond());
    assertTrue(outcome.out().startsWith("peers that look over what they store: 1;"));
    Outcome json = shell.run("scrub", "--peer", "1", "--wait", "--json");
    assertEquals(true, JsonReader.object(json.out()).get("metadataSound"));
    assertEquals(2, shell.run("scrub", "--peer", "9").status());
  }

  @Test
  void whatCanNotBeMendedIsAFailure() {
    Outcome outcome = new TestShell(temp, new Fixed(new Scrubbing(temp, 2))).run("scrub", "--wait");
    assertEquals(1, outcome.status());
    assertTrue(outcome.out().contains("2          9  900 B        3       2  sound"));
  }

  @Test
  void whatIsLostIsNamedAndNotWaitedFor() {
    Upkeep damaged = upkeep(new Upkeep.Content(false, 2, 900, 2, 0), WHOLE.scrub());
    ClusterStatus status =
        new ClusterStatus(
            "shop",
            1,
            1,
            7,
            10,
            true,
            true,
            List.of(peer(1, State.LEADER, damaged), peer(2, State.FOLLOWER, WHOLE)),
            List.of(
                new LostContent("/www/a b.jpg", 9, 4_096, 100, "7/8"),
                new LostContent("", 0, 0, 800, "7/9")),
            Features.FIRST);
    Outcome heal = shell(status).run("heal", "--wait");
    assertEquals(1, heal.status());
    String lost =
        """
        LOST: bytes 4096 to 4195 of /www/a b.jpg: no peer has a good copy of chunk 7/8
        LOST: bytes 0 to 799 of a file that was deleted or replaced, and that somebody has open:\
         no peer has a good copy of chunk 7/9
        """;
    assertTrue(heal.out().endsWith(lost + "what is missing no peer has\n"), heal.out());
    Outcome shown = shell(status).run("status");
    assertEquals(1, shown.status());
    assertTrue(shown.out().contains("leader, content lost"), shown.out());
    assertTrue(shown.out().endsWith(lost), shown.out());
    List<?> json =
        (List<?>) JsonReader.object(shell(status).run("heal", "--json").out()).get("lost");
    assertEquals("/www/a b.jpg", ((Map<?, ?>) json.get(0)).get("path"));
    assertEquals(800L, ((Map<?, ?>) json.get(1)).get("bytes"));
  }
}

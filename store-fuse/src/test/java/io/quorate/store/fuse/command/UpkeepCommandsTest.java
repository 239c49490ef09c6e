package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ClusterStatus.PeerStatus;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.gateway.Upkeep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands show of healing, scrubbing and space. */
class UpkeepCommandsTest {
  private static final Upkeep WHOLE =
      upkeep(new Upkeep.Content(false, 0, 0, 0), new Upkeep.Scrub(true, 30, 200, 1, 1, 0, 0));
  private static final Upkeep HEALING =
      upkeep(
          new Upkeep.Content(false, 1_234, 20 << 20, 4 << 20),
          new Upkeep.Scrub(false, 0, 0, 2, 1L << 40, 3, 2));

  /** Whatever is asked for, it is that store. */
  private record Fixed(Store store) implements Connector {
    @Override
    public Store connect(Path clusterFile, StoreOptions options) {
      return store;
    }

    @Override
    public Store connectTo(Path clusterFile, int peer, StoreOptions options) {
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
    return new ClusterStatus("shop", 1, 1, 7, 10, true, true, List.of(peers));
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
            new Upkeep.Content(true, 0, 0, 0),
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
}

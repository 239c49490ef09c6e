package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.command.TestShell.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** heal, du --cluster and scrub over TCP. */
class UpkeepOnClusterTest extends ClusterCommands {
  @Test
  void allIsThereAndSound() throws Exception {
    Path directory = store.path(top);
    Files.createDirectory(directory);
    for (int i = 0; i < 20; i++) {
      Files.write(directory.resolve("f" + i), new byte[10_000]);
    }
    Outcome healed = shell.run("heal", "--wait");
    assertEquals(0, healed.status(), healed.err());
    Outcome scrubbed = shell.run("scrub", "--wait", "--json");
    assertEquals(0, scrubbed.status(), scrubbed.err());
    List<String> lines = scrubbed.out().lines().toList();
    assertEquals(3, lines.size());
    for (String line : lines) {
      Map<String, Object> peer = JsonReader.object(line);
      assertEquals(true, peer.get("ended"));
      assertTrue((Long) peer.get("checkedBytes") >= 200_000, line);
      assertEquals(0L, peer.get("damagedChunks"));
    }
    Outcome one = shell.run("scrub", "--peer", "2", "--fast", "--wait");
    assertEquals(0, one.status(), one.err());
    assertEquals(2, one.out().lines().count(), one.out());
    Outcome space = shell.run("du", "--cluster", "--json");
    assertEquals(0, space.status(), space.err());
    Map<?, ?> all = (Map<?, ?>) JsonReader.object(space.out()).get("all");
    assertTrue((Long) all.get("liveBytes") >= 3 * 200_000, space.out());
  }
}

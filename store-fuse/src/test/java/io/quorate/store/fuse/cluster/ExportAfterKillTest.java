package io.quorate.store.fuse.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.fuse.command.NetConnector;
import io.quorate.store.fuse.command.QuorateCommand;
import io.quorate.store.fuse.command.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * {@code export} of peers that were killed in the middle of writes, with nothing left that runs.
 */
final class ExportAfterKillTest extends FaultCase {
  private static final int FILE_BYTES = 16 << 10;

  /** Of four. */
  private static final int QUORUM = 3;

  private record Outcome(int status, String err) {}

  private Outcome export(Path data, Path out) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings surroundings =
        new Surroundings(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            Map.of(),
            directory,
            new NetConnector());
    int status = QuorateCommand.run(surroundings, "export", data.toString(), out.toString());
    return new Outcome(status, err.toString(UTF_8));
  }

  /**
   * Each acknowledged file is whole on the disks of a quorum. Of the newest ones a peer may not
   * have heard that they were committed; they come out all the same.
   */
  @Test
  void whatWasAcknowledgedIsOnTheDisksOfAQuorum() throws Exception {
    try (ProcessCluster cluster = ProcessCluster.create(settings())) {
      cluster.start();
      Writers writers = new Writers("/killed", FILE_BYTES);
      try (Store first = cluster.connectTo(1, PATIENT);
          Store second = cluster.connectTo(3, PATIENT)) {
        writers.start(first, 8);
        writers.start(second, 8);
        writers.awaitMore(300);
        Outcome running = export(cluster.peer(2).data(), directory.resolve("never"));
        assertEquals(2, running.status());
        assertTrue(
            running.err().contains("is in use by process " + cluster.peer(2).pid() + ";"),
            running.err());
        assertFalse(Files.exists(directory.resolve("never")));
        for (ProcessPeer peer : cluster.peers()) {
          peer.kill();
        }
      }
      writers.stop();
      List<Path> trees = new ArrayList<>();
      for (ProcessPeer peer : cluster.peers()) {
        Path out = directory.resolve("out-" + peer.id());
        Outcome outcome = export(peer.data(), out);
        assertEquals("", outcome.err());
        assertEquals(0, outcome.status());
        trees.add(out);
      }
      assertTrue(writers.acknowledged() >= 300, writers.acknowledged() + " files");
      for (String file : writers.files()) {
        int copies = 0;
        for (Path tree : trees) {
          copies += writers.isWhole(file, tree.resolve(file.substring(1))) ? 1 : 0;
        }
        assertTrue(copies >= QUORUM, file + " is on " + copies + " disks");
      }
      // They are data directories as before.
      cluster.start();
      verifyEverywhere(cluster, writers);
    }
  }
}

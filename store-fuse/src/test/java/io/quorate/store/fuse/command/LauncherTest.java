package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.gateway.ClusterStatus.State;
import io.quorate.store.net.server.LocalCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a shell runs it, and what it says when the cluster is not as it should be. */
class LauncherTest {
  @TempDir Path temp;
  private LocalCluster cluster;
  private TestShell shell;

  @BeforeEach
  void start() throws IOException {
    cluster = LocalCluster.start(3);
    shell =
        new TestShell(temp, new NetConnector())
            .with(ClusterOption.VARIABLE, cluster.files().client().toString());
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** Runs a line of bash in which {@code quorate} is the program, in a process of its own. */
  private Outcome bash(String line) throws Exception {
    String java =
        "'"
            + Path.of(System.getProperty("java.home"), "bin", "java")
            + "'"
            + " --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow";
    ProcessBuilder builder =
        new ProcessBuilder(
            "bash",
            "-c",
            "quorate() { " + java + " io.quorate.store.fuse.Quorate \"$@\"; }; " + line);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put(ClusterOption.VARIABLE, cluster.files().client().toString());
    Path err = temp.resolve("err");
    Process process = builder.redirectError(err.toFile()).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out, Files.readString(err));
  }

  @Test
  void headEndsAListingQuietly() throws Exception {
    try (Store store =
        new NetConnector()
            .connect(cluster.files().client(), StoreOptions.defaults(), Duration.ofSeconds(10))) {
      // More than a pipe holds (64 KiB), so that the writer is still at it when head leaves.
      byte[] content = "0123456789abcdef\n".repeat(40_000).getBytes(StandardCharsets.UTF_8);
      Files.write(store.path("/big"), content);
    }
    Outcome cat = bash("quorate cat /big | head -n 1; exit ${PIPESTATUS[0]}");
    assertEquals(List.of("0123456789abcdef"), cat.out().lines().toList());
    assertEquals("", cat.err());
    assertEquals(ExitStatus.READER_GONE, cat.status());

    Outcome all = bash("quorate cat /big | wc -l; exit ${PIPESTATUS[0]}");
    assertEquals("40000", all.out().strip());
    assertEquals(ExitStatus.DONE, all.status());
    assertEquals(ExitStatus.FAILED, bash("quorate cat /big >/dev/full").status());
  }

  /** Nothing happens in the store, so nothing is written that could fail. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aWatchEndsWithItsReader() throws Exception {
    Outcome watch = bash("quorate watch / | true; exit ${PIPESTATUS[0]}");
    assertEquals("", watch.err());
    assertEquals(ExitStatus.READER_GONE, watch.status());
  }

  @Test
  void withoutAQuorumItSaysWhoIsMissing() throws Exception {
    cluster.stopPeer(2);
    cluster.stopPeer(3);
    try (Store store =
        new NetConnector()
            .connect(cluster.files().client(), StoreOptions.defaults(), Duration.ofSeconds(10))) {
      // The peer that is left takes a moment to see it.
      while (store.status().peers().stream()
              .filter(peer -> peer.state() == State.UNREACHABLE)
              .count()
          < 2) {
        Thread.onSpinWait();
      }
    }
    for (String[] words :
        new String[][] {{"mkdir", "/d"}, {"rm", "/d"}, {"mv", "/d", "/e"}, {"ls", "/"}}) {
      Outcome outcome = shell.run(withTimeout(words));
      assertTrue(outcome.err().startsWith("quorate: "), outcome.err());
      assertTrue(outcome.err().contains("no quorum of peers"), outcome.err());
      assertTrue(outcome.err().contains("1 of 3 peers answer"), outcome.err());
      assertTrue(outcome.err().contains("peer 2 (") && outcome.err().contains("peer 3 ("));
      assertEquals(1, outcome.err().lines().count(), outcome.err());
      assertEquals(ExitStatus.NOT_STARTED, outcome.status());
    }
    Map<String, Object> error =
        JsonReader.object(shell.run(withTimeout("mkdir", "--json", "/d")).err());
    assertEquals("no-quorum", error.get("error"));
  }

  private static String[] withTimeout(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(1, List.of("--timeout", "1"));
    return all.toArray(String[]::new);
  }

  @Test
  void anotherClustersKeyIsRefusedInALine() throws Exception {
    Path conf = temp.resolve("client.conf");
    Files.copy(cluster.files().client(), conf);
    Path key =
        Files.copy(
            cluster.files().client().resolveSibling("cluster.key"),
            temp.resolve("cluster.key"),
            StandardCopyOption.COPY_ATTRIBUTES);
    String right = Files.readString(key).stripTrailing();
    char last = right.charAt(right.length() - 1) == '0' ? '1' : '0';
    Files.writeString(key, right.substring(0, right.length() - 1) + last + "\n");
    Outcome outcome = shell.run("ls", "-c", conf.toString());
    assertEquals(ExitStatus.NOT_STARTED, outcome.status(), outcome.err());
    assertTrue(
        outcome.err().contains("must be a copy of the one that the peers have"), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
  }
}

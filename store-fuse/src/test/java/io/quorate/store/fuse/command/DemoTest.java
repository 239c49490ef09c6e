package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration with real peer processes, and with a small tree. */
class DemoTest {
  private static final Pattern PIDS = Pattern.compile("4 processes \\(([0-9 ]+)\\)");

  @TempDir Path temp;
  private Path source;
  private Path data;

  @BeforeEach
  void plant() throws IOException {
    source = Files.createDirectory(temp.resolve("source"));
    data = temp.resolve("data");
    Random random = new Random(11);
    for (int i = 0; i < 60; i++) {
      byte[] content = new byte[random.nextInt(40_000)];
      random.nextBytes(content);
      Path file = source.resolve("d" + i % 5 + "/f" + i);
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    }
    Files.write(source.resolve("large"), new byte[3_000_000]);
    Files.createFile(source.resolve("empty"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("d1/f1"));
  }

  private record Ran(int status, String out, String err) {
    List<ProcessHandle> peers() {
      return DemoTest.peers(out);
    }
  }

  private Ran demo(Verification.ReadBack readBack, boolean keep) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    TestShell shell = new TestShell(temp, new NetConnector());
    int status =
        new Demo(shell.surroundings(new byte[0], out, err), readBack).run(source, data, keep);
    return new Ran(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static List<ProcessHandle> peers(String out) {
    Matcher pids = PIDS.matcher(out);
    assertTrue(pids.find(), out);
    return Arrays.stream(pids.group(1).split(" "))
        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream())
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  @Test
  void everyPeerHasEverythingAndTheClusterMayStay() throws Exception {
    Ran ran = demo(Demo.plainly(), true);
    try {
      assertEquals("", ran.err());
      assertEquals(0, ran.status(), ran.out());
      for (int peer = 1; peer <= 4; peer++) {
        assertTrue(
            ran.out().contains("peer " + peer + "    all 62 files read back, equal"), ran.out());
      }
      assertTrue(ran.out().contains("the leader, with SIGKILL"), ran.out());
      assertTrue(ran.out().contains("All four peers hold exactly what was written."), ran.out());
      assertTrue(ran.out().contains("QUORATE_CLUSTER=" + data.toRealPath()), ran.out());
      // Of the four that it named the killed one is gone; the one that took its place is not
      // listed.
      assertEquals(3, ran.peers().size(), ran.out());
      TestShell shell =
          new TestShell(temp, new NetConnector())
              .with(ClusterOption.VARIABLE, data.resolve("client.conf").toString());
      assertEquals(0, shell.run("status").status());
      assertEquals("d0\nd1\nd2\nd3\nd4\nempty\nlarge\nlink\n", shell.run("ls", "/demo").out());
    } finally {
      endKept(ran);
    }
  }

  /** Does what the demonstration says will end the cluster. */
  private static void endKept(Ran ran) throws Exception {
    Matcher kill = Pattern.compile("kill ([0-9 ]+); rm -r").matcher(ran.out());
    assertTrue(kill.find(), ran.out());
    for (String pid : kill.group(1).split(" ")) {
      ProcessHandle peer = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      assertTrue(peer.destroy());
      peer.onExit().get();
    }
  }

  @Test
  void oneWrongByteThroughOnePeerFailsIt() throws Exception {
    Ran ran = demo(new Liar(Path.of("/demo/d3/f33"), 3), false);
    assertEquals(1, ran.status(), ran.out());
    assertTrue(ran.out().contains("peer 3    61 of 62 files equal; 1 DIFFER:"), ran.out());
    assertTrue(ran.out().contains("d3/f33 has SHA-256"), ran.out());
    assertTrue(ran.out().contains("peer 4    all 62 files read back, equal"), ran.out());
    assertTrue(ran.out().contains("NOT ALL PEERS HOLD WHAT WAS WRITTEN."), ran.out());
    assertEquals(List.of(), ran.peers());
    assertFalse(Files.exists(data), "the data directory");
  }

  /** However the demonstration ends, the peers end as well. */
  @Test
  void peersDoNotOutliveAKilledDemonstration() throws Exception {
    Process demo = start();
    List<ProcessHandle> peers = peers(readUntil(demo, PIDS));
    assertEquals(4, peers.size());
    demo.destroyForcibly();
    for (ProcessHandle peer : peers) {
      peer.onExit().get();
    }
  }

  @Test
  void anInterruptedDemonstrationCleansUp() throws Exception {
    Process demo = start();
    List<ProcessHandle> peers = peers(readUntil(demo, PIDS));
    demo.destroy();
    demo.waitFor();
    for (ProcessHandle peer : peers) {
      peer.onExit().get();
    }
    assertFalse(Files.exists(data), "the data directory");
    assertTrue(Files.exists(source.resolve("large")), "the source is only read");
  }

  @Test
  void refusesADataDirectoryThatIsInUse() throws Exception {
    Files.createDirectory(data);
    Files.createFile(data.resolve("precious"));
    TestShell shell = new TestShell(temp, new NetConnector());
    TestShell.Outcome outcome = shell.run("demo", "source", "--data", "data");
    assertEquals(2, outcome.status());
    assertEquals(
        "quorate: --data " + data + " is not empty; name a new directory\n", outcome.err());
    try (Stream<Path> files = Files.list(data)) {
      assertEquals(1, files.count());
    }
    assertEquals(2, shell.run("demo", "nowhere").status());
    assertEquals(
        2, shell.run("demo", Files.createDirectory(temp.resolve("none")).toString()).status());
  }

  private Process start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "io.quorate.store.fuse.Quorate",
            "demo",
            source.toString(),
            "--data",
            data.toString());
    return builder.redirectErrorStream(true).start();
  }

  private static String readUntil(Process process, Pattern wanted) throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      seen.append(line).append('\n');
      if (wanted.matcher(seen).find()) {
        return seen.toString();
      }
    }
    throw new AssertionError("ended early: " + seen);
  }
}

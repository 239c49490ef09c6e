package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.command.TestShell.Outcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code init} and {@code serve}, with a peer in a process of its own. */
class PeerProcessTest {
  @TempDir Path temp;
  private TestShell shell;
  private Process peer;

  @BeforeEach
  void start() {
    shell = new TestShell(temp, new NetConnector());
  }

  @AfterEach
  void end() throws InterruptedException {
    if (peer != null) {
      peer.destroyForcibly().waitFor();
    }
  }

  private int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private Process serve() throws IOException {
    Process started =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "io.quorate.store.fuse.Quorate",
                "serve",
                temp.resolve("quorate/peer-1.conf").toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder seen = new StringBuilder();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      seen.append(line).append('\n');
      if (line.contains("serves at")) {
        return started;
      }
    }
    throw new AssertionError("ended early: " + seen);
  }

  @Test
  void whatIsPutOutlivesAnOrderlyEnd() throws Exception {
    int port = freePort();
    assertEquals(0, shell.run("init", "--peers", "127.0.0.1:" + port).status());
    Outcome alone = shell.run("--debug", "status", "--timeout", "2");
    assertEquals(2, alone.status(), alone.err());
    peer = serve();
    assertEquals(
        0, shell.runWith("hello".getBytes(StandardCharsets.UTF_8), "put", "-", "/a").status());
    // What a peer tells of itself is up to a second old: then it was still looking for what it
    // lacks.
    assertEquals(0, shell.run("heal", "--wait").status());
    Outcome status = shell.run("status");
    assertEquals(0, status.status(), status.out() + status.err());
    assertTrue(status.out().contains("cluster quorate: healthy"), status.out());
    peer.destroy();
    assertEquals(143, peer.waitFor());
    peer = serve();
    assertEquals("hello", shell.run("cat", "/a").out());
  }

  @Test
  void aPortOrDirectoryInUseIsSaid() throws Exception {
    int port = freePort();
    assertEquals(0, shell.run("init", "--peers", "127.0.0.1:" + port).status());
    peer = serve();
    Outcome second = shell.run("serve", "quorate/peer-1.conf");
    assertEquals(2, second.status(), second.err());
    assertEquals(1, second.err().lines().count(), second.err());
    assertTrue(second.err().contains("use"), second.err());
  }

  @Test
  void mistakesAreNamedWithFileAndLine() throws Exception {
    assertEquals(0, shell.run("init", "--peers", "127.0.0.1:" + freePort()).status());
    Path file = temp.resolve("quorate/peer-1.conf");
    int lines = Files.readAllLines(file).size();
    Files.writeString(file, "heartbeat.millis = soon\n", StandardOpenOption.APPEND);
    Outcome wrong = shell.run("serve", "quorate/peer-1.conf");
    assertEquals(2, wrong.status());
    assertTrue(wrong.err().startsWith("quorate: " + file + ":" + (lines + 1) + ": "), wrong.err());
    assertEquals(1, wrong.err().lines().count(), wrong.err());
    Outcome missing = shell.run("serve", "nowhere.conf");
    assertEquals(2, missing.status());
    assertTrue(missing.err().contains("nowhere.conf"), missing.err());
    Files.writeString(
        temp.resolve("quorate/client.conf"), "peers = what\ncluster.key = cluster.key\n");
    Outcome client = shell.run("ls");
    assertEquals(2, client.status());
    assertTrue(client.err().contains("client.conf:1: "), client.err());
  }

  @Test
  void initWritesFourPeersAndNeverOverwrites() throws Exception {
    Outcome made = shell.run("init", "--name", "shop");
    assertEquals(0, made.status(), made.err());
    for (int id = 1; id <= 4; id++) {
      assertTrue(made.out().contains("quorate serve quorate/peer-" + id + ".conf"), made.out());
      assertTrue(Files.exists(temp.resolve("quorate/peer-" + id + ".conf")));
    }
    assertTrue(made.out().contains("quorate status -c quorate/client.conf"), made.out());
    byte[] key = Files.readAllBytes(temp.resolve("quorate/cluster.key"));
    Outcome again = shell.run("init");
    assertEquals(1, again.status());
    assertTrue(again.err().contains("exists already"), again.err());
    assertEquals(
        new String(key, StandardCharsets.UTF_8),
        Files.readString(temp.resolve("quorate/cluster.key")));
  }

  @Test
  void initRefusesWhatCanNotBe() {
    for (String[] words :
        new String[][] {
          {"init", "--peers", "0"},
          {"init", "--peers", "99"},
          {"init", "--peers", "99999999999"},
          {"init", "--peers", "a:1,b"},
          {"init", "--peers", "a:1,a:1"},
          {"init", "--name", "a b"},
        }) {
      Outcome outcome = shell.run(words);
      assertEquals(2, outcome.status(), outcome.err());
      assertEquals(1, outcome.err().lines().count(), outcome.err());
    }
    assertTrue(Files.notExists(temp.resolve("quorate")), "nothing is written");
  }
}

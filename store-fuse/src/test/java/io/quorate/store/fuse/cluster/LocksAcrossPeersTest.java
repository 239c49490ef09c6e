package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorate.store.Store;
import io.quorate.store.net.config.PeerConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code FileChannel.lock} in programs of their own, each with another peer of the cluster. */
final class LocksAcrossPeersTest extends FaultCase {
  /** Longer than any test runs: a lock that is freed earlier was not freed by this. */
  private static final long NEVER_MILLIS = 600_000;

  private static final long SOON_MILLIS = 2_000;

  private final List<Program> programs = new ArrayList<>();
  private ProcessCluster cluster;

  @BeforeEach
  void start() throws Exception {
    cluster = ProcessCluster.create(settings());
    cluster.start();
  }

  @AfterEach
  void stop() throws Exception {
    for (Program program : programs) {
      program.kill();
    }
    cluster.close();
  }

  private Program program(int peer, long sessionTimeoutMillis) throws IOException {
    Program program = new Program(cluster, peer, sessionTimeoutMillis);
    programs.add(program);
    assertEquals("ready", program.answer());
    return program;
  }

  @Test
  void aLockExcludesAndIsPassedOn() throws Exception {
    Program one = program(1, NEVER_MILLIS);
    Program two = program(3, NEVER_MILLIS);
    assertEquals("locked", one.ask("lock /f"));
    assertEquals("busy", two.ask("try /f"));
    assertEquals("locked", two.ask("try /another"));
    two.send("lock /f");
    assertEquals("released", one.ask("release"));
    assertEquals("locked", two.answer());
    assertEquals("busy", one.ask("try /f"));
  }

  @Test
  void whatIsWrittenUnderALockIsSeenUnderTheNext() throws Exception {
    int each = 40;
    List<Program> all =
        List.of(program(1, NEVER_MILLIS), program(2, NEVER_MILLIS), program(4, NEVER_MILLIS));
    for (Program program : all) {
      program.send("count /counter " + each);
    }
    for (Program program : all) {
      assertEquals("counted", program.answer());
    }
    try (Store store = cluster.connectTo(3, PATIENT)) {
      byte[] counter = Files.readAllBytes(store.path("/counter"));
      assertEquals(all.size() * each, ByteBuffer.wrap(counter).getLong());
    }
  }

  /** The lock goes with the session of its holder, neither later nor because a link broke. */
  @Test
  void aKilledHoldersLockGoesWhenItsSessionTimesOut() throws Exception {
    Program brief = program(1, SOON_MILLIS);
    Program lasting = program(1, NEVER_MILLIS);
    assertEquals("locked", brief.ask("lock /brief"));
    assertEquals("locked", lasting.ask("lock /lasting"));
    Program waiting = program(3, NEVER_MILLIS);
    assertEquals("busy", waiting.ask("try /brief"));
    brief.kill();
    lasting.kill();
    assertEquals("locked", waiting.ask("lock /brief"));
    assertEquals("busy", waiting.ask("try /lasting"));
  }

  @Test
  void aLockOutlivesThePeerThatItsHolderUses() throws Exception {
    Program holder = program(2, NEVER_MILLIS);
    assertEquals("locked", holder.ask("lock /f"));
    cluster.peer(2).kill();
    Program other = program(3, NEVER_MILLIS);
    assertEquals("busy", other.ask("try /f"));
    cluster.peer(2).start();
    assertEquals("released", holder.ask("release"));
    assertEquals("locked", other.ask("lock /f"));
  }

  /** A {@link LockProgram} in a process. */
  private static final class Program {
    private final Process process;
    private final BufferedReader answers;
    private final Writer requests;

    Program(ProcessCluster cluster, int peer, long sessionTimeoutMillis) throws IOException {
      Path configuration = cluster.peer(peer).configuration();
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "--enable-native-access=ALL-UNNAMED",
              "--sun-misc-unsafe-memory-access=allow",
              "-Xmx128m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              LockProgram.class.getName(),
              cluster.directory().resolve("cluster.key").toString(),
              String.valueOf(PeerConfig.read(configuration).peers().get(peer)),
              Long.toString(sessionTimeoutMillis));
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      process = builder.start();
      answers = process.inputReader(StandardCharsets.UTF_8);
      requests = process.outputWriter(StandardCharsets.UTF_8);
    }

    void send(String request) throws IOException {
      requests.write(request + "\n");
      requests.flush();
    }

    /** The next line; null if it has ended. */
    String answer() throws IOException {
      return answers.readLine();
    }

    String ask(String request) throws IOException {
      send(request);
      return answer();
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }
}

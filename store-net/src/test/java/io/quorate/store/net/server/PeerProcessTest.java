package io.quorate.store.net.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.PutRequest;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Command;
import io.quorate.store.net.client.RemoteGateway;
import io.quorate.store.net.client.RemoteOptions;
import io.quorate.store.net.config.ClientConfig;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Four real processes, one of which dies without warning. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PeerProcessTest {
  @TempDir Path directory;
  private final List<Process> processes = new ArrayList<>();
  private RealWorld world;
  private ClusterInit.Written files;

  /** What the processes run. */
  public static final class Main {
    public static void main(String[] args) throws IOException {
      System.exit(PeerServer.run(Path.of(args[0])));
    }
  }

  @BeforeEach
  void init() throws IOException {
    world = RealWorld.create();
    files = ClusterInit.write(directory, "processes", LocalCluster.freeEndpoints(4));
  }

  @AfterEach
  void end() throws InterruptedException {
    world.close();
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process serve(int id) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                files.peers().get(id - 1).toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("peer-" + id + ".log").toFile())
            .start();
    processes.add(process);
    return process;
  }

  private FileTree client(int... ids) throws IOException {
    ClientConfig client = ClientConfig.read(files.client());
    List<Endpoint> peers = new ArrayList<>();
    for (int id : ids) {
      peers.add(client.peers().get(id - 1));
    }
    RemoteOptions patient = new RemoteOptions(60_000, 64 << 20, RemoteOptions.DEFAULTS.transport());
    return FileTree.over(
        world,
        RemoteGateway.open(world, client.cluster(), peers, patient),
        StoreOptions.defaults().withDeadline(Duration.ofSeconds(90)));
  }

  private static At at(int number) {
    return At.path(Bytes.utf8("/f" + number), true);
  }

  private static void put(FileTree tree, int number) throws Exception {
    PutRequest request =
        new PutRequest(
            at(number), 0644, tree.caller(), AttributeChange.NOW, Command.PutCondition.ALWAYS);
    tree.putAsync(request, ByteBuffer.wrap(("content " + number).getBytes()))
        .get(90, TimeUnit.SECONDS);
  }

  @Test
  void aKilledPeerIsMissedByNobodyAndCatchesUp() throws Exception {
    Process first = serve(1);
    for (int id = 2; id <= 4; id++) {
      serve(id);
    }
    try (FileTree tree = client(1, 2, 3, 4)) {
      for (int i = 0; i < 100; i++) {
        if (i == 50) {
          first.destroyForcibly().waitFor();
        }
        put(tree, i);
      }
    }
    Process again = serve(1);
    try (FileTree back = client(1)) {
      for (int i = 0; i < 100; i++) {
        ByteBuffer read = back.readAsync(at(i), 0, 100).get(90, TimeUnit.SECONDS);
        assertEquals(ByteBuffer.wrap(("content " + i).getBytes()), read);
      }
    }
    // SIGTERM ends it in order.
    again.destroy();
    assertTrue(again.waitFor(60, TimeUnit.SECONDS));
    assertEquals(128 + 15, again.exitValue());
    String log = Files.readString(directory.resolve("peer-1.log"));
    assertFalse(log.contains("ERROR"), log);
  }

  @Test
  void anothersDataDirectoryAndATakenPortAreRefused() throws Exception {
    PeerConfig one = PeerConfig.read(files.peers().get(0));
    try (PeerServer running = PeerServer.start(one)) {
      IOException taken = assertThrows(IOException.class, () -> PeerServer.start(one));
      assertTrue(
          taken.getMessage().startsWith(files.peers().get(0) + ": peer 1 can not listen at "),
          taken.getMessage());
      assertEquals(one.listen().port(), running.address().getPort());
    }
    Path two = files.peers().get(1);
    Files.writeString(two, Files.readString(two).replace("data-2", "data-1"));
    IOException others =
        assertThrows(IOException.class, () -> PeerServer.start(PeerConfig.read(two)));
    assertEquals(
        "data directory "
            + directory.resolve("data-1")
            + " belongs to peer 1, this is peer 2; correct data.directory or peer.id in "
            + two,
        others.getMessage());
    Path other = directory.resolve("other");
    ClusterInit.Written foreign =
        ClusterInit.write(other, "foreign", LocalCluster.freeEndpoints(1));
    Path conf = foreign.peers().getFirst();
    Files.writeString(
        conf, Files.readString(conf).replace("data-1", directory.resolve("data-1").toString()));
    IOException cluster =
        assertThrows(IOException.class, () -> PeerServer.start(PeerConfig.read(conf)));
    assertTrue(
        cluster.getMessage().contains("belongs to cluster " + one.cluster().id()),
        cluster.getMessage());
    Files.writeString(directory.resolve("data-1/OWNER"), "format 9 cluster x peer 1\n");
    IOException newer = assertThrows(IOException.class, () -> PeerServer.start(one));
    assertTrue(newer.getMessage().contains("has format 9, newer"), newer.getMessage());
    assertInstanceOf(IOException.class, newer);
  }
}

package io.quorate.store.fuse.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A client in a network namespace of its own, whose way to one peer is cut and mended. Skipped
 * where namespaces can not be made: it takes root.
 */
final class PartitionedClientTest extends FaultCase {
  private static final String NAME = "q" + ProcessHandle.current().pid() % 100_000;
  private static final String SUBNET = "10.231.77.";

  /** Lines that the client has had acknowledged. */
  private long acknowledged;

  private static int run(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getInputStream().readAllBytes();
    return process.waitFor();
  }

  private static void ip(String words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("ip"));
    all.addAll(List.of(words.split(" ")));
    assertEquals(0, run(all.toArray(String[]::new)), "ip " + words);
  }

  /** Reads what the client says until {@code peer} serves it, or does not. */
  private void await(BufferedReader said, int peer, boolean serves) throws IOException {
    String line = next(said);
    while (line != null && (line.endsWith(" served by " + peer) != serves)) {
      line = next(said);
    }
    assertNotNull(line, "the client has ended");
  }

  private @Nullable String next(BufferedReader said) throws IOException {
    String line = said.readLine();
    if (line != null) {
      acknowledged = Long.parseLong(line.split(" ")[1]) + 1;
    }
    return line;
  }

  @Test
  void theWayToThePreferredPeerIsCutAndMended() throws Exception {
    boolean possible;
    try {
      possible = run("ip", "netns", "add", NAME) == 0;
    } catch (IOException e) {
      possible = false;
    }
    assumeTrue(possible, "network namespaces need root and iproute2");
    try {
      ip("link add " + NAME + "a type veth peer name " + NAME + "b");
      ip("link set " + NAME + "b netns " + NAME);
      for (int peer = 1; peer <= PEERS; peer++) {
        ip("addr add " + SUBNET + peer + "/24 dev " + NAME + "a");
      }
      ip("link set " + NAME + "a up");
      ip("-n " + NAME + " addr add " + SUBNET + "100/24 dev " + NAME + "b");
      ip("-n " + NAME + " link set " + NAME + "b up");
      cutAndMend();
    } finally {
      // The pair of links goes with the namespace.
      run("ip", "netns", "del", NAME);
    }
  }

  private void cutAndMend() throws Exception {
    List<String> hosts = IntStream.rangeClosed(1, PEERS).mapToObj(id -> SUBNET + id).toList();
    try (ProcessCluster cluster = ProcessCluster.create(settings().withHosts(hosts))) {
      cluster.start();
      Path log = directory.resolve("client.log");
      Process client = startClient(cluster, log);
      try (BufferedReader said = client.inputReader(StandardCharsets.UTF_8)) {
        await(said, 1, true);
        ip("-n " + NAME + " route add blackhole " + SUBNET + "1/32");
        await(said, 1, false);
        ip("-n " + NAME + " route del blackhole " + SUBNET + "1/32");
        await(said, 1, true);
        client.getOutputStream().write('\n');
        client.getOutputStream().flush();
        while (next(said) != null) {
          // What it still does counts as well.
        }
        assertEquals(0, client.waitFor(), () -> read(log));
        try (Store store = cluster.connectTo(3, PATIENT)) {
          List<String> lines = Files.readAllLines(store.path(FailoverClient.FILE));
          for (int line = 0; line < lines.size(); line++) {
            assertEquals(Integer.toString(line), lines.get(line), "applied once, and in order");
          }
          assertEquals(acknowledged, lines.size());
        }
      } finally {
        client.destroyForcibly();
      }
    }
  }

  private static Process startClient(ProcessCluster cluster, Path log) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "ip",
                "netns",
                "exec",
                NAME,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                FailoverClient.class.getName(),
                cluster.keyFile().toString()));
    IntStream.rangeClosed(1, PEERS).mapToObj(cluster::address).forEach(words::add);
    return new ProcessBuilder(words).redirectError(log.toFile()).start();
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}

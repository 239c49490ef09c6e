package io.quorate.store.net.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.metrics.PeerNumbers;
import io.quorate.store.net.server.LocalCluster;
import io.quorate.store.net.server.PeerServer;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The admin HTTP server of a peer of a cluster of one. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AdminServerTest {
  private static final Pattern LINE =
      Pattern.compile("(# (HELP|TYPE) )?quorate_[a-z_]+(\\{[a-z]+=\"[a-z0-9]+\"\\})? .+");

  @TempDir Path temp;

  /** A configuration with two addresses that are free, and not the same. */
  private PeerConfig config() throws IOException {
    List<Endpoint> free = LocalCluster.freeEndpoints(2);
    return config(free.getFirst(), free.getLast());
  }

  private PeerConfig config(Endpoint peer, Endpoint admin) throws IOException {
    ClusterInit.Written files =
        ClusterInit.write(temp.resolve("c" + peer.port()), "c", List.of(peer));
    Path conf = files.peers().getFirst();
    Files.writeString(conf, Files.readString(conf) + "\nadmin.listen = " + admin + "\n");
    return PeerConfig.read(conf);
  }

  private static HttpResponse<String> ask(PeerServer server, String method, String path)
      throws IOException, InterruptedException {
    InetSocketAddress at = server.adminAddress().orElseThrow();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at.getPort() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static double value(String text, String name) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(name) + " (\\S+)$", Pattern.MULTILINE).matcher(text);
    assertTrue(line.find(), name + " is not in\n" + text);
    return Double.parseDouble(line.group(1));
  }

  @Test
  void tellsHealthAndNumbers() throws Exception {
    try (PeerServer server = PeerServer.start(config())) {
      HttpResponse<String> health = ask(server, "GET", "/health");
      while (health.statusCode() != 200) {
        assertEquals(503, health.statusCode());
        assertTrue(health.body().startsWith("not healthy: "), health.body());
        Thread.onSpinWait();
        health = ask(server, "GET", "/health");
      }
      assertEquals("healthy\n", health.body());
      HttpResponse<String> metrics = ask(server, "GET", "/metrics");
      assertEquals(200, metrics.statusCode());
      assertTrue(
          metrics
              .headers()
              .firstValue("Content-Type")
              .orElse("")
              .startsWith("text/plain; version"));
      String text = metrics.body();
      text.lines().forEach(line -> assertTrue(LINE.matcher(line).matches(), line));
      assertEquals(1, value(text, "quorate_leader"));
      assertEquals(1, value(text, "quorate_healthy"));
      assertEquals(1, value(text, "quorate_peer_reachable{peer=\"1\"}"));
      assertEquals(0, value(text, "quorate_heal_missing_chunks"));
      assertTrue(value(text, "quorate_consensus_commit_index") >= 1);
      assertTrue(value(text, "quorate_space_bytes{use=\"free\"}") > 0);
      assertTrue(value(text, "quorate_journal_syncs_total") >= 1);
      assertEquals(
          1, text.lines().filter(line -> line.equals("# TYPE quorate_space_bytes gauge")).count());
      assertEquals(405, ask(server, "POST", "/metrics").statusCode());
      assertEquals(404, ask(server, "GET", "/metricsandmore").statusCode());
      assertEquals(404, ask(server, "GET", "/").statusCode());
    }
  }

  @Test
  void anAddressInUseIsSaid() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      Endpoint admin = new Endpoint("127.0.0.1", taken.getLocalPort());
      PeerConfig config = config(LocalCluster.freeEndpoints(1).getFirst(), admin);
      IOException thrown = assertThrows(IOException.class, () -> PeerServer.start(config));
      assertTrue(
          thrown
              .getMessage()
              .startsWith("admin.listen: can not listen at 127.0.0.1:" + taken.getLocalPort()),
          thrown.getMessage());
    }
  }

  @Test
  void numbersOfANameStandTogether() {
    List<PeerNumbers.Number> numbers =
        List.of(
            new PeerNumbers.Number("a.b", "A", false, "peer", "1", 1.5),
            new PeerNumbers.Number("c", "C", true, "", "", 1e12),
            new PeerNumbers.Number("a.b", "A", false, "peer", "2", Double.NaN));
    assertEquals(
        """
        # HELP quorate_a_b A
        # TYPE quorate_a_b gauge
        quorate_a_b{peer="1"} 1.5
        quorate_a_b{peer="2"} NaN
        # HELP quorate_c_total C
        # TYPE quorate_c_total counter
        quorate_c_total 1000000000000
        """,
        Exposition.of(numbers));
  }
}

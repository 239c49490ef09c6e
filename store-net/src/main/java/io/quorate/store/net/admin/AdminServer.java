package io.quorate.store.net.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.net.metrics.PeerNumbers;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.peer.Peer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics}, the numbers for Prometheus, and {@code GET /health}: 200 if the
 * cluster is healthy as this peer sees it, else 503, with a line that says what is not.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final int BACKLOG = 16;
  private static final int THREADS = 2;
  private static final long STATUS_MILLIS = 2_000;
  private static final String TEXT = "text/plain; charset=utf-8";

  private record Answer(int status, String contentType, String body) {}

  /** What a path answers. */
  private interface Page {
    Answer answer() throws InterruptedException;
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private AdminServer(HttpServer server, String peer) {
    this.server = server;
    this.threads =
        Executors.newFixedThreadPool(
            THREADS, Thread.ofPlatform().name("quorate-admin-" + peer + "-", 1).factory());
    server.setExecutor(threads);
  }

  /**
   * Takes the address; nothing is answered yet.
   *
   * @throws IOException if it can not be had
   */
  public static AdminServer bind(Endpoint endpoint, int peer) throws IOException {
    InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
    if (address.isUnresolved()) {
      throw new IOException("admin.listen: there is no host " + endpoint.host());
    }
    try {
      return new AdminServer(HttpServer.create(address, BACKLOG), Integer.toString(peer));
    } catch (IOException e) {
      throw new IOException(
          "admin.listen: can not listen at " + endpoint + ": " + e.getMessage(), e);
    }
  }

  /** Answers from now on. */
  public void serve(Peer peer) {
    page("/metrics", () -> metrics(peer));
    page("/health", () -> health(peer));
    server.start();
    LOG.info("admin HTTP at http://{}/metrics and /health", server.getAddress());
  }

  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void page(String path, Page page) {
    server.createContext(path, exchange -> handle(exchange, path, page));
  }

  private static void handle(HttpExchange exchange, String path, Page page) throws IOException {
    try (exchange) {
      Answer answer;
      if (!exchange.getRequestURI().getPath().equals(path)) {
        answer = new Answer(404, TEXT, "there are /metrics and /health\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        answer = new Answer(405, TEXT, "only GET\n");
      } else {
        answer = page.answer();
      }
      byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType);
      exchange.sendResponseHeaders(answer.status, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the peer stops; the connection is closed
    }
  }

  private static Answer metrics(Peer peer) throws InterruptedException {
    List<PeerNumbers.Number> numbers = PeerNumbers.of(peer);
    return numbers.isEmpty()
        ? new Answer(503, TEXT, "this peer does not answer now\n")
        : new Answer(200, Exposition.CONTENT_TYPE, Exposition.of(numbers));
  }

  private static Answer health(Peer peer) throws InterruptedException {
    ClusterStatus status;
    try {
      status = peer.gateway().status().get(STATUS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return new Answer(503, TEXT, "this peer does not answer now\n");
    }
    if (status.healthy()) {
      return new Answer(200, TEXT, "healthy\n");
    }
    StringBuilder text = new StringBuilder("not healthy:");
    if (status.leader() == 0) {
      text.append(" no leader;");
    } else if (!status.writable()) {
      text.append(" no write quorum;");
    }
    if (!status.digestsAgree()) {
      text.append(" digests differ;");
    }
    for (ClusterStatus.PeerStatus each : status.peers()) {
      if (each.activity() != ClusterStatus.Activity.SERVING) {
        text.append(" peer ").append(each.id()).append(' ').append(each.activity()).append(';');
      }
    }
    text.setCharAt(text.length() - 1, '\n');
    return new Answer(503, TEXT, text.toString());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}

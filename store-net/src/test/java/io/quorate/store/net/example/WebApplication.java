package io.quorate.store.net.example;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quorate.store.ConditionFailedException;
import io.quorate.store.FileDownload;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.PutCondition;
import io.quorate.store.SessionEndedException;
import io.quorate.store.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes and serves files over HTTP from a store that it has to itself. */
final class WebApplication implements AutoCloseable {
  // @start region="application"
  private final Store store;
  private final Path root;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  WebApplication(Store store, InetSocketAddress address) throws IOException {
    this.store = store;
    root = Files.createDirectories(store.path("/files"));
    server = HttpServer.create(address, 0);
    server.createContext("/files/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** First no more requests, then no more store: what is under way ends with its answer. */
  @Override
  public void close() {
    server.stop(5);
    threads.close();
    store.close();
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      try {
        Path file = store.path(exchange.getRequestURI().getPath()).normalize();
        if (!file.startsWith(root) || file.equals(root)) {
          answer(exchange, 404);
          return;
        }
        switch (exchange.getRequestMethod()) {
          case "GET", "HEAD" -> send(exchange, file);
          case "PUT" -> receive(exchange, file);
          default -> answer(exchange, 405);
        }
      } catch (NoSuchFileException e) {
        answer(exchange, 404);
      } catch (ConditionFailedException | FileAlreadyExistsException e) {
        answer(exchange, 412);
      } catch (NoQuorumException | IndeterminateWriteException | SessionEndedException e) {
        // No promise was made; a put may be sent again, under If-Match if others write, too.
        exchange.getResponseHeaders().set("Retry-After", "1");
        answer(exchange, 503);
      }
    } catch (IOException e) {
      // Closing an exchange whose body is not complete cuts the connection, so that the
      // visitor does not take a part for the whole.
      System.getLogger("web").log(System.Logger.Level.INFO, "a request ended early", e);
    }
  }

  private static void answer(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
  }

  // @end

  // @start region="upload"
  private void receive(HttpExchange exchange, Path file) throws IOException {
    try (FileUpload upload = store.upload(file)) {
      exchange.getRequestBody().transferTo(upload.outputStream());
      String length = exchange.getRequestHeaders().getFirst("Content-Length");
      if (length != null && Long.parseLong(length) != upload.sizeBytes()) {
        answer(exchange, 400); // The visitor went away halfway.
        return; // Without a commit there is no file.
      }
      FileVersion version = upload.commit(condition(exchange, file));
      exchange.getResponseHeaders().set("ETag", version.etag());
      answer(exchange, 201);
    }
  }

  /** What must hold at the moment of the commit. */
  private PutCondition condition(HttpExchange exchange, Path file) throws IOException {
    if ("*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
      return PutCondition.ifAbsent();
    }
    String expected = exchange.getRequestHeaders().getFirst("If-Match");
    if (expected == null) {
      return PutCondition.always();
    }
    FileVersion now = store.version(file);
    if (!now.etag().equals(expected)) {
      throw new ConditionFailedException(file.toString(), "its version is " + now.etag());
    }
    return PutCondition.ifVersion(now);
  }

  // @end

  // @start region="download"
  private void send(HttpExchange exchange, Path file) throws IOException {
    try (FileDownload download = store.download(file)) { // One version, whatever happens to it.
      String etag = download.version().etag();
      exchange.getResponseHeaders().set("ETag", etag);
      exchange.getResponseHeaders().set("Accept-Ranges", "bytes");
      if (names(exchange.getRequestHeaders().get("If-None-Match"), etag)) {
        answer(exchange, 304);
        return;
      }
      long size = download.sizeBytes();
      Range range = Range.of(exchange, etag, size);
      if (range.offset() > 0 && range.lengthBytes() == 0) {
        exchange.getResponseHeaders().set("Content-Range", "bytes */" + size);
        answer(exchange, 416);
        return;
      }
      if (range.status() == 206) {
        long last = range.offset() + range.lengthBytes() - 1;
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes " + range.offset() + "-" + last + "/" + size);
      }
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", Long.toString(range.lengthBytes()));
        answer(exchange, range.status());
        return;
      }
      // To this server, 0 is a length that is unknown, and -1 is none.
      exchange.sendResponseHeaders(
          range.status(), range.lengthBytes() == 0 ? -1 : range.lengthBytes());
      download.transferTo(range.offset(), range.lengthBytes(), exchange.getResponseBody());
    }
  }

  private static boolean names(List<String> fields, String etag) {
    return fields != null
        && fields.stream()
            .flatMap(field -> Arrays.stream(field.split(",")))
            .map(String::strip)
            .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
  }

  /** What of a file is asked for: {@code bytes=2-5}, {@code bytes=2-} or {@code bytes=-5}. */
  private record Range(int status, long offset, long lengthBytes) {
    private static final Pattern ONE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    static Range of(HttpExchange exchange, String etag, long size) {
      Range whole = new Range(200, 0, size);
      String field = exchange.getRequestHeaders().getFirst("Range");
      String only = exchange.getRequestHeaders().getFirst("If-Range");
      Matcher asked = ONE.matcher(field == null ? "" : field);
      if (!asked.matches() || (only != null && !only.equals(etag))) {
        return whole;
      }
      String first = asked.group(1);
      String last = asked.group(2);
      if (first.isEmpty()) {
        return last.isEmpty() ? whole : between(Math.max(0, size - Long.parseLong(last)), size);
      }
      long end = last.isEmpty() ? size : Math.min(size, Long.parseLong(last) + 1);
      return end <= Long.parseLong(first) && Long.parseLong(first) < size
          ? whole
          : between(Long.parseLong(first), end);
    }

    private static Range between(long from, long end) {
      return new Range(206, from, Math.max(0, end - from));
    }
  }

  // @end
}

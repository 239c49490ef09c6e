package io.quorate.store.benchmarks.site;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quorate.store.FileDownload;
import io.quorate.store.FileEntry;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.QuorateException;
import io.quorate.store.Store;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A site of uploads in one page of Java: each server embeds a peer of the store, and needs neither
 * mount nor database. A file's name begins with its time, counted backwards, so that a directory
 * lists the newest first. Arguments: the peer's configuration, address and port.
 */
final class EmbeddedApplication {
  private static final int NEWEST = 20;

  private final Store store;
  private final Path files;

  private EmbeddedApplication(Store store) throws IOException {
    this.store = store;
    this.files = Files.createDirectories(store.path("/files"));
  }

  public static void main(String[] words) throws IOException {
    EmbeddedApplication application = new EmbeddedApplication(Store.join(Path.of(words[0])));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(words[1], Integer.parseInt(words[2])), 0);
    server.createContext("/", application::handle);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    // First no more requests, then no more store: what is under way ends with its answer.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.stop(5);
                  application.store.close();
                }));
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      try {
        String path = exchange.getRequestURI().getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        switch (exchange.getRequestMethod() + " " + path.substring(0, path.lastIndexOf('/') + 1)) {
          case "GET /" -> newest(exchange);
          case "GET /about/" -> about(exchange, files.resolve(name));
          case "GET /files/" -> send(exchange, files.resolve(name));
          case "POST /files/" -> receive(exchange, name);
          case "DELETE /files/" -> {
            Files.delete(files.resolve(name));
            answer(exchange, 204, "");
          }
          default -> answer(exchange, 404, "");
        }
      } catch (NoSuchFileException e) {
        answer(exchange, 404, "");
      } catch (QuorateException e) {
        // Too few peers, or unknown whether it was done: it may be asked for again.
        answer(exchange, 503, "");
      }
    } catch (IOException e) {
      // The visitor went away, or the answer can not be completed: the connection is cut.
      System.getLogger("site").log(System.Logger.Level.INFO, "a request ended early", e);
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private void newest(HttpExchange exchange) throws IOException {
    StringBuilder page = new StringBuilder("<!DOCTYPE html><title>Uploads</title><ul>\n");
    try (DirectoryStream<FileEntry> entries = store.list(files)) {
      Iterator<FileEntry> newest = entries.iterator();
      for (int i = 0; i < NEWEST && newest.hasNext(); i++) {
        FileEntry entry = newest.next();
        String name = String.valueOf(entry.path().getFileName());
        page.append("<li><a href=\"/about/").append(name).append("\">").append(title(name));
        page.append("</a> ").append(entry.attributes().size()).append(" bytes\n");
      }
    }
    answer(exchange, 200, page.append("</ul></html>").toString());
  }

  private static String title(String name) {
    return name.substring(name.indexOf('_') + 1);
  }

  private void about(HttpExchange exchange, Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    FileVersion version = store.version(file);
    String page =
        "<!DOCTYPE html><h1>%s</h1><p><a href=\"/files/%s\">%d</a> bytes, version %s</html>";
    answer(
        exchange,
        200,
        String.format(Locale.ROOT, page, title(name), name, Files.size(file), version.etag()));
  }

  private void send(HttpExchange exchange, Path file) throws IOException {
    try (FileDownload download = store.download(file)) {
      exchange.getResponseHeaders().set("ETag", download.version().etag());
      long size = download.sizeBytes();
      exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
      download.transferTo(0, size, exchange.getResponseBody());
    }
  }

  /** The file is there, durable on a quorum, when the answer is; and not at all otherwise. */
  private void receive(HttpExchange exchange, String title) throws IOException {
    long backwards = Long.MAX_VALUE - System.currentTimeMillis();
    int own = ThreadLocalRandom.current().nextInt(1 << 20);
    String name = String.format(Locale.ROOT, "%016x-%05x_%s", backwards, own, title);
    try (FileUpload upload = store.upload(files.resolve(name))) {
      exchange.getRequestBody().transferTo(upload.outputStream());
      String length = exchange.getRequestHeaders().getFirst("Content-Length");
      if (length != null && Long.parseLong(length) != upload.sizeBytes()) {
        answer(exchange, 400, ""); // The visitor went away halfway.
        return;
      }
      upload.commit(PutCondition.ifAbsent());
    }
    exchange.getResponseHeaders().set("Location", "/files/" + name);
    answer(exchange, 201, "");
  }
}

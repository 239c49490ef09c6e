package io.quorate.store.net.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.net.config.ClusterInit;
import io.quorate.store.net.server.LocalCluster;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three applications, each with a peer of one cluster in its process, serve the same files. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddingTest {
  private final List<WebApplication> applications = new ArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    ClusterInit.Written files = ClusterInit.write(directory, "web", LocalCluster.freeEndpoints(3));
    List<Store> stores = new ArrayList<>();
    for (Path configuration : files.peers()) {
      stores.add(Store.join(configuration));
    }
    for (Store store : stores) {
      applications.add(
          new WebApplication(store, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }
  }

  @AfterEach
  void stop() {
    client.close();
    applications.forEach(WebApplication::close);
  }

  private HttpRequest.Builder request(int application, String file, String... headers) {
    URI uri =
        URI.create("http://127.0.0.1:" + applications.get(application).port() + "/files/" + file);
    HttpRequest.Builder builder = HttpRequest.newBuilder(uri);
    return headers.length == 0 ? builder : builder.headers(headers);
  }

  private HttpResponse<byte[]> get(int application, String file, String... headers)
      throws Exception {
    return client.send(request(application, file, headers).build(), BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> put(int application, String file, byte[] body, String... headers)
      throws Exception {
    return client.send(
        request(application, file, headers).PUT(BodyPublishers.ofByteArray(body)).build(),
        BodyHandlers.ofByteArray());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void whatOneTakesAnotherServes() throws Exception {
    byte[] large = new byte[(3 << 20) + 7];
    new Random(1).nextBytes(large);
    HttpResponse<byte[]> stored = put(0, "large", large);
    assertEquals(201, stored.statusCode());
    for (int application = 0; application < 3; application++) {
      HttpResponse<byte[]> got = get(application, "large");
      assertEquals(200, got.statusCode());
      assertEquals(header(stored, "ETag"), header(got, "ETag"));
      assertArrayEquals(large, got.body());
    }
    assertEquals(201, put(1, "empty", new byte[0]).statusCode());
    assertEquals(200, get(2, "empty").statusCode());
    assertEquals(0, get(2, "empty").body().length);
    assertEquals(404, get(2, "none").statusCode());
    assertEquals(404, get(2, "..%2f..%2fetc").statusCode());
    HttpResponse<byte[]> head =
        client.send(request(2, "large").HEAD().build(), BodyHandlers.ofByteArray());
    assertEquals(Integer.toString(large.length), header(head, "Content-Length"));
  }

  @Test
  void ranges() throws Exception {
    put(0, "ten", "0123456789".getBytes(UTF_8));
    String[][] cases = {
      {"bytes=2-5", "206", "bytes 2-5/10", "2345"},
      {"bytes=7-", "206", "bytes 7-9/10", "789"},
      {"bytes=8-100", "206", "bytes 8-9/10", "89"},
      {"bytes=-3", "206", "bytes 7-9/10", "789"},
      {"bytes=-30", "206", "bytes 0-9/10", "0123456789"},
      {"bytes=10-", "416", "bytes */10", ""},
      {"bytes=10-12", "416", "bytes */10", ""},
      {"bytes=-0", "416", "bytes */10", ""},
      {"bytes=5-2", "200", "", "0123456789"},
      {"bytes=-", "200", "", "0123456789"},
      {"lines=1-2", "200", "", "0123456789"},
    };
    for (String[] each : cases) {
      HttpResponse<byte[]> got = get(1, "ten", "Range", each[0]);
      assertEquals(each[1], Integer.toString(got.statusCode()), each[0]);
      assertEquals(each[2], header(got, "Content-Range"), each[0]);
      assertEquals(each[3], new String(got.body(), UTF_8), each[0]);
    }
    String etag = header(get(1, "ten"), "ETag");
    assertEquals(206, get(1, "ten", "Range", "bytes=0-0", "If-Range", etag).statusCode());
    put(2, "ten", "abcdefghij".getBytes(UTF_8));
    HttpResponse<byte[]> changed = get(1, "ten", "Range", "bytes=0-0", "If-Range", etag);
    assertEquals(200, changed.statusCode());
    assertEquals("abcdefghij", new String(changed.body(), UTF_8));
  }

  @Test
  void versionsAsConditions() throws Exception {
    String first = header(put(0, "page", "one".getBytes(UTF_8)), "ETag");
    assertEquals(304, get(1, "page", "If-None-Match", first).statusCode());
    assertEquals(304, get(1, "page", "If-None-Match", "\"x\", W/" + first).statusCode());
    assertEquals(412, put(1, "page", new byte[1], "If-None-Match", "*").statusCode());
    HttpResponse<byte[]> second = put(1, "page", "two".getBytes(UTF_8), "If-Match", first);
    assertEquals(201, second.statusCode());
    assertNotEquals(first, header(second, "ETag"));
    assertEquals(412, put(2, "page", "three".getBytes(UTF_8), "If-Match", first).statusCode());
    HttpResponse<byte[]> got = get(2, "page", "If-None-Match", first);
    assertEquals(200, got.statusCode());
    assertEquals("two", new String(got.body(), UTF_8));
  }

  @Test
  void aVisitorWhoGoesAwayLeavesNoFile() throws Exception {
    try (Socket visitor =
        new Socket(InetAddress.getLoopbackAddress(), applications.getFirst().port())) {
      visitor
          .getOutputStream()
          .write(
              "PUT /files/half HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n"
                  .getBytes(UTF_8));
      visitor.getOutputStream().write(new byte[2_000_000]);
      visitor.shutdownOutput();
      // The server's end of the connection shows that it is done with the request.
      try (InputStream answer = visitor.getInputStream()) {
        assertFalse(new String(answer.readAllBytes(), UTF_8).contains("201"));
      }
    }
    assertEquals(404, get(1, "half").statusCode());
  }

  /** The page shows what runs here. */
  @Test
  void theGuideShowsThisCode() throws IOException {
    String page = Files.readString(Path.of("EMBEDDING.md"));
    String source =
        Files.readString(Path.of("src/test/java/io/quorate/store/net/example/WebApplication.java"));
    Matcher region =
        Pattern.compile("// @start region=\"(\\w+)\"\n(.*?)\n *// @end", Pattern.DOTALL)
            .matcher(source);
    int regions = 0;
    while (region.find()) {
      String code = region.group(2).stripTrailing().stripIndent();
      assertTrue(page.contains("```java\n" + code + "\n```"), region.group(1) + " differs");
      regions++;
    }
    assertEquals(3, regions);
    assertEquals(regions, page.split("```java\n", -1).length - 1, "no other code on the page");
  }
}

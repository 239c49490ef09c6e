package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.site.Catalog.Stored;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;

/** A visitor with a session and a name, as a browser shows the site to him. */
final class DjangoVisitor extends HttpVisitor {
  private static final String BOUNDARY = "quorate-site-7d1c2b";

  private final String name;
  private volatile Map<String, String> cookies = Map.of();

  DjangoVisitor(HttpClient client, String site, String name) {
    super(client, site);
    this.name = name;
  }

  private HttpRequest.Builder page(String path, long bytes) {
    HttpRequest.Builder request = request(path, bytes);
    StringBuilder line = new StringBuilder();
    cookies.forEach(
        (cookie, value) ->
            line.append(line.isEmpty() ? "" : "; ").append(cookie).append('=').append(value));
    if (!line.isEmpty()) {
      request.header("Cookie", line.toString());
    }
    return request;
  }

  private HttpRequest.Builder form(String path, long bytes) {
    return page(path, bytes).header("X-CSRFToken", cookies.getOrDefault("csrftoken", ""));
  }

  private synchronized void keepCookies(HttpResponse<?> response) {
    Map<String, String> more = new TreeMap<>(cookies);
    for (String cookie : response.headers().allValues("Set-Cookie")) {
      String pair = cookie.substring(0, (cookie + ";").indexOf(';'));
      int equals = pair.indexOf('=');
      more.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    cookies = Map.copyOf(more);
  }

  @Override
  public void login() throws IOException, InterruptedException {
    keepCookies(send(page("/login/", 0).build(), 200));
    keepCookies(
        send(
            form("/login/", 0)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=" + name))
                .build(),
            302));
    newest();
  }

  @Override
  public void newest() throws IOException, InterruptedException {
    String text = send(page("/", 0).build(), 200).body();
    expect(text.contains("Hello, " + name + "."), "the page does not know " + name);
    expect(text.contains("<li>") && text.contains("</html>"), "the page of the newest: " + text);
  }

  @Override
  public void detail(Stored stored) throws IOException, InterruptedException {
    String text = send(page("/files/" + stored.page() + "/", 0).build(), 200).body();
    expect(
        text.contains("<h1>" + title(stored.content()) + "</h1>")
            && text.contains(">" + stored.content().bytes() + "<")
            && text.contains("/media/" + stored.name()),
        "the page of upload " + stored.page() + ": " + text);
  }

  private static String title(FileContent content) {
    return "file-" + content.number() + ".bin";
  }

  @Override
  public Stored upload(FileContent content) throws IOException, InterruptedException {
    String part = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=";
    byte[] head =
        ascii(
            part
                + "\"title\"\r\n\r\n"
                + title(content)
                + "\r\n"
                + part
                + "\"file\"; filename=\""
                + title(content)
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
    byte[] tail = ascii("\r\n--" + BOUNDARY + "--\r\n");
    BodyPublisher file =
        BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(content::stream), content.bytes());
    HttpRequest request =
        form("/upload/", content.bytes())
            .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
            .POST(
                BodyPublishers.concat(
                    BodyPublishers.ofByteArray(head), file, BodyPublishers.ofByteArray(tail)))
            .build();
    HttpResponse<String> response = send(request, 302);
    String page = response.headers().firstValue("Location").orElse("");
    String stored = response.headers().firstValue("X-Media").orElse("");
    expect(page.matches("/files/\\d+/") && !stored.isEmpty(), "an upload went to " + page);
    return new Stored(content, page.replaceAll("\\D", ""), stored);
  }

  /** Of five downloads one goes through Django, two through Apache alone, two through nginx. */
  @Override
  public void download(Stored stored, int way) throws IOException, InterruptedException {
    String path =
        switch (Math.floorMod(way, 5)) {
          case 0 -> "/files/" + stored.page() + "/download/";
          case 1, 2 -> "/media/" + stored.name();
          default -> "/fast/" + stored.name();
        };
    compare(page(path, stored.content().bytes()).build(), stored.content());
  }

  @Override
  public void delete(Stored stored, boolean again) throws IOException, InterruptedException {
    HttpRequest request =
        form("/files/" + stored.page() + "/delete/", 0).POST(BodyPublishers.noBody()).build();
    int status = status(request);
    if (status != 302 && !(again && status == 404)) {
      throw new IOException("status " + status);
    }
  }
}

package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.site.Catalog.Stored;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

/** A visitor of {@link EmbeddedApplication}, which has no sessions. */
final class EmbeddedVisitor extends HttpVisitor {
  EmbeddedVisitor(HttpClient client, String site) {
    super(client, site);
  }

  @Override
  public void login() throws IOException, InterruptedException {
    send(request("/", 0).build(), 200);
  }

  @Override
  public void newest() throws IOException, InterruptedException {
    String text = send(request("/", 0).build(), 200).body();
    expect(text.contains("<li>") && text.endsWith("</html>"), "the page of the newest: " + text);
  }

  private static String title(FileContent content) {
    return "file-" + content.number() + ".bin";
  }

  @Override
  public void detail(Stored stored) throws IOException, InterruptedException {
    String text = send(request("/about/" + stored.name(), 0).build(), 200).body();
    expect(
        text.contains("<h1>" + title(stored.content()) + "</h1>")
            && text.contains(">" + stored.content().bytes() + "<"),
        "the page of " + stored.name() + ": " + text);
  }

  @Override
  public Stored upload(FileContent content) throws IOException, InterruptedException {
    HttpRequest request =
        request("/files/" + title(content), content.bytes())
            .POST(
                BodyPublishers.fromPublisher(
                    BodyPublishers.ofInputStream(content::stream), content.bytes()))
            .build();
    HttpResponse<String> response = send(request, 201);
    String location = response.headers().firstValue("Location").orElse("");
    expect(location.startsWith("/files/"), "an upload went to " + location);
    return new Stored(content, location, location.substring("/files/".length()));
  }

  @Override
  public void download(Stored stored, int way) throws IOException, InterruptedException {
    compare(request("/files/" + stored.name(), stored.content().bytes()).build(), stored.content());
  }

  @Override
  public void delete(Stored stored, boolean again) throws IOException, InterruptedException {
    int status = status(request("/files/" + stored.name(), 0).DELETE().build());
    if (status != 204 && !(again && status == 404)) {
      throw new IOException("status " + status);
    }
  }
}

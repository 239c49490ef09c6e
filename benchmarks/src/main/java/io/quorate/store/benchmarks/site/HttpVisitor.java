package io.quorate.store.benchmarks.site;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What visitors of any site do in HTTP. */
abstract class HttpVisitor implements Visit {
  /** Longer than any answer of a site that works, which a person would not wait for either. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** So much less than a network makes of content makes an answer late. */
  private static final long SLOW_BYTES_PER_SECOND = 2 << 20;

  private final HttpClient client;
  private final String site;

  HttpVisitor(HttpClient client, String site) {
    this.client = client;
    this.site = site;
  }

  final HttpRequest.Builder request(String path, long bytes) {
    return HttpRequest.newBuilder(URI.create(site + path))
        .timeout(PATIENCE.plusSeconds(bytes / SLOW_BYTES_PER_SECOND));
  }

  /** The time limit of a request ends with the head of its answer; this one is for all of it. */
  private <T> HttpResponse<T> exchange(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<T>> response = client.sendAsync(request, handler);
    try {
      return response.get(request.timeout().orElse(PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      response.cancel(true);
      throw new HttpTimeoutException("no complete answer");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    }
  }

  /** An answer of that status, as text. */
  final HttpResponse<String> send(HttpRequest request, int status)
      throws IOException, InterruptedException {
    HttpResponse<String> response = exchange(request, HttpResponse.BodyHandlers.ofString());
    expect(response, status);
    return response;
  }

  /** Its status, whatever it is. */
  final int status(HttpRequest request) throws IOException, InterruptedException {
    return exchange(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /**
   * Another status than expected is no answer, and may be over soon: where a mount is away, a web
   * server says 403 or 404.
   */
  static void expect(HttpResponse<?> response, int status) throws IOException {
    if (response.statusCode() != status) {
      throw new IOException("status " + response.statusCode());
    }
  }

  static void expect(boolean holds, String complaint) throws WrongAnswerException {
    if (!holds) {
      throw new WrongAnswerException(complaint);
    }
  }

  /** Downloads, and compares on the way. */
  final void compare(HttpRequest request, FileContent content)
      throws IOException, InterruptedException {
    HttpResponse<Long> response = exchange(request, comparing(content));
    expect(response, 200);
    long same = response.body();
    expect(
        same == content.bytes(),
        "only " + same + " bytes as uploaded of " + content.bytes() + " at " + response.uri());
  }

  /** Answers how many bytes are as they must be, up to the first that is not. */
  private static BodyHandler<Long> comparing(FileContent content) {
    return info -> info.statusCode() == 200 ? new Comparison(content) : new Comparison(null);
  }

  private static final class Comparison implements BodySubscriber<Long> {
    private final CompletableFuture<Long> result = new CompletableFuture<>();
    private final @Nullable FileContent content;
    private long position;
    private boolean differs;

    Comparison(@Nullable FileContent content) {
      this.content = content;
    }

    @Override
    public CompletionStage<Long> getBody() {
      return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      for (ByteBuffer buffer : buffers) {
        int length = buffer.remaining();
        differs |= content == null || !content.matches(position, buffer);
        position += differs ? 0 : length;
      }
    }

    @Override
    public void onError(Throwable thrown) {
      result.completeExceptionally(thrown);
    }

    /** One byte too many makes it wrong as well. */
    @Override
    public void onComplete() {
      result.complete(differs && content != null && position == content.bytes() ? -1 : position);
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}

package io.quorate.store.benchmarks.site;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The program of the visitors, on a host of their own. It reads orders, a line each:
 *
 * <pre>
 * login               every visitor gets a session
 * files N             N uploads, by four at once
 * fixed RATE          requests at fixed times, so many a second, until
 * stop                which waits for those that are under way
 * closed N MILLIS     N visitors for so long, each asking again when it has its answer
 * large               one large file, up and down; the next orders do not wait for it
 * list FILE           what must be there is written to a file
 * </pre>
 *
 * <p>It answers each, but for {@code fixed}, with {@code done}, and tells each request in a line:
 * {@code r} and {@link Request#line}.
 */
final class LoadProgram {
  static final String DONE = "done";
  static final String REQUEST = "r ";

  private static final int VISITORS = 40;
  private static final int AT_ONCE = 4;

  /** So many requests are under way at most; when there are more, the next ones are late. */
  private static final int MOST_UNDER_WAY = 600;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore free = new Semaphore(MOST_UNDER_WAY);
  private final AtomicBoolean going = new AtomicBoolean();
  private final Catalog catalog;
  private final Crowd crowd;

  private LoadProgram(String site, String kind, long seed) {
    HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .executor(threads)
            .build();
    List<Visit> visitors = new ArrayList<>();
    for (int i = 1; i <= VISITORS; i++) {
      visitors.add(
          kind.equals(Embedded.TITLE)
              ? new EmbeddedVisitor(client, site)
              : new DjangoVisitor(client, site, "visitor" + i));
    }
    catalog = new Catalog(seed);
    crowd = new Crowd(visitors, catalog, this::tell, seed);
  }

  /** The program: {@code URL KIND SEED}. */
  public static void main(String[] words) throws IOException, InterruptedException {
    LoadProgram program = new LoadProgram(words[0], words[1], Long.parseLong(words[2]));
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      program.obey(line.split(" "));
    }
    System.exit(0);
  }

  private void tell(Request request) {
    out.println(REQUEST + request.line());
  }

  private void obey(String[] order) throws IOException, InterruptedException {
    switch (order[0]) {
      case "login" -> crowd.login();
      case "files" -> files(Integer.parseInt(order[1]));
      case "fixed" -> {
        fixed(Double.parseDouble(order[1]));
        return;
      }
      case "stop" -> stop();
      case "closed" -> closed(Integer.parseInt(order[1]), Long.parseLong(order[2]));
      case "large" -> start(crowd::large);
      case "list" -> catalog.write(Path.of(order[1]));
      default -> throw new IllegalArgumentException("what is " + order[0]);
    }
    out.println(DONE);
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  /** Returns once it has begun. */
  private void start(Work work) throws InterruptedException {
    free.acquire();
    threads.execute(
        () -> {
          try {
            work.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            free.release();
          }
        });
  }

  private void awaitIdle() throws InterruptedException {
    free.acquire(MOST_UNDER_WAY);
    free.release(MOST_UNDER_WAY);
  }

  private void files(int count) throws InterruptedException {
    Semaphore atOnce = new Semaphore(AT_ONCE);
    for (int i = 0; i < count; i++) {
      atOnce.acquire();
      start(
          () -> {
            try {
              crowd.upload();
            } finally {
              atOnce.release();
            }
          });
    }
    awaitIdle();
  }

  private void fixed(double rate) {
    going.set(true);
    Thread.ofPlatform().daemon().start(() -> pace((long) (1e9 / rate)));
  }

  private void pace(long everyNanos) {
    try {
      long dueNanos = System.nanoTime();
      while (going.get()) {
        long wait = dueNanos - System.nanoTime();
        if (wait > 0) {
          TimeUnit.NANOSECONDS.sleep(wait);
        }
        long due = dueNanos;
        start(() -> crowd.request(due));
        dueNanos += everyNanos;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() throws InterruptedException {
    going.set(false);
    awaitIdle();
  }

  private void closed(int visitors, long millis) throws InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (int i = 0; i < visitors; i++) {
      start(
          () -> {
            while (System.nanoTime() - endNanos < 0) {
              crowd.request(System.nanoTime());
            }
          });
    }
    awaitIdle();
  }
}

package io.quorate.store.benchmarks.site;

import io.quorate.store.benchmarks.site.Catalog.Stored;
import io.quorate.store.benchmarks.site.Request.Kind;
import io.quorate.store.benchmarks.site.Request.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Many visitors, who do what visitors of an upload site do, each request once or twice. */
final class Crowd {
  static final long LARGE_BYTES = 200 << 20;

  private static final long MIN_BYTES = 10 << 10;
  private static final long MAX_BYTES = 5 << 20;

  /** After so long a person asks again. */
  private static final long RETRY_MILLIS = 2000;

  /** Of 100 requests; the rest looks at pages of one upload. */
  private static final int UPLOADS = 5;

  private static final int DELETES = 3;
  private static final int DOWNLOADS = 32;
  private static final int NEWEST = 30;

  private final List<Visit> visitors;
  private final Catalog catalog;
  private final Consumer<Request> log;
  private final SplittableRandom random;
  private final AtomicLong files;

  /**
   * A crowd.
   *
   * @param seed also makes the numbers of its files different from those of other crowds
   */
  Crowd(List<Visit> visitors, Catalog catalog, Consumer<Request> log, long seed) {
    this.visitors = visitors;
    this.catalog = catalog;
    this.log = log;
    this.random = new SplittableRandom(seed);
    this.files = new AtomicLong(seed << 32);
  }

  private synchronized int random(int bound) {
    return random.nextInt(bound);
  }

  /** As many of each order of magnitude. */
  private synchronized long size() {
    double range = Math.log((double) MAX_BYTES / MIN_BYTES);
    return (long) (MIN_BYTES * Math.exp(random.nextDouble() * range));
  }

  private Visit visitor() {
    return visitors.get(random(visitors.size()));
  }

  void login() throws InterruptedException {
    for (Visit visitor : visitors) {
      perform(Kind.LOGIN, System.nanoTime(), 0, _ -> visitor.login());
    }
  }

  /** One request of the mix, which was to begin then. */
  void request(long dueNanos) throws InterruptedException {
    int choice = random(100);
    if (choice < UPLOADS) {
      upload(Kind.UPLOAD, dueNanos, size());
    } else if (choice < UPLOADS + DELETES) {
      delete(dueNanos);
    } else if (choice < UPLOADS + DELETES + DOWNLOADS) {
      Visit visitor = visitor();
      int way = random(Integer.MAX_VALUE);
      use(Kind.DOWNLOAD, dueNanos, stored -> visitor.download(stored, way));
    } else if (choice < UPLOADS + DELETES + DOWNLOADS + NEWEST) {
      Visit visitor = visitor();
      perform(Kind.NEWEST, dueNanos, 0, _ -> visitor.newest());
    } else {
      Visit visitor = visitor();
      use(Kind.DETAIL, dueNanos, visitor::detail);
    }
  }

  private interface Look {
    void at(Stored stored) throws IOException, InterruptedException;
  }

  private void use(Kind kind, long dueNanos, Look look) throws InterruptedException {
    boolean used =
        catalog.use(
            stored ->
                perform(
                    kind,
                    dueNanos,
                    kind == Kind.DOWNLOAD ? stored.content().bytes() : 0,
                    _ -> look.at(stored)));
    if (!used) {
      upload(Kind.UPLOAD, dueNanos, size());
    }
  }

  /** One upload of the usual size, for a beginning. */
  void upload() throws InterruptedException {
    upload(Kind.UPLOAD, System.nanoTime(), size());
  }

  private void upload(Kind kind, long dueNanos, long bytes) throws InterruptedException {
    Visit visitor = visitor();
    FileContent content = new FileContent(files.incrementAndGet(), bytes);
    perform(kind, dueNanos, bytes, _ -> catalog.add(visitor.upload(content)));
  }

  /** A large file goes up and down; it is not among the popular ones. */
  void large() throws InterruptedException {
    Visit visitor = visitor();
    FileContent content = new FileContent(files.incrementAndGet(), LARGE_BYTES);
    Stored[] stored = new Stored[1];
    perform(
        Kind.LARGE_UPLOAD,
        System.nanoTime(),
        LARGE_BYTES,
        _ -> stored[0] = visitor.upload(content));
    if (stored[0] != null) {
      perform(
          Kind.LARGE_DOWNLOAD, System.nanoTime(), LARGE_BYTES, _ -> visitor.download(stored[0], 3));
      catalog.addLarge(stored[0]);
    }
  }

  private void delete(long dueNanos) throws InterruptedException {
    Stored stored = catalog.take();
    if (stored == null) {
      upload(Kind.UPLOAD, dueNanos, size());
      return;
    }
    Visit visitor = visitor();
    perform(Kind.DELETE, dueNanos, 0, again -> visitor.delete(stored, again));
  }

  private interface Attempt {
    void run(boolean again) throws IOException, InterruptedException;
  }

  private void perform(Kind kind, long dueNanos, long bytes, Attempt attempt)
      throws InterruptedException {
    String why = "";
    Outcome outcome;
    try {
      attempt.run(false);
      outcome = Outcome.ANSWERED;
    } catch (Visit.WrongAnswerException e) {
      why = words(e);
      outcome = Outcome.WRONG;
    } catch (IOException e) {
      why = words(e);
      Thread.sleep(RETRY_MILLIS);
      outcome = again(attempt);
    }
    log.accept(new Request(kind, outcome, dueNanos, System.nanoTime(), bytes, why));
  }

  private static Outcome again(Attempt attempt) throws InterruptedException {
    try {
      attempt.run(true);
      return Outcome.RETRIED;
    } catch (Visit.WrongAnswerException e) {
      return Outcome.WRONG;
    } catch (IOException e) {
      return Outcome.FAILED;
    }
  }

  private static String words(IOException thrown) {
    String text = thrown.toString();
    return text.substring(text.lastIndexOf('$') + 1).replaceAll("\\s+", " ");
  }
}

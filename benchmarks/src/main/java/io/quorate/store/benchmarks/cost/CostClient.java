package io.quorate.store.benchmarks.cost;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The program that uses a cluster on one host, through the API of the peer of that host. It is told
 * a command in a line, and says {@code done}, with what was asked for, or {@code failed WHY}. It
 * ends with its standard input.
 */
final class CostClient {
  static final String DONE = "done";

  private static final int BLOCK_BYTES = 1 << 20;
  private static final long STARTING_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long POLL_MILLIS = 100;
  private static final StoreOptions PATIENT =
      StoreOptions.defaults().withOwner("cost").withDeadline(Duration.ofSeconds(120));

  private final Store store;
  private final HttpClient http = HttpClient.newHttpClient();

  private CostClient(Store store) {
    this.store = store;
  }

  /** The program: {@code KEY ADDRESS}. */
  public static void main(String[] words) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BlockingQueue<String> orders = new LinkedBlockingQueue<>();
    Thread.ofPlatform().daemon().start(() -> listen(orders));
    try (Store store = connect(Path.of(words[0]), words[1])) {
      CostClient client = new CostClient(store);
      while (true) {
        out.println(client.answer(orders.take().split(" ")));
      }
    }
  }

  /** Whatever it is at then, and however long that would take: with its input it ends. */
  private static void listen(BlockingQueue<String> orders) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        orders.add(line);
      }
    } catch (IOException e) {
      // The other end is gone, which means the same.
    }
    Runtime.getRuntime().halt(0);
  }

  /** Once the peer serves, and all peers are there. */
  private static Store connect(Path key, String address) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + STARTING_NANOS;
    while (true) {
      try {
        Store store = Store.connect(key, List.of(address), PATIENT);
        while (!store.status().healthy() && System.nanoTime() - deadlineNanos < 0) {
          Thread.sleep(POLL_MILLIS);
        }
        return store;
      } catch (IOException e) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private String answer(String[] words) {
    try {
      switch (words[0]) {
        case "leader" -> {
          return DONE + " " + store.status().leader();
        }
        case "syncs" -> {
          return DONE + " " + syncs(words[1]);
        }
        case "files" ->
            files(
                words[1],
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Integer.parseInt(words[4]),
                Integer.parseInt(words[5]));
        case "stream" ->
            store.put(store.path(words[1]), new Noise((long) Integer.parseInt(words[2]) << 20));
        default -> throw new IllegalArgumentException(words[0]);
      }
      return DONE;
    } catch (Exception e) {
      // All of it is news for whoever asked.
      return "failed " + e;
    }
  }

  /** The files from {@code first} on, of some bytes each, in a directory, by several writers. */
  private void files(String directory, long first, long count, int bytes, int writers)
      throws Exception {
    Path parent = store.path(directory);
    Files.createDirectories(parent);
    List<FutureTask<Void>> shares = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      long from = first + writer;
      FutureTask<Void> share =
          new FutureTask<>(
              () -> {
                byte[] content = noise(bytes, from);
                for (long number = from; number < first + count; number += writers) {
                  if (bytes >= Long.BYTES) {
                    ByteBuffer.wrap(content).putLong(number);
                  }
                  store.put(parent.resolve("f" + number), new ByteArrayInputStream(content));
                }
                return null;
              });
      shares.add(share);
      Thread.ofVirtual().start(share);
    }
    for (FutureTask<Void> share : shares) {
      try {
        share.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof IOException cause ? cause : e;
      }
    }
  }

  private static byte[] noise(int bytes, long seed) {
    byte[] noise = new byte[bytes];
    new SplittableRandom(seed).nextBytes(noise);
    return noise;
  }

  private String syncs(String address) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/metrics")).build();
    String body = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return Long.toString(syncsOf(body));
  }

  /** Of the text that Prometheus reads. */
  static long syncsOf(String metrics) throws IOException {
    return metrics
        .lines()
        .filter(line -> line.matches("quorate_journal_syncs(_total)?[ {].*"))
        .findFirst()
        .map(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .orElseThrow(() -> new IOException("the peer does not tell how often it synced"));
  }

  /** Content that does not compress: a block of noise over and over, the place in front of each. */
  private static final class Noise extends InputStream {
    private final byte[] block = noise(BLOCK_BYTES, 1);
    private final long bytes;
    private long at;

    Noise(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (at == bytes) {
        return -1;
      }
      int within = (int) (at % BLOCK_BYTES);
      if (within == 0) {
        ByteBuffer.wrap(block).putLong(at);
      }
      int count = (int) Math.min(Math.min(length, BLOCK_BYTES - within), bytes - at);
      System.arraycopy(block, within, target, offset, count);
      at += count;
      return count;
    }
  }
}

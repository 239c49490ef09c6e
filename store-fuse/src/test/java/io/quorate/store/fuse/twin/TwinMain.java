package io.quorate.store.fuse.twin;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Runs the twin by hand: {@code --seed N}, {@code --minutes M}. Takes root. */
final class TwinMain {
  private TwinMain() {}

  public static void main(String[] words) throws Exception {
    long seed = System.nanoTime() % 1_000_000;
    double minutes = 2;
    for (int i = 0; i + 1 < words.length; i += 2) {
      switch (words[i]) {
        case "--seed" -> seed = Long.parseLong(words[i + 1]);
        case "--minutes" -> minutes = Double.parseDouble(words[i + 1]);
        default -> throw new IllegalArgumentException(words[i]);
      }
    }
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  // Told to end: the hosts are to go first.
                  main.interrupt();
                  try {
                    main.join(TimeUnit.SECONDS.toMillis(20));
                  } catch (InterruptedException e) {
                    // Then they stay.
                  }
                }));
    Twin.Report report =
        Twin.run(
            seed,
            Duration.ofMillis((long) (minutes * 60_000)),
            Path.of(System.getProperty("java.io.tmpdir")),
            System.out);
    System.out.println(report);
    // Not exit, which would wait for the hook, which waits for this thread.
    Runtime.getRuntime().halt(report.problems().isEmpty() ? 0 : 1);
  }
}

package io.quorate.store.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Other programs: Java ones of this class path, and those of the system. */
public final class Programs {
  private static final long DELETING_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long DELETING_AGAIN_MILLIS = 100;

  private Programs() {}

  /** The words that run a program of this class path, after {@code launcher}. */
  public static List<String> java(List<String> launcher, Class<?> program, List<String> arguments) {
    List<String> words = new ArrayList<>(launcher);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add("--sun-misc-unsafe-memory-access=allow");
    words.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC"));
    // Its file is named by a process id that is not unique where there are namespaces of them.
    words.add("-XX:-UsePerfData");
    words.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    words.addAll(arguments);
    return words;
  }

  /** Runs it to its end and answers what it said; fails if its exit status is not 0. */
  public static String run(List<String> words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", words) + ": status " + status + ": " + said.strip());
    }
    return said;
  }

  /**
   * Deletes a directory with everything in it, but nothing that is mounted in it. Again if that
   * fails: what is about to be gone may still write, and whoever ends a whole group of processes
   * ends the one that deletes, too.
   */
  public static void delete(Path directory) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + DELETING_NANOS;
    while (true) {
      try {
        run(List.of("rm", "-rf", "--one-file-system", directory.toString()));
        return;
      } catch (IOException e) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        Thread.sleep(DELETING_AGAIN_MILLIS);
      }
    }
  }

  /** Sends a signal to a process. */
  public static void signal(String name, long pid) throws IOException, InterruptedException {
    run(List.of("kill", "-" + name, Long.toString(pid)));
  }
}

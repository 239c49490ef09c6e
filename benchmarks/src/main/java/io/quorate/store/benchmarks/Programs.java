package io.quorate.store.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Other programs: Java ones of this class path, and those of the system. */
public final class Programs {
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

  /** Sends a signal to a process. */
  public static void signal(String name, long pid) throws IOException, InterruptedException {
    run(List.of("kill", "-" + name, Long.toString(pid)));
  }
}

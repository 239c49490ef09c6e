package io.quorate.store.fuse.command;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A peer in a process of its own, run by the program and the JDK that run now. It watches the pipe
 * that is its standard input and ends when that closes: so it does not outlive this process,
 * however this process ends, unless it was released.
 */
final class ChildPeer {
  private final int id;
  private final Path configuration;
  private final Path log;
  private @Nullable Process process;

  ChildPeer(int id, Path configuration, Path log) {
    this.id = id;
    this.configuration = configuration;
    this.log = log;
  }

  void start() throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add("--sun-misc-unsafe-memory-access=allow");
    // Four of them share this machine with whatever else runs on it.
    words.add("-Xmx384m");
    words.add("-XX:+UseSerialGC");
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add("io.quorate.store.fuse.Quorate");
    words.add("serve");
    words.add(ServeCommand.WHILE_STDIN_OPEN);
    words.add(configuration.toString());
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // Else the options of our own JVM, a debugger's port for one, would be the child's as well.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.directory(new File("/"));
    process = builder.start();
  }

  int id() {
    return id;
  }

  long pid() {
    return process == null ? -1 : process.pid();
  }

  boolean alive() {
    return process != null && process.isAlive();
  }

  /** SIGKILL; returns when the process is gone. */
  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /** Lets the process outlive this one. */
  void release() throws IOException {
    if (process != null) {
      try (OutputStream in = process.getOutputStream()) {
        in.write(ServeCommand.RELEASE);
      }
    }
  }

  /** Fails, with the end of its log, if the process is gone. */
  void check() {
    Process started = process;
    if (started != null && !started.isAlive()) {
      throw Failure.failed(
          "peer "
              + id
              + " ended with status "
              + started.exitValue()
              + "; its log ends:"
              + tail(15));
    }
  }

  /** The last lines of the log, each on a line of its own. */
  String tail(int lines) {
    try {
      List<String> all =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      StringBuilder tail = new StringBuilder();
      for (String line : all.subList(Math.max(0, all.size() - lines), all.size())) {
        tail.append(System.lineSeparator()).append("  | ").append(line);
      }
      return Optional.of(tail.toString()).filter(t -> !t.isEmpty()).orElse(" (empty)");
    } catch (IOException e) {
      return " (can not be read: " + e.getMessage() + ")";
    }
  }
}

package io.quorate.store.fuse.cluster;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer in a process of its own, run by the program and the JDK that run now. It watches the pipe
 * that is its standard input and ends when that closes: so it does not outlive this process,
 * however this process ends, unless it was released.
 */
public final class ProcessPeer {
  /** The option of {@code serve} that makes it watch its standard input. */
  public static final String WHILE_STDIN_OPEN = "--while-stdin-open";

  /** The byte on its standard input after which the process watches no longer. */
  public static final int RELEASE = 'r';

  private final int id;
  private final Path configuration;
  private final Path data;
  private final Path log;
  private final List<String> launcher;
  private final List<String> javaOptions;
  private @Nullable Process process;

  ProcessPeer(
      int id,
      Path configuration,
      Path data,
      Path log,
      List<String> launcher,
      List<String> javaOptions) {
    this.id = id;
    this.configuration = configuration;
    this.data = data;
    this.log = log;
    this.launcher = launcher;
    this.javaOptions = javaOptions;
  }

  /**
   * Starts the process, and does not wait until it serves.
   *
   * @param options more options of {@code serve}
   */
  public void start(String... options) throws IOException {
    if (alive()) {
      throw new IllegalStateException("peer " + id + " runs already, as process " + pid());
    }
    List<String> words = new ArrayList<>(launcher);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("--enable-native-access=ALL-UNNAMED");
    words.add("--sun-misc-unsafe-memory-access=allow");
    words.addAll(javaOptions);
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add("io.quorate.store.fuse.Quorate");
    words.add("serve");
    words.add(WHILE_STDIN_OPEN);
    words.addAll(List.of(options));
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

  public int id() {
    return id;
  }

  /** The directory with the peer's journal and metadata. */
  public Path data() {
    return data;
  }

  /** The peer's configuration file. */
  public Path configuration() {
    return configuration;
  }

  /** Of the newest process; −1 before the first. */
  public long pid() {
    return process == null ? -1 : process.pid();
  }

  public boolean alive() {
    return process != null && process.isAlive();
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /** SIGTERM; returns the exit status when the process has ended. */
  public int stop() throws IOException, InterruptedException {
    // Process.destroy would also close its standard input, at which it ends without ado.
    signal("TERM");
    return awaitEnd();
  }

  /** Returns the exit status when the process has ended by itself. */
  public int awaitEnd() throws InterruptedException {
    if (process == null) {
      throw new IllegalStateException("peer " + id + " was never started");
    }
    return process.waitFor();
  }

  /** SIGSTOP: the process stands still and its connections stay open. */
  public void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** SIGCONT: the process goes on and does not know for how long it stood. */
  public void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
            .redirectErrorStream(true)
            .start();
    String complaint = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (kill.waitFor() != 0) {
      throw new IOException("no " + name + " for peer " + id + ": " + complaint.strip());
    }
  }

  /** Lets the process outlive this one. */
  void release() throws IOException {
    if (process != null) {
      try (OutputStream in = process.getOutputStream()) {
        in.write(RELEASE);
      }
    }
  }

  /** Fails, with the end of its log, if the process has ended. */
  public void check() throws ClusterFailedException {
    Process started = process;
    if (started != null && !started.isAlive()) {
      throw new ClusterFailedException(
          "peer "
              + id
              + " ended with status "
              + started.exitValue()
              + "; its log ends:"
              + tail(15));
    }
  }

  /** The last lines of the log, each on a line of its own. */
  public String tail(int lines) {
    try {
      List<String> all =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      StringBuilder tail = new StringBuilder();
      for (String line : all.subList(Math.max(0, all.size() - lines), all.size())) {
        tail.append(System.lineSeparator()).append("  | ").append(line);
      }
      return tail.isEmpty() ? " (empty)" : tail.toString();
    } catch (IOException e) {
      return " (can not be read: " + e.getMessage() + ")";
    }
  }
}

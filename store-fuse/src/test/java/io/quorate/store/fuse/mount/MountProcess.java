package io.quorate.store.fuse.mount;

import io.quorate.store.fuse.Quorate;
import io.quorate.store.fuse.cluster.ProcessCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A mount that is served by a process of its own: a JVM must not use a mount that it serves. */
final class MountProcess implements AutoCloseable {
  private final Process process;
  private final Path directory;

  private MountProcess(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /** Skips the test, with the reason, where nothing can be mounted. */
  static void assumePossible() throws IOException {
    Assumptions.assumeTrue(
        (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
        "mounting needs root");
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse");
  }

  /** The command line of a quorate command. */
  static List<String> quorate(String... words) {
    List<String> all =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Quorate.class.getName()));
    all.addAll(List.of(words));
    return all;
  }

  /**
   * Mounts on {@code directory} as a client of one peer; returns when it can be used.
   *
   * @param more words of the command
   */
  static MountProcess start(ProcessCluster cluster, int peer, Path directory, String... more)
      throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (FileAlreadyExistsException e) {
      // What a process that was killed has left can not be looked at, but is there.
    }
    List<String> words =
        quorate(
            "mount",
            "--foreground",
            "--cluster",
            cluster.clientFile().toString(),
            "--peer",
            Integer.toString(peer),
            "--timeout",
            "60",
            directory.toString());
    words.addAll(List.of(more));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .directory(Path.of("/").toFile())
            .start();
    MountProcess mount = new MountProcess(process, directory);
    BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains("mounted on ")) {
        Thread.ofPlatform().daemon().start(() -> passOn(lines));
        return mount;
      }
      said.append(line).append('\n');
    }
    throw new IOException("nothing was mounted on " + directory + ": " + said);
  }

  private static void passOn(BufferedReader lines) {
    lines.lines().forEach(line -> System.out.println("mount: " + line));
  }

  Path directory() {
    return directory;
  }

  /** SIGKILL; what is mounted stays, with nobody to serve it. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM; answers the exit status. */
  int stop() throws InterruptedException {
    process.destroy();
    return process.waitFor();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      kill();
      new ProcessBuilder("umount", "-l", directory.toString()).start().waitFor();
      throw new IOException("the process that served " + directory + " did not end");
    }
  }
}

package io.quorate.store.benchmarks.parts;

import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A new directory in the working directory, or in that of the property {@code quorate.jmh.base}. It
 * goes again, also when this process is told to end.
 */
final class Workplace implements AutoCloseable {
  private final Path directory;
  private final Thread hook = Thread.ofPlatform().unstarted(this::interrupted);

  private Workplace(Path directory) {
    this.directory = directory;
  }

  static Workplace create() throws IOException {
    Path base = Path.of(System.getProperty("quorate.jmh.base", "")).toAbsolutePath();
    Workplace workplace = new Workplace(Files.createTempDirectory(base, "quorate-jmh-"));
    Runtime.getRuntime().addShutdownHook(workplace.hook);
    return workplace;
  }

  Path directory() {
    return directory;
  }

  private void interrupted() {
    try {
      delete();
    } catch (IOException | InterruptedException e) {
      System.err.println(directory + " is still there: " + e.getMessage());
    }
  }

  private void delete() throws IOException, InterruptedException {
    Programs.delete(directory);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    delete();
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}

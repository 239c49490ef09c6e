package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system that the stores keep their data on, with nothing between: one copy, no other
 * host. It shows what the machine could do, and what a replicated store cannot reach.
 */
final class LocalContender implements Contender {
  static final String NAME = "local";

  private final Path directory;

  LocalContender(Path directory) {
    this.directory = directory;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String title() {
    return "one local copy";
  }

  @Override
  public String version() throws IOException {
    return Files.getFileStore(directory.getParent()).type();
  }

  @Override
  public void start() throws IOException {
    Files.createDirectories(directory);
  }

  @Override
  public List<String> on(int host) {
    return List.of();
  }

  @Override
  public Path mount(int host) {
    return directory;
  }

  @Override
  public List<Long> processes() {
    return List.of();
  }

  @Override
  public String remark() {
    return "";
  }

  @Override
  public boolean warmsUp() {
    return false;
  }

  @Override
  public String lastWords() {
    return "";
  }

  @Override
  public void close() {
    // What it wrote goes with the directory of the run.
  }
}

package io.quorate.store.benchmarks.duel;

import io.quorate.store.benchmarks.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What programs do to whole directories. */
final class TreeOperations implements Operations {
  private final Task task;

  TreeOperations(Task task) throws IOException {
    this.task = task;
    if (task.kind() == Task.Kind.UNPACK) {
      Files.createDirectories(Path.of(task.path()));
    }
  }

  @Override
  public int threads() {
    return 1;
  }

  /** It is one, however many files it is about. */
  @Override
  public int count() {
    return 1;
  }

  @Override
  public Worker worker(int thread) {
    return _ -> {
      run();
      return task.count();
    };
  }

  private void run() throws IOException, InterruptedException {
    switch (task.kind()) {
      case LIST -> list();
      case UNPACK -> Programs.run(List.of("tar", "-xf", task.name(), "-C", task.path()));
      case DELETE -> Programs.run(List.of("rm", "-rf", task.path()));
      default -> throw new IllegalStateException(task.kind() + " is not for directories");
    }
  }

  private void list() throws IOException, InterruptedException {
    // The first line tells how many blocks they take together.
    long files = Programs.run(List.of("ls", "-l", task.path())).lines().count() - 1;
    if (files != task.count()) {
      throw new IOException(
          task.path() + " lists " + files + " files and should list " + task.count());
    }
  }
}

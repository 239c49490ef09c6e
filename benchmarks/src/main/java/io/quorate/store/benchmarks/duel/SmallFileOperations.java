package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/** Small files, many; each thread has its own. */
final class SmallFileOperations implements Operations {
  private final Task task;
  private final List<Path> directories = new ArrayList<>();

  SmallFileOperations(Task task) throws IOException {
    this.task = task;
    for (int thread = 0; thread < task.threads(); thread++) {
      Path directory = Path.of(task.path());
      if (task.kind() != Task.Kind.CREATE_EMPTY) {
        directory = directory.resolve("thread-" + thread);
      }
      if (task.kind() == Task.Kind.CREATE || task.kind() == Task.Kind.CREATE_EMPTY) {
        Files.createDirectories(directory);
      }
      directories.add(directory);
    }
  }

  @Override
  public int threads() {
    return task.threads();
  }

  @Override
  public int count() {
    return task.count();
  }

  @Override
  public Worker worker(int thread) {
    Path directory = directories.get(thread);
    Content content = new Content(Math.max(task.bytes(), 1));
    ByteBuffer read = ByteBuffer.allocateDirect(task.bytes() + 1);
    return number -> {
      run(directory.resolve(task.name() + number), number, content, read);
      return 1;
    };
  }

  private void run(Path file, int number, Content content, ByteBuffer read) throws IOException {
    switch (task.kind()) {
      case CREATE -> create(file, content.piece(number));
      case CREATE_EMPTY -> create(file, ByteBuffer.allocate(0));
      case READ -> read(file, number, content, read.clear());
      case STAT -> stat(file);
      case RENAME ->
          Files.move(
              file, file.resolveSibling(Task.RENAMED + number), StandardCopyOption.ATOMIC_MOVE);
      case UNLINK -> Files.delete(file);
      default -> throw new IllegalStateException(task.kind() + " is not for small files");
    }
  }

  private void create(Path file, ByteBuffer content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      if (task.sync()) {
        channel.force(true);
      }
    }
  }

  /** Reads on until there is no more, as programs do that were not told the size. */
  private static void read(Path file, int number, Content content, ByteBuffer read)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (read.hasRemaining() && channel.read(read) >= 0) {
        // The rest comes with the next call.
      }
    }
    if (!content.matches(number, read.flip())) {
      throw new IOException(file + " does not hold what was written");
    }
  }

  private void stat(Path file) throws IOException {
    long size = Files.readAttributes(file, BasicFileAttributes.class).size();
    if (size != task.bytes()) {
      throw new IOException(file + " has " + size + " bytes and should have " + task.bytes());
    }
  }
}

package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** One large file, from its beginning to its end, a block at a time. */
final class LargeFileOperations implements Operations {
  private final Task task;
  private final Path file;

  LargeFileOperations(Task task) throws IOException {
    this.task = task;
    file = Path.of(task.path());
    if (task.kind() == Task.Kind.WRITE_LARGE) {
      Files.createDirectories(file.getParent());
    }
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public int run(int thread) throws IOException {
    return task.kind() == Task.Kind.WRITE_LARGE ? write() : read();
  }

  private int write() throws IOException {
    Content content = new Content(task.bytes());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int number = 0; number < task.count(); number++) {
        ByteBuffer block = content.piece(number);
        while (block.hasRemaining()) {
          channel.write(block);
        }
      }
      if (task.sync()) {
        channel.force(true);
      }
    }
    return task.count();
  }

  private int read() throws IOException {
    Content content = new Content(task.bytes());
    ByteBuffer block = ByteBuffer.allocateDirect(task.bytes());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int number = 0; number < task.count(); number++) {
        block.clear();
        while (block.hasRemaining() && channel.read(block) >= 0) {
          // The rest comes with the next call.
        }
        if (!content.matches(number, block.flip())) {
          throw new IOException(file + " does not hold what was written, at block " + number);
        }
      }
      if (channel.read(block.clear()) >= 0) {
        throw new IOException(file + " is longer than what was written");
      }
    }
    return task.count();
  }
}

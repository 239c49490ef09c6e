package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

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
  public int count() {
    return task.count();
  }

  @Override
  public Worker worker(int thread) {
    return task.kind() == Task.Kind.WRITE_LARGE ? new Writer() : new Reader();
  }

  /** Opens the file with the first block, as that is part of the work. */
  private abstract class Opening implements Worker {
    final Content content = new Content(task.bytes());
    private @Nullable FileChannel channel;

    final FileChannel channel(OpenOption... options) throws IOException {
      if (channel == null) {
        channel = FileChannel.open(file, options);
      }
      return channel;
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
    }
  }

  private final class Writer extends Opening {
    @Override
    public int run(int number) throws IOException {
      FileChannel channel = channel(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      ByteBuffer block = content.piece(number);
      while (block.hasRemaining()) {
        channel.write(block);
      }
      if (task.sync() && number == task.count() - 1) {
        channel.force(true);
      }
      return 1;
    }
  }

  private final class Reader extends Opening {
    private final ByteBuffer block = ByteBuffer.allocateDirect(task.bytes());

    @Override
    public int run(int number) throws IOException {
      FileChannel channel = channel(StandardOpenOption.READ);
      block.clear();
      while (block.hasRemaining() && channel.read(block) >= 0) {
        // The rest comes with the next call.
      }
      if (!content.matches(number, block.flip())) {
        throw new IOException(file + " does not hold what was written, at block " + number);
      }
      if (number == task.count() - 1 && channel.read(block.clear()) >= 0) {
        throw new IOException(file + " is longer than what was written");
      }
      return 1;
    }
  }
}

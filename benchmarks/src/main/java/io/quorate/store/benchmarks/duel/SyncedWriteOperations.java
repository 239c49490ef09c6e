package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Small writes with an fsync after each, to a file for each thread that stays open. */
final class SyncedWriteOperations implements Operations {
  /** Of the file that is written to at random places. */
  static final int FILE_BYTES = 8 << 20;

  private final Task task;
  private final List<FileChannel> channels = new ArrayList<>();

  SyncedWriteOperations(Task task) throws IOException {
    this.task = task;
    Path directory = Files.createDirectories(Path.of(task.path()));
    for (int thread = 0; thread < task.threads(); thread++) {
      Path file = directory.resolve("thread-" + thread);
      if (task.kind() == Task.Kind.APPEND) {
        channels.add(
            FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND)));
      } else {
        fill(file);
        channels.add(FileChannel.open(file, StandardOpenOption.WRITE));
      }
    }
  }

  private static void fill(Path file) throws IOException {
    Content content = new Content(1 << 20);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int number = 0; number < FILE_BYTES >> 20; number++) {
        ByteBuffer block = content.piece(number);
        while (block.hasRemaining()) {
          channel.write(block);
        }
      }
      channel.force(true);
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
    FileChannel channel = channels.get(thread);
    Content content = new Content(task.bytes());
    SplittableRandom random = new SplittableRandom(thread);
    int places = FILE_BYTES / task.bytes();
    return number -> {
      ByteBuffer piece = content.piece(number);
      long at = (long) random.nextInt(places) * task.bytes();
      while (piece.hasRemaining()) {
        if (task.kind() == Task.Kind.APPEND) {
          channel.write(piece);
        } else {
          channel.write(piece, at + piece.position());
        }
      }
      channel.force(true);
      return 1;
    };
  }

  @Override
  public void close() throws IOException {
    for (FileChannel channel : channels) {
      channel.close();
    }
  }
}

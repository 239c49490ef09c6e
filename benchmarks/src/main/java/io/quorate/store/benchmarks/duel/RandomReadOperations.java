package io.quorate.store.benchmarks.duel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/** Small reads at random places of the large file, which all threads have open. */
final class RandomReadOperations implements Operations {
  private final Task task;
  private final Path file;
  private final FileChannel channel;
  private final int places;

  RandomReadOperations(Task task) throws IOException {
    this.task = task;
    file = Path.of(task.path());
    channel = FileChannel.open(file, StandardOpenOption.READ);
    places = Math.toIntExact(channel.size() / task.bytes());
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
    SplittableRandom random = new SplittableRandom(thread);
    Content content = new Content(Scale.BLOCK_BYTES);
    ByteBuffer read = ByteBuffer.allocateDirect(task.bytes());
    return _ -> {
      long at = (long) random.nextInt(places) * task.bytes();
      read.clear();
      while (read.hasRemaining() && channel.read(read, at + read.position()) >= 0) {
        // The rest comes with the next call.
      }
      long block = at / Scale.BLOCK_BYTES;
      int within = (int) (at % Scale.BLOCK_BYTES);
      if (read.hasRemaining() || !content.matchesWithin(block, within, read.flip())) {
        throw new IOException(file + " does not hold what was written, at " + at);
      }
      return 1;
    };
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

package io.quorate.store.world;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A file of the operating system, safe from interrupts.
 *
 * <p>A {@link FileChannel} closes itself when a thread that uses it is interrupted, and readers are
 * threads of the application, interrupted at will. So reads have a channel of their own, which is
 * opened anew when that happens; the read goes on and the thread stays interrupted. The channel
 * that writes and syncs is never replaced: an error of an earlier write is reported to it alone.
 */
final class RealFile implements DiskFile {
  private final Path path;
  private final FileChannel writer;
  private final ReentrantLock replacing = new ReentrantLock();
  private volatile FileChannel reader;
  private volatile boolean closed;

  RealFile(Path path) throws IOException {
    this.path = path;
    writer = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      reader = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /** Something done with the writing channel. */
  private interface WriterAction {
    void run() throws IOException;
  }

  /** Hides an interrupt that is already pending from the channel, which would close over it. */
  private static void shielded(WriterAction action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      action.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public long sizeBytes() throws IOException {
    return writer.size();
  }

  @Override
  public void write(long offset, ByteBuffer... buffers) throws IOException {
    long bytes = 0;
    for (ByteBuffer buffer : buffers) {
      bytes += buffer.remaining();
    }
    long total = bytes;
    shielded(
        () -> {
          writer.position(offset);
          int first = 0;
          for (long left = total; left > 0; ) {
            while (!buffers[first].hasRemaining()) {
              first++;
            }
            left -= writer.write(buffers, first, buffers.length - first);
          }
        });
  }

  @Override
  public int read(long offset, ByteBuffer target) throws IOException {
    int start = target.position();
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        FileChannel channel = reader;
        try {
          return readFully(channel, offset, target);
        } catch (ClosedChannelException e) {
          if (closed) {
            throw e;
          }
          interrupted |= Thread.interrupted();
          target.position(start);
          replace(channel);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static int readFully(FileChannel channel, long offset, ByteBuffer target)
      throws IOException {
    int total = 0;
    while (target.hasRemaining()) {
      int count = channel.read(target, offset + total);
      if (count < 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  private void replace(FileChannel broken) throws IOException {
    replacing.lock();
    try {
      if (reader == broken && !closed) {
        reader = FileChannel.open(path, StandardOpenOption.READ);
      }
    } finally {
      replacing.unlock();
    }
  }

  @Override
  public void sync() throws IOException {
    shielded(() -> writer.force(false));
  }

  @Override
  public void truncate(long sizeBytes) throws IOException {
    shielded(() -> writer.truncate(sizeBytes));
  }

  @Override
  public void close() throws IOException {
    replacing.lock();
    try {
      closed = true;
      try {
        reader.close();
      } finally {
        writer.close();
      }
    } finally {
      replacing.unlock();
    }
  }
}

package io.quorate.store.nio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A small file that came as a whole, for a reader who keeps the channel to itself. */
final class WholeFileChannel implements SeekableByteChannel {
  private final ByteBuffer content;
  private long position;
  private volatile boolean closed;

  /**
   * @param content the file, from the buffer's position to its limit
   */
  WholeFileChannel(ByteBuffer content) {
    this.content = content.slice();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    checkOpen();
    if (!target.hasRemaining()) {
      return 0;
    }
    if (position >= content.limit()) {
      return -1;
    }
    int count = (int) Math.min(target.remaining(), content.limit() - position);
    target.put(content.slice((int) position, count));
    position += count;
    return count;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    checkOpen();
    throw new NonWritableChannelException();
  }

  @Override
  public long position() throws IOException {
    checkOpen();
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    checkOpen();
    if (newPosition < 0) {
      throw new IllegalArgumentException("position is " + newPosition + "; it can not be negative");
    }
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return content.limit();
  }

  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    checkOpen();
    throw new NonWritableChannelException();
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closed = true;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }
}

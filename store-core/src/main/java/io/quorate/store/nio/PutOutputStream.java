package io.quorate.store.nio;

import io.quorate.store.file.Upload;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Replaces a whole file when it is closed: until then nobody sees anything of it. Full chunks leave
 * while the writer goes on. After a failed write, closing gives the upload up. Thread-safe, as the
 * JDK's own streams over files are.
 */
final class PutOutputStream extends OutputStream {
  private static final int FIRST_BYTES = 64 << 10;

  private final QuoratePath path;
  private final Upload upload;
  private final int chunkBytes;
  private byte[] buffer;
  private int count;
  private boolean failed;
  private boolean closed;
  private volatile boolean abandoned;

  /** Guards everything above that is not volatile. */
  private final ReentrantLock lock = new ReentrantLock();

  PutOutputStream(QuoratePath path, Upload upload, int chunkBytes) {
    this.path = path;
    this.upload = upload;
    this.chunkBytes = chunkBytes;
    this.buffer = new byte[Math.min(FIRST_BYTES, chunkBytes)];
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, source.length);
    lock.lock();
    try {
      if (closed || abandoned) {
        throw new ClosedChannelException();
      }
      take(source, offset, length);
    } finally {
      lock.unlock();
    }
  }

  private void take(byte[] source, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (count == buffer.length) {
        makeRoom();
      }
      int part = Math.min(left, buffer.length - count);
      System.arraycopy(source, from, buffer, count, part);
      count += part;
      from += part;
      left -= part;
    }
  }

  private void makeRoom() throws IOException {
    if (buffer.length < chunkBytes) {
      int larger = upload.takeBuffer(chunkBytes);
      if (larger > buffer.length) {
        buffer = Arrays.copyOf(buffer, larger);
        return;
      }
    }
    try {
      upload.add(ByteBuffer.wrap(buffer));
    } catch (IOException e) {
      failed = true;
      throw JdkErrors.translate(e, path);
    }
    upload.giveBuffer(buffer.length);
    buffer = new byte[upload.takeBuffer(chunkBytes)];
    count = 0;
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (!closed) {
        closed = true;
        end();
      }
    } finally {
      lock.unlock();
    }
  }

  private void end() throws IOException {
    path.getFileSystem().forget(this);
    if (abandoned) {
      throw new FileSystemException(
          path.toString(), null, "the store was closed before this stream: nothing is written");
    }
    if (failed) {
      upload.abandon();
      return;
    }
    try {
      upload.finish(ByteBuffer.wrap(buffer, 0, count)).join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException io
          ? JdkErrors.translate(io, path)
          : new IOException(cause);
    } finally {
      buffer = new byte[0];
    }
  }

  /** Gives the upload up, because the store closes; does not wait for a writer. */
  void abandon() {
    abandoned = true;
    upload.abandon();
  }
}

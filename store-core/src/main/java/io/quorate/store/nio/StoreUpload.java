package io.quorate.store.nio;

import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.file.ChunkBuffer;
import io.quorate.store.file.Upload;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Command;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;

/** An upload that waits for its commit. */
final class StoreUpload implements FileUpload {
  private final QuoratePath path;
  private final Upload upload;
  private final ChunkBuffer buffer;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean over;
  private long sizeBytes;

  StoreUpload(QuoratePath path, Upload upload, int chunkBytes) {
    this.path = path;
    this.upload = upload;
    this.buffer = new ChunkBuffer(chunkBytes);
  }

  @Override
  public int write(ByteBuffer piece) throws IOException {
    lock.lock();
    try {
      checkOpen();
      int count = piece.remaining();
      while (piece.hasRemaining()) {
        ByteBuffer chunk = buffer.add(piece);
        if (chunk != null) {
          send(chunk);
        }
      }
      sizeBytes += count;
      return count;
    } finally {
      lock.unlock();
    }
  }

  private void send(ByteBuffer chunk) throws IOException {
    try {
      upload.add(chunk);
    } catch (IOException e) {
      close();
      throw JdkErrors.translate(e, path);
    }
  }

  private void checkOpen() throws ClosedChannelException {
    if (over) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public long sizeBytes() {
    lock.lock();
    try {
      return sizeBytes;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public OutputStream outputStream() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        StoreUpload.this.write(ByteBuffer.wrap(new byte[] {(byte) value}));
      }

      @Override
      public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        StoreUpload.this.write(ByteBuffer.wrap(source, offset, length));
      }
    };
  }

  @Override
  public FileVersion commit(PutCondition condition) throws IOException {
    try {
      return commitAsync(condition).join();
    } catch (CompletionException e) {
      throw Transfers.thrown(e, path);
    }
  }

  @Override
  public CompletableFuture<FileVersion> commitAsync(PutCondition condition) {
    CompletableFuture<Attributes> published;
    lock.lock();
    try {
      checkOpen();
      over = true;
      path.getFileSystem().forget(this);
      published =
          upload.finish(
              buffer.rest(), new Command.PutCondition(condition.absent(), condition.version()));
    } catch (ClosedChannelException e) {
      return CompletableFuture.failedFuture(e);
    } finally {
      lock.unlock();
    }
    return Transfers.translated(published.thenApply(Transfers::version), path);
  }

  @Override
  public boolean isOpen() {
    return !over;
  }

  /** Not under the lock: it may come while a write waits for room, which then fails. */
  @Override
  public void close() {
    over = true;
    path.getFileSystem().forget(this);
    upload.abandon();
  }
}

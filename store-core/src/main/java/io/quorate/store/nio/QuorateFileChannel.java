package io.quorate.store.nio;

import io.quorate.store.file.FileHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A channel over a file handle. One read is of one version of the file and so returns at most 1
 * MiB; writes are visible elsewhere after {@link #force}, {@link #close}, a lock's release, or at
 * once with SYNC, DSYNC or APPEND.
 *
 * <p>Interrupting a thread that reads or writes closes the channel, as the JDK defines it; what the
 * thread has sent to the cluster is still waited for, because it can not be called back.
 */
final class QuorateFileChannel extends FileChannel {
  private final QuoratePath path;
  private final FileHandle handle;
  private final FileOptions options;
  private final ChannelLocks locks;
  private final ChannelTransfers transfers;
  private final Interruptions interruptions = new Interruptions();

  /** Guards the position, and orders what moves it. */
  private final ReentrantLock positionLock = new ReentrantLock();

  private long position;
  private volatile boolean uninterruptible;

  QuorateFileChannel(QuoratePath path, FileHandle handle, FileOptions options) {
    this.path = path;
    this.handle = handle;
    this.options = options;
    this.locks = new ChannelLocks(path, handle, options);
    this.transfers = new ChannelTransfers(handle);
  }

  /**
   * Makes interrupts pass it by, as the JDK does with channels that are only the inside of a stream
   * or of an asynchronous channel.
   */
  QuorateFileChannel uninterruptible() {
    uninterruptible = true;
    return this;
  }

  FileOptions options() {
    return options;
  }

  ChannelLocks locks() {
    return locks;
  }

  // ---- what all operations share

  private interface Operation<T> {
    T run() throws IOException;
  }

  /**
   * Runs what may block.
   *
   * @throws ClosedByInterruptException if the thread was interrupted; the channel is closed then
   * @throws AsynchronousCloseException if the channel was closed meanwhile, and cut this short
   */
  private <T> T blocking(Operation<T> operation) throws IOException {
    if (uninterruptible) {
      return quietly(operation);
    }
    boolean completed = false;
    interruptions.enter();
    try {
      begin();
      T result = operation.run();
      completed = true;
      return result;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      try {
        end(completed);
      } finally {
        if (interruptions.leave()) {
          closeHandle();
        }
      }
    }
  }

  private <T> T quietly(Operation<T> operation) throws IOException {
    try {
      return operation.run();
    } catch (ClosedChannelException e) {
      AsynchronousCloseException closed = new AsynchronousCloseException();
      closed.initCause(e);
      throw closed;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  /** As {@link #blocking}, for what uses or moves the position. */
  private <T> T positioned(Operation<T> operation) throws IOException {
    positionLock.lock();
    try {
      return blocking(operation);
    } finally {
      positionLock.unlock();
    }
  }

  // ---- reading

  @Override
  public int read(ByteBuffer target) throws IOException {
    checkReadable();
    checkTakes(target);
    return positioned(
        () -> {
          int count = readAt(target, position);
          position += Math.max(0, count);
          return count;
        });
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    checkReadable();
    for (int i = offset; i < offset + length; i++) {
      checkTakes(targets[i]);
    }
    return positioned(
        () -> {
          int room = (int) Math.min(FileHandle.MAX_READ_BYTES, remaining(targets, offset, length));
          if (room == 0) {
            return 0L;
          }
          ByteBuffer content = handle.read(position, room).duplicate();
          int count = content.remaining();
          position += count;
          for (int i = offset; content.hasRemaining(); i++) {
            int part = Math.min(content.remaining(), targets[i].remaining());
            targets[i].put(content.slice(content.position(), part));
            content.position(content.position() + part);
          }
          return count == 0 ? -1L : count;
        });
  }

  @Override
  public int read(ByteBuffer target, long at) throws IOException {
    Objects.requireNonNull(target);
    checkNotNegative("position", at);
    checkReadable();
    checkTakes(target);
    return blocking(() -> readAt(target, at));
  }

  private int readAt(ByteBuffer target, long at) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    ByteBuffer content = handle.read(at, target.remaining());
    int count = content.remaining();
    target.put(content.duplicate());
    return count == 0 ? -1 : count;
  }

  private static void checkTakes(ByteBuffer target) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("the buffer is read-only; nothing can be read into it");
    }
  }

  private static long remaining(ByteBuffer[] buffers, int offset, int length) {
    long bytes = 0;
    for (int i = offset; i < offset + length; i++) {
      bytes += buffers[i].remaining();
    }
    return bytes;
  }

  // ---- writing

  @Override
  public int write(ByteBuffer source) throws IOException {
    Objects.requireNonNull(source);
    checkWritable();
    return positioned(() -> writeHere(source));
  }

  private int writeHere(ByteBuffer source) throws IOException {
    int count = source.remaining();
    if (options.append()) {
      position = handle.append(source) + count;
    } else {
      writeAt(source, position);
      position += count;
    }
    return count;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    checkWritable();
    return positioned(
        () -> {
          if (options.append()) {
            int count = writeHere(gathered(sources, offset, length));
            for (int i = offset; i < offset + length; i++) {
              sources[i].position(sources[i].limit());
            }
            return (long) count;
          }
          long total = 0;
          for (int i = offset; i < offset + length; i++) {
            int count = sources[i].remaining();
            handle.write(position, sources[i]);
            position += count;
            total += count;
          }
          publishIfSync(total);
          return total;
        });
  }

  /** An append is one, whatever pieces it comes in: nothing of others may get between them. */
  private static ByteBuffer gathered(ByteBuffer[] sources, int offset, int length) {
    long bytes = remaining(sources, offset, length);
    if (bytes > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("an append of " + bytes + " bytes; 2 GiB are the most");
    }
    ByteBuffer all = ByteBuffer.allocate((int) bytes);
    for (int i = offset; i < offset + length; i++) {
      all.put(sources[i].duplicate());
    }
    return all.flip();
  }

  @Override
  public int write(ByteBuffer source, long at) throws IOException {
    Objects.requireNonNull(source);
    checkNotNegative("position", at);
    checkWritable();
    return blocking(() -> writePositioned(source, at));
  }

  private int writePositioned(ByteBuffer source, long at) throws IOException {
    int count = source.remaining();
    if (options.append()) {
      // As the JDK's own channel on Linux: an append goes to the end whatever the position.
      handle.append(source);
    } else {
      writeAt(source, at);
    }
    return count;
  }

  private void writeAt(ByteBuffer source, long at) throws IOException {
    if (!source.hasRemaining()) {
      return;
    }
    int count = source.remaining();
    handle.write(at, source);
    publishIfSync(count);
  }

  private void publishIfSync(long bytesWritten) throws IOException {
    if (options.sync() && bytesWritten > 0) {
      handle.publish();
    }
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    checkOpen();
    checkNotNegative("size", size);
    checkWritable();
    return positioned(
        () -> {
          if (size < handle.attributes().sizeBytes()) {
            handle.truncate(size);
            if (options.sync()) {
              handle.publish();
            }
          }
          position = Math.min(position, size);
          return this;
        });
  }

  /** Publishes: on stable storage on a quorum, visible everywhere. */
  @Override
  public void force(boolean metaData) throws IOException {
    checkOpen();
    blocking(
        () -> {
          handle.publish();
          return this;
        });
  }

  // ---- position and size

  @Override
  public long position() throws IOException {
    checkOpen();
    if (options.append()) {
      return positioned(() -> position = handle.attributes().sizeBytes());
    }
    positionLock.lock();
    try {
      return position;
    } finally {
      positionLock.unlock();
    }
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    checkOpen();
    checkNotNegative("position", newPosition);
    positionLock.lock();
    try {
      position = newPosition;
      return this;
    } finally {
      positionLock.unlock();
    }
  }

  @Override
  public long size() throws IOException {
    checkOpen();
    return blocking(() -> handle.attributes().sizeBytes());
  }

  // ---- transfers

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
    checkOpen();
    checkOtherOpen(target.isOpen());
    checkReadable();
    if (target instanceof QuorateFileChannel ours) {
      ours.checkWritable();
    }
    checkNotNegative("position", at);
    checkNotNegative("count", count);
    return blocking(() -> transfers.to(at, count, target));
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
    checkOpen();
    checkOtherOpen(source.isOpen());
    checkWritable();
    if (source instanceof QuorateFileChannel ours) {
      ours.checkReadable();
    }
    checkNotNegative("position", at);
    checkNotNegative("count", count);
    return blocking(() -> transfers.from(source, at, count, this::writePositioned));
  }

  private static void checkOtherOpen(boolean open) throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) throws IOException {
    checkOpen();
    throw new UnsupportedOperationException(
        "a file of the store can not be mapped through this channel, as what others write would"
            + " not show in the mapping: read and write it, or map it on a mount");
  }

  // ---- locks

  @Override
  public FileLock lock(long at, long size, boolean shared) throws IOException {
    QuorateFileLock lock = newLock(at, size, shared);
    locks.announce(lock);
    boolean taken = false;
    try {
      blocking(() -> locks.await(lock));
      taken = true;
      return lock;
    } catch (ClosedByInterruptException e) {
      FileLockInterruptionException interrupted = new FileLockInterruptionException();
      interrupted.initCause(e);
      throw interrupted;
    } finally {
      if (!taken) {
        locks.giveUp(lock);
      }
    }
  }

  @Override
  public @Nullable FileLock tryLock(long at, long size, boolean shared) throws IOException {
    QuorateFileLock lock = newLock(at, size, shared);
    locks.announce(lock);
    return locks.take(lock);
  }

  private QuorateFileLock newLock(long at, long size, boolean shared) throws IOException {
    checkNotNegative("position", at);
    checkNotNegative("size", size);
    checkOpen();
    locks.checkMode(shared);
    return new QuorateFileLock(this, locks, at, size == 0 ? Long.MAX_VALUE - at : size, shared);
  }

  // ---- the end

  @Override
  protected void implCloseChannel() throws IOException {
    path.getFileSystem().forget(this);
    if (!interruptions.deferClose()) {
      closeHandle();
    }
  }

  private void closeHandle() throws IOException {
    // Closing the handle publishes, which comes before others may have the locks.
    try {
      handle.close();
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      locks.releaseAll();
    }
  }

  private void checkOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void checkReadable() throws ClosedChannelException {
    checkOpen();
    if (!options.read()) {
      throw new NonReadableChannelException();
    }
  }

  private void checkWritable() throws ClosedChannelException {
    checkOpen();
    if (!options.write()) {
      throw new NonWritableChannelException();
    }
  }

  private static void checkNotNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " is " + value + "; it can not be negative");
    }
  }
}

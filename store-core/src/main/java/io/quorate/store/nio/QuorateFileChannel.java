package io.quorate.store.nio;

import io.quorate.store.file.FileHandle;
import io.quorate.store.metadata.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A channel over a file handle. One read is of one version of the file and so returns at most 1
 * MiB; writes are visible elsewhere after {@link #force}, {@link #close}, a lock's release, or at
 * once with SYNC, DSYNC or APPEND.
 */
final class QuorateFileChannel extends FileChannel {
  private static final int TRANSFER_BYTES = 1 << 20;

  private final QuoratePath path;
  private final FileHandle handle;
  private final FileOptions options;

  /** Guards the position, and orders what moves it. */
  private final ReentrantLock positionLock = new ReentrantLock();

  private long position;

  QuorateFileChannel(QuoratePath path, FileHandle handle, FileOptions options) {
    this.path = path;
    this.handle = handle;
    this.options = options;
  }

  // ---- reading

  @Override
  public int read(ByteBuffer target) throws IOException {
    checkReadable();
    positionLock.lock();
    try {
      int count = readAt(target, position);
      position += Math.max(0, count);
      return count;
    } finally {
      positionLock.unlock();
    }
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      if (targets[i].hasRemaining()) {
        int count = read(targets[i]);
        if (count < 0) {
          return total == 0 ? -1 : total;
        }
        total += count;
        if (targets[i].hasRemaining()) {
          break;
        }
      }
    }
    return total;
  }

  @Override
  public int read(ByteBuffer target, long at) throws IOException {
    checkNotNegative("position", at);
    checkReadable();
    return readAt(target, at);
  }

  private int readAt(ByteBuffer target, long at) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    ByteBuffer content;
    try {
      content = handle.read(at, target.remaining());
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
    int count = content.remaining();
    target.put(content.duplicate());
    return count == 0 ? -1 : count;
  }

  // ---- writing

  @Override
  public int write(ByteBuffer source) throws IOException {
    checkWritable();
    positionLock.lock();
    try {
      int count = source.remaining();
      if (options.append()) {
        position = append(source) + count;
      } else {
        writeAt(source, position);
        position += count;
      }
      return count;
    } finally {
      positionLock.unlock();
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      total += write(sources[i]);
    }
    return total;
  }

  @Override
  public int write(ByteBuffer source, long at) throws IOException {
    checkNotNegative("position", at);
    checkWritable();
    int count = source.remaining();
    if (options.append()) {
      // As the JDK's own channel on Linux: an append goes to the end whatever the position.
      append(source);
    } else {
      writeAt(source, at);
    }
    return count;
  }

  private long append(ByteBuffer source) throws IOException {
    try {
      return handle.append(source);
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  private void writeAt(ByteBuffer source, long at) throws IOException {
    if (!source.hasRemaining()) {
      return;
    }
    try {
      handle.write(at, source);
      if (options.sync()) {
        handle.publish();
      }
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    checkNotNegative("size", size);
    checkWritable();
    positionLock.lock();
    try {
      if (size < size()) {
        handle.truncate(size);
        if (options.sync()) {
          handle.publish();
        }
      }
      position = Math.min(position, size);
      return this;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      positionLock.unlock();
    }
  }

  /** Publishes: on stable storage on a quorum, visible everywhere. */
  @Override
  public void force(boolean metaData) throws IOException {
    checkOpen();
    try {
      handle.publish();
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  // ---- position and size

  @Override
  public long position() throws IOException {
    checkOpen();
    positionLock.lock();
    try {
      if (options.append()) {
        position = size();
      }
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
    try {
      return handle.attributes().sizeBytes();
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  // ---- transfers

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
    checkNotNegative("position", at);
    checkNotNegative("count", count);
    checkReadable();
    if (!target.isOpen()) {
      throw new ClosedChannelException();
    }
    if (target instanceof QuorateFileChannel ours) {
      ours.checkWritable();
    }
    long done = 0;
    while (done < count) {
      ByteBuffer content =
          handle.read(at + done, (int) Math.min(TRANSFER_BYTES, count - done)).duplicate();
      if (!content.hasRemaining()) {
        break;
      }
      int offered = content.remaining();
      int taken = target.write(content);
      done += taken;
      if (taken < offered) {
        break;
      }
    }
    return done;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
    checkNotNegative("position", at);
    checkNotNegative("count", count);
    checkWritable();
    if (!source.isOpen()) {
      throw new ClosedChannelException();
    }
    if (at > size()) {
      return 0;
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(TRANSFER_BYTES, count));
    long done = 0;
    while (done < count) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
      if (source.read(buffer) <= 0) {
        break;
      }
      buffer.flip();
      int got = buffer.remaining();
      write(buffer, at + done);
      done += got;
    }
    return done;
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) {
    throw new UnsupportedOperationException(
        "a file of the store can not be mapped through this channel: read and write it, or map it"
            + " on a mount");
  }

  // ---- locks

  @Override
  public FileLock lock(long at, long size, boolean shared) throws IOException {
    checkLockable(shared);
    QuorateFileLock lock = new QuorateFileLock(this, at, size, shared);
    LockTable table = path.getFileSystem().locks();
    table.add(handle.inode(), lock);
    boolean taken = false;
    try {
      handle.lock(
          lock.owner(), Command.LockFamily.FCNTL, type(shared), lock.startByte(), lock.endByte());
      taken = true;
      return lock;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      FileLockInterruptionException interrupted = new FileLockInterruptionException();
      interrupted.initCause(e);
      throw interrupted;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      if (!taken) {
        table.remove(handle.inode(), lock);
      }
    }
  }

  @Override
  public @Nullable FileLock tryLock(long at, long size, boolean shared) throws IOException {
    checkLockable(shared);
    QuorateFileLock lock = new QuorateFileLock(this, at, size, shared);
    LockTable table = path.getFileSystem().locks();
    table.add(handle.inode(), lock);
    boolean taken = false;
    try {
      taken =
          handle.tryLock(
                  lock.owner(),
                  Command.LockFamily.FCNTL,
                  type(shared),
                  lock.startByte(),
                  lock.endByte())
              == null;
      return taken ? lock : null;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      if (!taken) {
        table.remove(handle.inode(), lock);
      }
    }
  }

  private static Command.LockType type(boolean shared) {
    return shared ? Command.LockType.READ : Command.LockType.WRITE;
  }

  private void checkLockable(boolean shared) throws IOException {
    checkOpen();
    if (shared && !options.read()) {
      throw new NonReadableChannelException();
    }
    if (!shared && !options.write()) {
      throw new NonWritableChannelException();
    }
  }

  void release(QuorateFileLock lock) throws IOException {
    checkOpen();
    unlock(lock);
  }

  private void unlock(QuorateFileLock lock) throws IOException {
    if (!path.getFileSystem().locks().remove(handle.inode(), lock)) {
      return;
    }
    try {
      handle.unlock(lock.owner(), Command.LockFamily.FCNTL, lock.startByte(), lock.endByte());
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  // ---- the end

  @Override
  protected void implCloseChannel() throws IOException {
    path.getFileSystem().forget(this);
    try {
      for (QuorateFileLock lock : path.getFileSystem().locks().of(handle.inode(), this)) {
        unlock(lock);
      }
    } finally {
      closeHandle();
    }
  }

  private void closeHandle() throws IOException {
    try {
      handle.close();
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    } finally {
      if (options.deleteOnClose()) {
        deleteQuietly();
      }
    }
  }

  private void deleteQuietly() throws IOException {
    try {
      path.getFileSystem().tree().unlink(path.at(false));
    } catch (IOException e) {
      if (!(JdkErrors.translate(e, path) instanceof NoSuchFileException)) {
        throw e;
      }
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

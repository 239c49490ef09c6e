package io.quorate.store.nio;

import io.quorate.store.file.FileHandle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;

/**
 * Reads a file from its beginning, 1 MiB at a time. The end is asked for anew each time it is met,
 * so that a file that grows can be followed.
 */
final class HandleInputStream extends InputStream {
  private final QuoratePath path;
  private final FileHandle handle;
  private ByteBuffer content = ByteBuffer.allocate(0);
  private long next;
  private boolean closed;

  HandleInputStream(QuoratePath path, FileHandle handle) {
    this(path, handle, 0);
  }

  /** Begins at {@code offset}. */
  HandleInputStream(QuoratePath path, FileHandle handle, long offset) {
    this.path = path;
    this.handle = handle;
    this.next = offset;
  }

  /** False at the end of the file. */
  private boolean fill() throws IOException {
    checkOpen();
    if (content.hasRemaining()) {
      return true;
    }
    try {
      content = handle.read(next, FileHandle.MAX_READ_BYTES).duplicate();
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
    next += content.remaining();
    return content.hasRemaining();
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? content.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, content.remaining());
    content.get(target, offset, count);
    return count;
  }

  /** Back as well, with a negative count, as the JDK's own streams over files. */
  @Override
  public long skip(long count) throws IOException {
    checkOpen();
    long from = next - content.remaining();
    long to = count <= 0 ? Math.max(0, from + count) : skipped(from, count);
    if (to >= from && to <= next) {
      content.position(content.position() + (int) (to - from));
    } else {
      content = ByteBuffer.allocate(0);
      next = to;
    }
    return to - from;
  }

  /** Not beyond the end, which is asked for only if what is buffered does not reach. */
  private long skipped(long from, long count) throws IOException {
    if (count <= content.remaining()) {
      return from + count;
    }
    long size = Math.max(from, size());
    return count > size - from ? size : from + count;
  }

  @Override
  public int available() throws IOException {
    long left = content.remaining() + Math.max(0, size() - next);
    return (int) Math.min(Integer.MAX_VALUE, left);
  }

  private long size() throws IOException {
    try {
      return handle.attributes().sizeBytes();
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public long transferTo(OutputStream target) throws IOException {
    Objects.requireNonNull(target);
    long total = 0;
    byte[] piece = new byte[64 << 10];
    while (fill()) {
      int count = content.remaining();
      if (content.hasArray()) {
        target.write(content.array(), content.arrayOffset() + content.position(), count);
        content.position(content.limit());
      } else {
        count = Math.min(count, piece.length);
        content.get(piece, 0, count);
        target.write(piece, 0, count);
      }
      total += count;
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    path.getFileSystem().forget(this);
    handle.close();
  }
}

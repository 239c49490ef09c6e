package io.quorate.store.nio;

import io.quorate.store.file.Beginning;
import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.file.RefusedException;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file from its beginning, ahead of what is asked for. A small file came as a whole when it
 * was opened, so that opening, reading and finding the end cost one request.
 *
 * <p>What was read ahead is used while it can hardly be told from an answer of now: for {@link
 * io.quorate.store.StoreOptions#reuseMicros}, and as long as this process changes nothing in the
 * store. Otherwise the file is asked again, from where the stream is; so it is after its end was
 * told once, so that a file that grows can be followed. A file that was replaced or deleted
 * meanwhile is read as it was opened.
 *
 * <p>Thread-safe. Closing does not wait for a read under way.
 */
final class QuorateInputStream extends InputStream {
  private static final int MOST_AHEAD_BYTES = FileHandle.MAX_READ_BYTES;
  private static final int LEAST_AHEAD_BYTES = 8 << 10;
  private static final int TRANSFER_BYTES = 64 << 10;

  private final QuoratePath path;
  private final FileTree tree;
  private final long inode;
  private final long contentId;
  private final long reuseNanos;
  private final ReentrantLock lock = new ReentrantLock();

  /** What was read ahead, from its position on; that position is the stream's. */
  private ByteBuffer ahead;

  /** Where in the file the first byte of {@link #ahead} is. */
  private long aheadOffset;

  private long answeredNanos;

  /** {@link FileTree#writesHere} before {@link #ahead} was asked for. */
  private long writes;

  /** Whether {@link #ahead} reaches the end of the file, and nobody has been told so yet. */
  private boolean reachesEnd;

  /** How much to read ahead: less if readers are so slow that most of it has to be dropped. */
  private int aheadBytes = MOST_AHEAD_BYTES;

  /**
   * Nothing is left in the cluster of what was opened: {@link #ahead} is all there ever will be.
   */
  private boolean gone;

  private volatile @Nullable FileHandle handle;
  private volatile boolean closed;

  private QuorateInputStream(
      QuoratePath path, long inode, long contentId, @Nullable FileHandle handle, ByteBuffer ahead) {
    this.path = path;
    this.tree = path.getFileSystem().tree();
    this.inode = inode;
    this.contentId = contentId;
    this.reuseNanos = tree.options().reuseMicros() * 1_000;
    this.handle = handle;
    this.ahead = ahead;
  }

  /** A stream over an open file, which it closes. */
  static QuorateInputStream of(QuoratePath path, FileHandle handle) {
    return new QuorateInputStream(
        path, handle.inode(), handle.content(), handle, ByteBuffer.allocate(0));
  }

  /**
   * A stream that begins with what one request found.
   *
   * @param writes {@link FileTree#writesHere} before it was asked
   */
  static QuorateInputStream of(QuoratePath path, Beginning beginning, long writes) {
    Attributes attributes = beginning.attributes();
    QuorateInputStream stream =
        new QuorateInputStream(
            path,
            attributes.inode(),
            attributes.content(),
            beginning.rest(),
            beginning.content().slice());
    stream.writes = writes;
    stream.answeredNanos = stream.tree.world().nanoTime();
    stream.reachesEnd = beginning.rest() == null;
    return stream;
  }

  // ---- what was read ahead

  private long position() {
    return aheadOffset + ahead.position();
  }

  private boolean isFresh() {
    return tree.world().nanoTime() - answeredNanos < reuseNanos && tree.writesHere() == writes;
  }

  /**
   * Sees to it that something is there to be read.
   *
   * @return false at the end of the file
   */
  private boolean fill(int wantedBytes) throws IOException {
    checkOpen();
    if (gone) {
      return ahead.hasRemaining();
    }
    if (isFresh()) {
      if (ahead.hasRemaining()) {
        return true;
      }
      if (reachesEnd) {
        reachesEnd = false;
        return false;
      }
    }
    return ask(wantedBytes);
  }

  private boolean ask(int wantedBytes) throws IOException {
    FileHandle open = openHandle();
    if (open == null) {
      gone = true;
      return ahead.hasRemaining();
    }
    aheadBytes =
        ahead.hasRemaining()
            ? Math.max(LEAST_AHEAD_BYTES, ahead.position())
            : Math.min(MOST_AHEAD_BYTES, 2 * aheadBytes);
    int length = reuseNanos == 0 ? wantedBytes : Math.max(wantedBytes, aheadBytes);
    long from = position();
    long writesBefore = tree.writesHere();
    ByteBuffer answer;
    try {
      answer = open.read(from, Math.min(length, MOST_AHEAD_BYTES)).slice();
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
    aheadOffset = from;
    ahead = answer;
    answeredNanos = tree.world().nanoTime();
    writes = writesBefore;
    reachesEnd = false;
    return answer.hasRemaining();
  }

  /** The file as it was opened, or null if it is another by now, or none. */
  private @Nullable FileHandle openHandle() throws IOException {
    FileHandle open = handle;
    if (open != null) {
      return open;
    }
    try {
      open = tree.open(At.inode(inode), OpenMode.READ);
    } catch (RefusedException e) {
      // Deleted, and forgotten by the cluster.
      return null;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
    if (open.content() != contentId) {
      open.close();
      return null;
    }
    handle = open;
    if (closed) {
      // Whoever closed the stream did not see the handle.
      open.close();
    }
    return open;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  // ---- reading

  @Override
  public int read() throws IOException {
    lock.lock();
    try {
      return fill(1) ? ahead.get() & 0xff : -1;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    lock.lock();
    try {
      if (!fill(length)) {
        return -1;
      }
      int count = Math.min(length, ahead.remaining());
      ahead.get(target, offset, count);
      return count;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public byte[] readAllBytes() throws IOException {
    lock.lock();
    try {
      if (!fill(MOST_AHEAD_BYTES)) {
        return new byte[0];
      }
      if (!reachesEnd) {
        return super.readAllBytes();
      }
      byte[] all = new byte[ahead.remaining()];
      ahead.get(all);
      reachesEnd = false;
      return all;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long transferTo(OutputStream target) throws IOException {
    Objects.requireNonNull(target);
    long total = 0;
    byte[] piece = new byte[TRANSFER_BYTES];
    int count = read(piece);
    while (count >= 0) {
      target.write(piece, 0, count);
      total += count;
      count = read(piece);
    }
    return total;
  }

  /** Back as well, with a negative count, as the JDK's own streams over files. */
  @Override
  public long skip(long count) throws IOException {
    lock.lock();
    try {
      checkOpen();
      long from = position();
      long to = count <= 0 ? Math.max(0, from + count) : skipped(from, count);
      moveTo(to);
      return to - from;
    } finally {
      lock.unlock();
    }
  }

  private void moveTo(long to) {
    if (to >= aheadOffset && to <= aheadOffset + ahead.limit()) {
      ahead.position((int) (to - aheadOffset));
    } else {
      aheadOffset = to;
      ahead = ByteBuffer.allocate(0);
      reachesEnd = false;
    }
  }

  /** Not beyond the end, which is asked for only if what was read ahead does not reach. */
  private long skipped(long from, long count) throws IOException {
    if (count <= ahead.remaining()) {
      return from + count;
    }
    long size = Math.max(from, sizeBytes());
    return count > size - from ? size : from + count;
  }

  @Override
  public int available() throws IOException {
    lock.lock();
    try {
      checkOpen();
      return (int) Math.clamp(sizeBytes() - position(), 0, Integer.MAX_VALUE);
    } finally {
      lock.unlock();
    }
  }

  private long sizeBytes() throws IOException {
    if (!gone && !(reachesEnd && isFresh())) {
      FileHandle open = openHandle();
      if (open != null) {
        try {
          return open.attributes().sizeBytes();
        } catch (IOException e) {
          throw JdkErrors.translate(e, path);
        }
      }
      gone = true;
    }
    return aheadOffset + ahead.limit();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    path.getFileSystem().forget(this);
    FileHandle open = handle;
    if (open != null) {
      open.close();
    }
  }
}

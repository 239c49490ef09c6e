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
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a small file that came as a whole when it was opened, so that opening, reading and finding
 * the end cost one request.
 *
 * <p>What came is used while it can hardly be told from an answer of now: by reads that follow the
 * opening closely, and as long as this process changes nothing in the store. Otherwise the file is
 * opened and read on from where the stream is; so it is after its end was met once, so that a file
 * that grows can be followed. A file that was replaced or deleted meanwhile is read as it was.
 */
final class SmallFileInputStream extends InputStream {
  /**
   * A read later than this asks anew. In less time, hardly anybody can have written, had it made
   * durable on a quorum, and told this reader.
   */
  private static final long FRESH_NANOS = 2_000_000;

  private final QuoratePath path;
  private final FileTree tree;
  private final Attributes attributes;
  private final ByteBuffer content;
  private final long openedNanos;
  private final long changes;
  private @Nullable HandleInputStream later;
  private boolean endMet;
  private boolean gone;
  private boolean closed;

  /**
   * @param changes {@link FileTree#changesMade} before the file was asked for
   */
  SmallFileInputStream(QuoratePath path, FileTree tree, Beginning beginning, long changes) {
    this.path = path;
    this.tree = tree;
    this.attributes = beginning.attributes();
    this.content = beginning.content().slice();
    this.openedNanos = tree.world().nanoTime();
    this.changes = changes;
  }

  private boolean unchangedHere() {
    return tree.changesMade() == changes && !tree.hasUnpublished(attributes.inode());
  }

  /** False at the end of the file; not to be called once there is a {@link #later}. */
  private boolean hasContent() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (tree.world().nanoTime() - openedNanos > FRESH_NANOS || !unchangedHere()) {
      askAnew();
    }
    if (later != null) {
      return true;
    }
    if (content.hasRemaining()) {
      return true;
    }
    if (endMet) {
      askAnew();
    }
    endMet = true;
    return later != null;
  }

  /** Goes on with the file as it is now, unless it is another by now, or none. */
  private void askAnew() throws IOException {
    if (gone || later != null) {
      return;
    }
    try {
      FileHandle handle = tree.open(At.inode(attributes.inode()), OpenMode.READ);
      if (handle.content() == attributes.content()) {
        later = new HandleInputStream(path, handle, content.position());
      } else {
        handle.close();
        gone = true;
      }
    } catch (RefusedException e) {
      // Deleted, and forgotten by the cluster: what came is all that there will ever be.
      gone = true;
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }

  @Override
  public int read() throws IOException {
    if (!hasContent()) {
      return -1;
    }
    return later != null ? later.read() : content.get() & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!hasContent()) {
      return -1;
    }
    if (later != null) {
      return later.read(target, offset, length);
    }
    int count = Math.min(length, content.remaining());
    content.get(target, offset, count);
    return count;
  }

  @Override
  public byte[] readAllBytes() throws IOException {
    if (!hasContent()) {
      return new byte[0];
    }
    if (later != null) {
      return later.readAllBytes();
    }
    byte[] all = new byte[content.remaining()];
    content.get(all);
    endMet = true;
    return all;
  }

  /** Back as well, with a negative count, as {@link HandleInputStream#skip}. */
  @Override
  public long skip(long count) throws IOException {
    hasContent();
    if (later != null) {
      return later.skip(count);
    }
    int from = content.position();
    int to =
        count > content.remaining()
            ? content.limit()
            : (int) Math.max(0, from + Math.max(count, -from));
    content.position(to);
    return to - from;
  }

  @Override
  public int available() throws IOException {
    hasContent();
    return later != null ? later.available() : content.remaining();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    path.getFileSystem().forget(this);
    if (later != null) {
      later.close();
    }
  }
}

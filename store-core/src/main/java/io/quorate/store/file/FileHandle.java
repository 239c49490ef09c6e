package io.quorate.store.file;

import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An open regular file. Reads see the newest published version and whatever handles of this session
 * wrote since; others see those writes when they are published, by {@link #publish}, {@link
 * #append}, {@link #unlock} or {@link #close}, all at once.
 *
 * <p>A handle for reading only keeps the content that it opened: if the file is replaced as a
 * whole, it goes on reading the old one. A handle that may write is on whatever the file is now.
 *
 * <p>Once the cluster has ended the session, every call throws SessionEndedException. Thread-safe;
 * calls block until their deadline at most.
 */
public final class FileHandle implements AutoCloseable {
  /** Longest read, in bytes. */
  public static final int MAX_READ_BYTES = 1 << 20;

  /** Extents of one answer when holes are sought. */
  private static final int MAPPED_EXTENTS = 1_000;

  /** A publish that names more pieces than this makes an unwieldy log entry: it is sent early. */
  private static final int MAX_PIECES = 8_192;

  private static final long FIRST_LOCK_PAUSE_NANOS = 10_000_000;
  private static final long LONGEST_LOCK_PAUSE_NANOS = 250_000_000;

  private final OpenFile file;
  private final boolean writable;
  private final Attributes opened;
  private final AtomicBoolean closed = new AtomicBoolean();

  FileHandle(OpenFile file, boolean writable, Attributes opened) {
    this.file = file;
    this.writable = writable;
    this.opened = opened;
  }

  public long inode() {
    return file.inode();
  }

  /** Id of the content that it opened; see {@link Attributes#content}. */
  public long content() {
    return opened.content();
  }

  /** The published file as the opening found it. */
  public Attributes opened() {
    return opened;
  }

  /** Whether it was opened for writing. */
  public boolean isWritable() {
    return writable;
  }

  public boolean isOpen() {
    return !closed.get();
  }

  /** Id of the session that it lives and dies with; 0 if there was none. */
  public long session() {
    Session session = file.session();
    return session == null ? 0 : session.id();
  }

  /**
   * Reads up to {@link #MAX_READ_BYTES}, all of one version.
   *
   * @return the bytes: none only at the file's end, perhaps fewer than asked before (as when the
   *     file is much fragmented); for reading only
   */
  public ByteBuffer read(long offset, int lengthBytes) throws IOException {
    checkOpen();
    if (lengthBytes == 0) {
      return ByteBuffer.allocate(0);
    }
    return file.read(contentToRead(), offset, Math.min(lengthBytes, MAX_READ_BYTES));
  }

  /** The same of what the file is now, also if it was replaced as a whole since it was opened. */
  public ByteBuffer readNewest(long offset, int lengthBytes) throws IOException {
    checkOpen();
    return file.read(0, offset, Math.min(lengthBytes, MAX_READ_BYTES));
  }

  /**
   * As {@link #readNewest}, for who must not wait: empty where only that knows what to do, as where
   * something is unpublished. Completes on a thread that must not be kept.
   */
  public CompletableFuture<Optional<ByteBuffer>> readNewestAsync(long offset, int lengthBytes) {
    return closed.get()
        ? CompletableFuture.completedFuture(Optional.empty())
        : file.readAsync(offset, Math.min(lengthBytes, MAX_READ_BYTES));
  }

  private long contentToRead() {
    return writable ? 0 : opened.content();
  }

  /** Writes all of {@code source}; not visible elsewhere before a publish. */
  public void write(long offset, ByteBuffer source) throws IOException {
    checkWritable();
    file.write(offset, source, deadline());
    if (file.pieces() > MAX_PIECES) {
      publish();
    }
  }

  /**
   * As {@link #write}, for who must not wait: false, and nothing is written, where only that knows
   * what to do, as when memory is short or content must be handed to the peers.
   */
  public boolean tryWrite(long offset, ByteBuffer source) {
    return writable && !closed.get() && file.pieces() < MAX_PIECES && file.tryWrite(offset, source);
  }

  /**
   * Writes all of {@code source} at the end of the file, wherever the end is when the cluster gets
   * to it, and publishes it along with everything written before.
   *
   * @return where it landed
   */
  public long append(ByteBuffer source) throws IOException {
    checkWritable();
    if (!source.hasRemaining()) {
      return attributes().sizeBytes();
    }
    Result.Published published = new Publication(file).publish(source, deadline());
    source.position(source.limit());
    if (published == null) {
      throw new IllegalStateException("an append was not published");
    }
    return published.appendOffset();
  }

  /** Sets the size, shorter or longer; not visible elsewhere before a publish. */
  public void truncate(long sizeBytes) throws IOException {
    checkWritable();
    file.truncate(sizeBytes);
  }

  /** Empties a file that was just opened for that; closes it if it can not. */
  void truncateOrAbandon() throws IOException {
    try {
      truncate(0);
    } catch (IOException | RuntimeException e) {
      abandon();
      throw e;
    }
  }

  /** Allocates or punches a range; publishes what was written before. */
  public void allocate(long offset, long lengthBytes, Command.AllocateMode mode)
      throws IOException {
    checkWritable();
    publish();
    submit(new Command.Allocate(file.inode(), offset, lengthBytes, mode));
  }

  /**
   * Copies a range into another file of this tree by sharing its content; publishes what was
   * written to both before.
   *
   * @return bytes copied: fewer than asked at this file's end, and where there are many pieces
   */
  public long copyTo(FileHandle target, long offset, long targetOffset, long lengthBytes)
      throws IOException {
    checkOpen();
    target.checkWritable();
    publish();
    target.publish();
    Result result =
        target.submit(
            new Command.CopyRange(
                file.inode(), offset, target.file.inode(), targetOffset, lengthBytes));
    if (result instanceof Result.Copied copied) {
      return copied.copiedBytes();
    }
    throw FileTree.refused(result, file.name(), target.file.name());
  }

  /**
   * Where content, or a hole, begins at or after an offset; publishes what was written before. The
   * end of the file is a hole.
   *
   * @return the offset, or −1 if there is none before the end of the file
   */
  public long seek(long offset, boolean content) throws IOException {
    if (offset < 0) {
      return -1;
    }
    publish();
    OpenFile.Tools tools = file.tools();
    long at = offset;
    while (true) {
      Query query =
          new Query.MapContent(
              At.inode(file.inode()), contentToRead(), at, Long.MAX_VALUE - at, MAPPED_EXTENTS);
      Answer answer =
          Requests.join(
              tools.requests().read(file.name(), deadline(), () -> tools.gateway().ask(query)));
      if (!(answer instanceof Answer.ContentMap map)) {
        throw FileTree.refused(answer, file.name());
      }
      long sizeBytes = map.attributes().sizeBytes();
      if (at >= sizeBytes) {
        return -1;
      }
      for (Extent extent : map.extents()) {
        if (content) {
          return Math.max(at, extent.fileOffset());
        }
        if (extent.fileOffset() > at) {
          return at;
        }
        at = extent.end();
      }
      if (map.end() || map.extents().isEmpty()) {
        return content ? -1 : Math.min(at, sizeBytes);
      }
    }
  }

  /** Makes all writes visible and durable on a quorum: one round; none if there are none. */
  public void publish() throws IOException {
    checkOpen();
    if (writable) {
      new Publication(file).publish(null, deadline());
    }
  }

  /**
   * Whether there is nothing to publish: nothing was written, by whatever handle of the file, that
   * is not published for certain.
   */
  public boolean isClean() {
    return !writable || file.isClean();
  }

  /** Attributes now, unpublished changes included. */
  public Attributes attributes() throws IOException {
    checkOpen();
    return file.attributes();
  }

  /** As {@link #attributes}, like {@link #readNewestAsync}. */
  public CompletableFuture<Optional<Attributes>> attributesAsync() {
    return closed.get()
        ? CompletableFuture.completedFuture(Optional.empty())
        : file.attributesAsync();
  }

  /** Attributes as last heard, unpublished changes included; asks nobody. */
  public Attributes lastKnown() {
    return file.over(file.known());
  }

  /** Sets attributes: with the next publish if there are unpublished writes, else at once. */
  public void setAttributes(AttributeChange change) throws IOException {
    checkOpen();
    if (file.changeWithPublish(change)) {
      return;
    }
    submit(new Command.SetAttributes(At.inode(file.inode()), change));
  }

  /**
   * Takes a lock if no other owner is in the way.
   *
   * @param owner the lock owner within the session
   * @param endByte last byte, inclusive; Long.MAX_VALUE for "to the end"
   * @return null if it was taken, else the lock in the way
   */
  public Result.@Nullable LockConflict tryLock(
      long owner, Command.LockFamily family, Command.LockType type, long startByte, long endByte)
      throws IOException {
    checkOpen();
    Result result = submit(new Command.Lock(file.inode(), owner, family, type, startByte, endByte));
    return result instanceof Result.LockConflict conflict ? conflict : null;
  }

  /**
   * Takes a lock, waiting for as long as others hold it: not bounded by the deadline. Gives up when
   * the handle is closed or the thread interrupted.
   */
  public void lock(
      long owner, Command.LockFamily family, Command.LockType type, long startByte, long endByte)
      throws IOException, InterruptedException {
    lock(owner, family, type, startByte, endByte, met -> true);
  }

  /**
   * As the other, for as long as it is {@code wanted}, which is asked several times a second and
   * told the lock that is in the way.
   *
   * @return false if it was not taken, because it is no longer wanted
   */
  public boolean lock(
      long owner,
      Command.LockFamily family,
      Command.LockType type,
      long startByte,
      long endByte,
      Predicate<Result.LockConflict> wanted)
      throws IOException, InterruptedException {
    long pause = FIRST_LOCK_PAUSE_NANOS;
    while (true) {
      Result.LockConflict met = tryLock(owner, family, type, startByte, endByte);
      if (met == null) {
        return true;
      }
      do {
        if (!wanted.test(met)) {
          return false;
        }
        long jitter = Long.remainderUnsigned(file.tools().world().randomLong(), pause / 2 + 1);
        file.tools().world().sleep(pause / 2 + jitter);
        pause = Math.min(LONGEST_LOCK_PAUSE_NANOS, pause * 2);
        met = testLock(owner, family, type, startByte, endByte);
      } while (met != null);
    }
  }

  /** Whether another owner is in the way of a lock. Costs no round. */
  public boolean isLocked(
      long owner, Command.LockFamily family, Command.LockType type, long startByte, long endByte)
      throws IOException {
    return testLock(owner, family, type, startByte, endByte) != null;
  }

  /** The lock of another owner that is in the way of one, or null. Costs no round. */
  public Result.@Nullable LockConflict testLock(
      long owner, Command.LockFamily family, Command.LockType type, long startByte, long endByte)
      throws IOException {
    checkOpen();
    file.checkSession();
    OpenFile.Tools tools = file.tools();
    long deadline = deadline();
    Query query =
        new Query.TestLock(session(), file.inode(), owner, family, type, startByte, endByte);
    Answer answer =
        Requests.join(
            tools.requests().read(file.name(), deadline, () -> tools.gateway().ask(query)));
    return switch (answer) {
      case Answer.Unlocked unlocked -> null;
      case Answer.Locked locked -> locked.conflict();
      default -> throw file.gone(FileTree.refused(answer, file.name()), deadline);
    };
  }

  /** Publishes, then drops the lock. */
  public void unlock(long owner, Command.LockFamily family, long startByte, long endByte)
      throws IOException {
    publish();
    Requests.join(dropLock(owner, family, startByte, endByte));
  }

  /**
   * Drops a lock without publishing; also once the handle is closed. A lock that is asked for and
   * whose outcome is not known is dropped as well: it can not be taken after this.
   *
   * @return done when others may have the lock, which they do as well when the session has ended
   */
  public CompletableFuture<Void> dropLock(
      long owner, Command.LockFamily family, long startByte, long endByte) {
    Session session = file.session();
    if (session == null || session.hasEnded()) {
      return CompletableFuture.completedFuture(null);
    }
    Command command =
        new Command.Lock(file.inode(), owner, family, Command.LockType.UNLOCK, startByte, endByte);
    // A refusal means that the inode is gone, and its locks with it.
    return session.submit(command, List.of(), file.name(), deadline()).thenApply(result -> null);
  }

  /** Whether the session, and so all locks taken through this handle, is still there. */
  public boolean holdsLocks() {
    Session session = file.session();
    return session != null && !session.hasEnded();
  }

  private Result submit(Command command) throws IOException {
    Result result =
        Requests.join(file.liveSession().submit(command, List.of(), file.name(), deadline()));
    if (result instanceof Result.Failed) {
      throw FileTree.refused(result, file.name(), null);
    }
    return result;
  }

  /**
   * Publishes if it may write, and lets go of the file, whether publishing worked or not: with the
   * last handle, writes that could not be published are lost.
   */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (writable) {
        new Publication(file).publish(null, deadline());
      }
    } finally {
      release();
    }
  }

  /** Lets go of the file without publishing: with the last handle, unpublished writes are lost. */
  public void abandon() {
    if (closed.compareAndSet(false, true)) {
      release();
    }
  }

  private void release() {
    if (file.tools().files().release(file, opened.content())) {
      file.discard();
    }
  }

  private long deadline() {
    return file.tools().requests().deadline();
  }

  private void checkOpen() throws IOException {
    if (closed.get()) {
      throw new ClosedChannelException();
    }
  }

  private void checkWritable() throws IOException {
    checkOpen();
    if (!writable) {
      throw new NonWritableChannelException();
    }
  }
}

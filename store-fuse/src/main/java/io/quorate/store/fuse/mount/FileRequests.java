package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.fuse.kernel.OpenFlags;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Command.AllocateMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Open files. Rounds: 1 to create, 0 to write, 1 to fsync or close what was written, 0 to read. */
final class FileRequests {
  private static final int FALLOC_KEEP_SIZE = 1;
  private static final int FALLOC_PUNCH_HOLE = 2;
  private static final int FALLOC_ZERO_RANGE = 16;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  /** The reply has 32 bits for the count; who wants more asks again. */
  private static final long MAX_COPY_BYTES = 1L << 30;

  /** What a write says that must be seen elsewhere when it returns. */
  private static final int WRITES_THROUGH = OpenFlags.APPEND | OpenFlags.DATA_SYNC;

  private final FileTree tree;
  private final Presentation shown;
  private final Numbered<FileHandle> files;
  private final boolean sync;
  private final PageCache pages = new PageCache();

  FileRequests(FileTree tree, Presentation shown, Numbered<FileHandle> files, boolean sync) {
    this.tree = tree;
    this.shown = shown;
    this.files = files;
    this.sync = sync;
  }

  ByteBuffer open(Header header, Request.Open request) throws IOException {
    boolean truncate = (request.flags() & OpenFlags.TRUNCATE) != 0;
    // Even one that is open for reading only is truncated if its opener may write.
    boolean write = isWriting(request.flags()) || truncate;
    OpenMode mode = new OpenMode(write, OpenMode.Create.NEVER, truncate, 0);
    FileHandle handle = tree.open(At.inode(header.node()), mode);
    if (request.killPrivileges() && truncate) {
      killPrivileges(header, handle);
    }
    return truncate ? Reply.opened(files.add(handle), 0) : opened(handle);
  }

  private ByteBuffer opened(FileHandle handle) {
    int flags = pages.opened(handle.opened(), !tree.hasUnpublished(handle.inode()));
    return Reply.opened(files.add(handle), flags);
  }

  /** As {@link #open}; see {@link Dispatcher#ask}. */
  @Nullable CompletableFuture<Optional<ByteBuffer>> openAsync(Header header, Request.Open request) {
    boolean changes = isWriting(request.flags()) || (request.flags() & OpenFlags.TRUNCATE) != 0;
    return changes
        ? null
        : tree.openAsync(At.inode(header.node())).thenApply(answer -> answer.map(this::opened));
  }

  PageCache pages() {
    return pages;
  }

  private static boolean isWriting(int flags) {
    return (flags & OpenFlags.ACCESS_MODE) != 0;
  }

  ByteBuffer create(Header header, Request.Create request) throws IOException {
    return created(
        tree.open(
            At.child(header.node(), request.name()),
            creating(request),
            NameRequests.caller(header)));
  }

  /** As {@link #create}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> createAsync(Header header, Request.Create request) {
    return tree.prompt()
        .create(
            At.child(header.node(), request.name()), creating(request), NameRequests.caller(header))
        .thenApply(opened -> opened.map(this::created));
  }

  private static OpenMode creating(Request.Create request) {
    OpenMode.Create how =
        (request.flags() & OpenFlags.EXCLUSIVE) != 0
            ? OpenMode.Create.EXCLUSIVE
            : OpenMode.Create.LIKELY_ABSENT;
    boolean truncate = (request.flags() & OpenFlags.TRUNCATE) != 0;
    return OpenMode.create(
        how, truncate, NameRequests.permissions(request.mode(), request.umask()));
  }

  private ByteBuffer created(FileHandle handle) {
    return Reply.created(handle.lastKnown(), shown, files.add(handle), 0);
  }

  ByteBuffer createUnnamed(Header header, Request.CreateUnnamed request) throws IOException {
    FileHandle handle =
        tree.openUnnamed(
            At.inode(header.node()),
            NameRequests.permissions(request.mode(), request.umask()),
            NameRequests.caller(header),
            (request.flags() & OpenFlags.EXCLUSIVE) == 0);
    return created(handle);
  }

  /**
   * Short only at the end of the file: the kernel takes a short answer for that. Of what the file
   * is now, since the kernel keeps one cache for all who have the file open.
   */
  ByteBuffer read(Request.Read request) throws IOException {
    FileHandle handle = files.get(request.handle());
    ByteBuffer first = handle.readNewest(request.offset(), request.lengthBytes());
    if (isAll(handle, request, first.remaining())) {
      return Reply.bytes(first);
    }
    ByteBuffer all = ByteBuffer.allocate(request.lengthBytes()).put(first);
    while (!isAll(handle, request, all.position())) {
      ByteBuffer more = handle.readNewest(request.offset() + all.position(), all.remaining());
      if (!more.hasRemaining()) {
        break;
      }
      all.put(more);
    }
    return Reply.bytes(all.flip());
  }

  /** As {@link #read}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> readAsync(Request.Read request) {
    FileHandle handle = files.find(request.handle());
    if (handle == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return handle
        .readNewestAsync(request.offset(), request.lengthBytes())
        .thenApply(
            answer ->
                answer.filter(data -> isAll(handle, request, data.remaining())).map(Reply::bytes));
  }

  /** Whether there is no more to read; the size came with what was read, or later. */
  private static boolean isAll(FileHandle handle, Request.Read request, int got) {
    return got == 0
        || got == request.lengthBytes()
        || request.offset() + got >= handle.lastKnown().sizeBytes();
  }

  ByteBuffer write(Header header, Request.Write request) throws IOException {
    FileHandle handle = files.get(request.handle());
    if (request.killPrivileges()) {
      killPrivileges(header, handle);
    }
    int bytes = request.content().remaining();
    pages.changing(handle.inode());
    // A copy: if this fails for want of a quorum, it may be asked for again.
    ByteBuffer content = request.content().duplicate();
    if ((request.flags() & OpenFlags.APPEND) != 0) {
      handle.append(content);
    } else {
      handle.write(request.offset(), content);
      if (sync || (request.flags() & OpenFlags.DATA_SYNC) != 0) {
        handle.publish();
      }
    }
    return Reply.written(bytes);
  }

  /**
   * As {@link #write}, of what is neither published nor handed to the peers at once; see {@link
   * Dispatcher#ask}.
   */
  @Nullable CompletableFuture<Optional<ByteBuffer>> writeAsync(Request.Write request) {
    FileHandle handle = files.find(request.handle());
    boolean simple = !sync && !request.killPrivileges() && (request.flags() & WRITES_THROUGH) == 0;
    if (handle == null || !simple) {
      return null;
    }
    int bytes = request.content().remaining();
    pages.changing(handle.inode());
    return handle.tryWrite(request.offset(), request.content().duplicate())
        ? CompletableFuture.completedFuture(Optional.of(Reply.written(bytes)))
        : null;
  }

  /** Asks only where there was something to take away: every write of one who is not root does. */
  private static void killPrivileges(Header header, FileHandle handle) throws IOException {
    if (Privileges.left(header, handle.lastKnown()) == null) {
      return;
    }
    Integer permissions = Privileges.left(header, handle.attributes());
    if (permissions != null) {
      handle.setAttributes(AttributeChange.ofPermissions(permissions));
    }
  }

  /** fsync(2), and each close(2) of a descriptor. */
  ByteBuffer publish(long number) throws IOException {
    files.get(number).publish();
    return Reply.empty();
  }

  /** The file, if there is nothing to publish. */
  @Nullable FileHandle clean(long number) {
    FileHandle handle = files.find(number);
    return handle != null && handle.isClean() ? handle : null;
  }

  /** As {@link #release}, of what {@link #clean} has told. */
  ByteBuffer releaseClean(Request.Release request) {
    FileHandle handle = files.remove(request.handle());
    if (handle != null) {
      handle.abandon();
    }
    return Reply.empty();
  }

  ByteBuffer release(Request.Release request) throws IOException {
    FileHandle handle = files.remove(request.handle());
    if (handle != null) {
      handle.close();
    }
    return Reply.empty();
  }

  ByteBuffer allocate(Request.Allocate request) throws IOException {
    FileHandle file = files.get(request.handle());
    pages.changing(file.inode());
    AllocateMode mode =
        switch (request.mode()) {
          case 0 -> AllocateMode.ALLOCATE;
          case FALLOC_KEEP_SIZE -> AllocateMode.KEEP_SIZE;
          case FALLOC_PUNCH_HOLE | FALLOC_KEEP_SIZE -> AllocateMode.PUNCH;
          case FALLOC_ZERO_RANGE -> AllocateMode.ZERO;
          case FALLOC_ZERO_RANGE | FALLOC_KEEP_SIZE -> {
            file.allocate(request.offset(), request.lengthBytes(), AllocateMode.PUNCH);
            yield AllocateMode.KEEP_SIZE;
          }
          default -> throw new Errno.ErrnoException(Errno.EOPNOTSUPP);
        };
    file.allocate(request.offset(), request.lengthBytes(), mode);
    return Reply.empty();
  }

  ByteBuffer seek(Request.Seek request) throws IOException {
    if (request.whence() != SEEK_DATA && request.whence() != SEEK_HOLE) {
      throw new Errno.ErrnoException(Errno.EINVAL);
    }
    long found = files.get(request.handle()).seek(request.offset(), request.whence() == SEEK_DATA);
    if (found < 0) {
      throw new Errno.ErrnoException(Errno.ENXIO);
    }
    return Reply.offset(found);
  }

  ByteBuffer copyRange(Request.CopyRange request) throws IOException {
    FileHandle target = files.get(request.toHandle());
    pages.changing(target.inode());
    long copied =
        files
            .get(request.handle())
            .copyTo(
                target,
                request.offset(),
                request.toOffset(),
                Math.min(request.lengthBytes(), MAX_COPY_BYTES));
    return Reply.written((int) copied);
  }
}

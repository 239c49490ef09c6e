package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives each request to those who answer it. Thread-safe. */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final Numbered<FileHandle> handles = new Numbered<>();
  private final NameRequests names;
  private final AttributeRequests attributes;
  private final FileRequests files;
  private final DirectoryRequests directories;
  private final XattrRequests xattrs;
  private final LockRequests locks;

  private final Presentation shown;
  private final KnownNodes nodes;
  private final Interruptions interruptions;

  Dispatcher(
      FileTree tree,
      Presentation shown,
      MountOptions options,
      KnownNodes nodes,
      Interruptions interruptions) {
    this.shown = shown;
    this.nodes = nodes;
    this.interruptions = interruptions;
    names = new NameRequests(tree, shown, nodes);
    attributes = new AttributeRequests(tree, shown, handles);
    files = new FileRequests(tree, shown, handles, options.sync());
    directories = new DirectoryRequests(tree, shown, nodes);
    xattrs = new XattrRequests(tree, options.acl());
    locks = new LockRequests(handles);
  }

  /**
   * Answers what most requests are without a thread for each: the one that has read the request
   * asks the store, and the one that brings the store's answer gives the reply. On a busy machine
   * it is waking threads that costs most. Never throws, since that would end who reads the
   * requests.
   *
   * @return the body of the reply, or what failed; empty, or null, for what must go to {@link
   *     #answer}, since it may have to wait
   */
  @Nullable CompletableFuture<Optional<ByteBuffer>> ask(Header asked, Request request) {
    try {
      Header header = asked.withNode(shown.inode(asked.node()));
      return switch (request) {
        case Request.Lookup r -> names.lookupAsync(header, r);
        case Request.GetAttributes r -> attributes.getAsync(header, r);
        case Request.Open r -> files.openAsync(header, r);
        case Request.GetXattr r -> xattrs.getAsync(header, r);
        case Request.Read r -> files.readAsync(r);
        case Request.Flush r -> {
          locks.closing(r);
          yield isIdle(r) ? done(Reply.empty()) : null;
        }
        case Request.Release r -> isIdle(r) ? done(files.releaseClean(r)) : null;
        case Request.Sync r -> files.clean(r.handle()) != null ? done(Reply.empty()) : null;
        case Request.Write r -> files.writeAsync(r);
        case Request.Create r -> files.createAsync(header, r).thenApply(this::told);
        case Request.MakeDirectory r -> names.makeDirectoryAsync(header, r);
        case Request.Unlink r -> names.unlinkAsync(header, r);
        case Request.RemoveDirectory r -> names.removeDirectoryAsync(header, r);
        case Request.Rename r -> names.renameAsync(header, r);
        default -> null;
      };
    } catch (IOException | RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Optional<ByteBuffer> told(Optional<ByteBuffer> entry) {
    entry.ifPresent(nodes::told);
    return entry;
  }

  private static CompletableFuture<Optional<ByteBuffer>> done(ByteBuffer body) {
    return CompletableFuture.completedFuture(Optional.of(body));
  }

  /** Where nothing is to publish and no lock goes, there is nothing to do. */
  private boolean isIdle(Request.Flush request) {
    FileHandle clean = files.clean(request.handle());
    return clean != null && !locks.isHolder(clean, request);
  }

  private boolean isIdle(Request.Release request) {
    return files.clean(request.handle()) != null && !locks.isHolder(request);
  }

  /** The body of the reply. */
  ByteBuffer answer(Header asked, Request request) throws IOException {
    Header header = asked.withNode(shown.inode(asked.node()));
    return switch (request) {
      case Request.Lookup r -> names.lookup(header, r);
      case Request.MakeNode r -> nodes.told(names.makeNode(header, r));
      case Request.MakeDirectory r -> nodes.told(names.makeDirectory(header, r));
      case Request.Symlink r -> nodes.told(names.symlink(header, r));
      case Request.Link r -> nodes.told(names.link(header, r));
      case Request.Unlink r -> names.unlink(header, r);
      case Request.RemoveDirectory r -> names.removeDirectory(header, r);
      case Request.Rename r -> names.rename(header, r);
      case Request.ReadLink r -> names.readLink(header);
      case Request.GetAttributes r -> attributes.get(header, r);
      case Request.SetAttributes r -> attributes.set(header, r);
      case Request.StatFileSystem r -> attributes.statFileSystem();
      case Request.SetXattr r -> xattrs.set(header, r);
      case Request.GetXattr r -> xattrs.get(header, r);
      case Request.ListXattrs r -> xattrs.list(header, r);
      case Request.RemoveXattr r -> xattrs.remove(header, r);
      case Request.OpenDirectory r -> directories.open(header);
      case Request.ReadDirectory r -> directories.read(r);
      case Request.ReleaseDirectory r -> directories.release(r);
      case Request.SyncDirectory r -> Reply.empty(); // each change was durable when it returned
      case Request.TestLock r -> locks.test(r);
      case Request.SetLock r -> setLock(header, r);
      default -> answerFile(header, request);
    };
  }

  private ByteBuffer answerFile(Header header, Request request) throws IOException {
    return switch (request) {
      case Request.Open r -> files.open(header, r);
      case Request.Create r -> nodes.told(files.create(header, r));
      case Request.CreateUnnamed r -> nodes.told(files.createUnnamed(header, r));
      case Request.Read r -> files.read(r);
      case Request.Write r -> files.write(header, r);
      case Request.Sync r -> files.publish(r.handle());
      case Request.Flush r -> {
        try {
          yield files.publish(r.handle());
        } finally {
          locks.closed(r);
        }
      }
      case Request.Release r -> {
        try {
          locks.released(r);
        } finally {
          files.release(r);
        }
        yield Reply.empty();
      }
      case Request.Allocate r -> files.allocate(r);
      case Request.Seek r -> files.seek(r);
      case Request.CopyRange r -> files.copyRange(r);
      case Request.Destroy r -> Reply.empty();
      default -> throw new Errno.ErrnoException(Errno.ENOSYS);
    };
  }

  private ByteBuffer setLock(Header header, Request.SetLock request) throws IOException {
    AtomicBoolean interrupted = interruptions.begin(header.unique());
    try {
      return locks.set(header, request, () -> !interrupted.get());
    } finally {
      interruptions.end(header.unique());
    }
  }

  /** The kernel drops nodes. */
  void forget(Request.Forget request) {
    files.pages().forgotten(request.nodes());
    nodes.forgotten(request.nodes());
  }

  /** The mount is gone: what was written through it is published as by close(2). */
  /** Publishes what was written to files that are open; those who have them open go on. */
  void publish() {
    for (FileHandle handle : handles.all()) {
      try {
        handle.publish();
      } catch (ClosedChannelException e) {
        LOG.debug("inode {} was closed meanwhile, which publishes", handle.inode());
      } catch (IOException e) {
        LOG.warn("writes to inode {} are not published yet: {}", handle.inode(), e.getMessage());
      }
    }
  }

  void close() {
    for (FileHandle handle : handles.all()) {
      try {
        handle.close();
      } catch (IOException e) {
        LOG.warn("writes to inode {} are lost: {}", handle.inode(), e.getMessage());
      }
    }
  }
}

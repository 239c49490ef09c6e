package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.At;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Answers what most requests are, lookups, attributes and reads, without a thread for each: the one
 * that has read the request asks the store, and the one that brings the store's answer gives the
 * reply. On a busy machine it is waking threads that costs most.
 *
 * <p>An empty answer means that the request must go the usual way, since it may have to wait.
 */
final class QuickAnswers {
  private static final CompletableFuture<Optional<ByteBuffer>> NONE =
      CompletableFuture.completedFuture(Optional.empty());

  private final FileTree tree;
  private final FileRequests files;
  private final Presentation shown;
  private final KnownNodes nodes;
  private final Numbered<FileHandle> handles;
  private final LockRequests locks;

  QuickAnswers(
      FileTree tree,
      FileRequests files,
      Presentation shown,
      KnownNodes nodes,
      Numbered<FileHandle> handles,
      LockRequests locks) {
    this.tree = tree;
    this.files = files;
    this.shown = shown;
    this.nodes = nodes;
    this.handles = handles;
    this.locks = locks;
  }

  /** The body of the reply, or what failed; null for requests that always go the usual way. */
  @Nullable CompletableFuture<Optional<ByteBuffer>> ask(Header asked, Request request) {
    Header header = asked.withNode(shown.inode(asked.node()));
    return switch (request) {
      case Request.Lookup r -> lookup(header, r);
      case Request.GetAttributes r -> attributes(header, r);
      case Request.Open r -> open(header, r);
      case Request.Read r -> read(r);
      case Request.Flush r -> flush(r);
      case Request.Release r -> release(r);
      default -> null;
    };
  }

  private CompletableFuture<Optional<ByteBuffer>> lookup(Header header, Request.Lookup request) {
    long heard = nodes.heard();
    return tree.statAsync(At.child(header.node(), request.name()))
        .thenApply(
            found ->
                found.map(
                    attributes ->
                        nodes.told(
                            Reply.entry(
                                attributes, nodes.heard() == heard ? shown : shown.once()))));
  }

  private CompletableFuture<Optional<ByteBuffer>> attributes(
      Header header, Request.GetAttributes request) {
    FileHandle handle = request.byHandle() ? handles.find(request.handle()) : null;
    return (handle != null ? handle.attributesAsync() : tree.statAsync(At.inode(header.node())))
        .thenApply(found -> found.map(attributes -> Reply.attributes(attributes, shown)));
  }

  private @Nullable CompletableFuture<Optional<ByteBuffer>> open(
      Header header, Request.Open request) {
    return FileRequests.isReading(request)
        ? tree.openAsync(At.inode(header.node())).thenApply(found -> found.map(files::opened))
        : null;
  }

  private CompletableFuture<Optional<ByteBuffer>> read(Request.Read request) {
    FileHandle handle = handles.find(request.handle());
    if (handle == null) {
      return NONE;
    }
    return handle
        .readNewestAsync(request.offset(), request.lengthBytes())
        .thenApply(
            found ->
                found
                    .filter(data -> FileRequests.isAll(handle, request, data.remaining()))
                    .map(Reply::bytes));
  }

  /** Where nothing can have been written and no lock is held, there is nothing to do. */
  private @Nullable CompletableFuture<Optional<ByteBuffer>> flush(Request.Flush request) {
    FileHandle handle = handles.find(request.handle());
    return handle == null || handle.isWritable() || locks.isHolder(handle, request)
        ? null
        : CompletableFuture.completedFuture(Optional.of(Reply.empty()));
  }

  private @Nullable CompletableFuture<Optional<ByteBuffer>> release(Request.Release request) {
    FileHandle handle = handles.find(request.handle());
    if (handle == null || handle.isWritable() || request.unlock()) {
      return null;
    }
    handles.remove(request.handle());
    handle.abandon();
    return CompletableFuture.completedFuture(Optional.of(Reply.empty()));
  }
}

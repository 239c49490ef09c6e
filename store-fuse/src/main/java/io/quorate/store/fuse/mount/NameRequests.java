package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileTree;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command.RenameMode;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.NewPermissions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Names: finds, makes, moves and removes them. One round each, none for a lookup. */
final class NameRequests {
  private static final int PERMISSIONS = 07777;
  private static final int RENAME_NOREPLACE = 1;
  private static final int RENAME_EXCHANGE = 2;

  private final FileTree tree;
  private final Presentation shown;
  private final KnownNodes nodes;

  NameRequests(FileTree tree, Presentation shown, KnownNodes nodes) {
    this.tree = tree;
    this.shown = shown;
    this.nodes = nodes;
  }

  ByteBuffer lookup(Header header, Request.Lookup request) throws IOException {
    long heard = nodes.heard();
    return found(tree.stat(At.child(header.node(), request.name())), heard);
  }

  /** As {@link #lookup}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> lookupAsync(Header header, Request.Lookup request) {
    long heard = nodes.heard();
    return tree.statAsync(At.child(header.node(), request.name()))
        .thenApply(answer -> answer.map(attributes -> found(attributes, heard)));
  }

  private ByteBuffer found(Attributes attributes, long heardBefore) {
    boolean current = nodes.heard() == heardBefore;
    return nodes.told(Reply.entry(attributes, current ? shown : shown.once()));
  }

  ByteBuffer makeNode(Header header, Request.MakeNode request) throws IOException {
    FileType type = type(request.mode());
    return Reply.entry(
        tree.makeNode(
            At.child(header.node(), request.name()),
            type,
            permissions(request.mode(), request.umask()),
            request.device() & 0xffff_ffffL,
            caller(header)),
        shown);
  }

  /** A mode without a type means a regular file. */
  private static FileType type(int mode) throws IOException {
    try {
      return (mode & ~PERMISSIONS) == 0 ? FileType.REGULAR : FileType.ofBits(mode);
    } catch (IllegalArgumentException e) {
      throw new Errno.ErrnoException(Errno.EINVAL);
    }
  }

  ByteBuffer makeDirectory(Header header, Request.MakeDirectory request) throws IOException {
    return Reply.entry(
        tree.makeDirectory(
            At.child(header.node(), request.name()),
            permissions(request.mode(), request.umask()),
            caller(header)),
        shown);
  }

  /** As {@link #makeDirectory}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> makeDirectoryAsync(
      Header header, Request.MakeDirectory request) {
    return tree.prompt()
        .makeDirectory(
            At.child(header.node(), request.name()),
            permissions(request.mode(), request.umask()),
            caller(header))
        .thenApply(made -> made.map(attributes -> nodes.told(Reply.entry(attributes, shown))));
  }

  ByteBuffer symlink(Header header, Request.Symlink request) throws IOException {
    return Reply.entry(
        tree.makeSymlink(At.child(header.node(), request.name()), request.target(), caller(header)),
        shown);
  }

  ByteBuffer link(Header header, Request.Link request) throws IOException {
    return Reply.entry(
        tree.link(
            At.inode(shown.inode(request.existing())), At.child(header.node(), request.name())),
        shown);
  }

  ByteBuffer unlink(Header header, Request.Unlink request) throws IOException {
    tree.unlink(At.child(header.node(), request.name()));
    return Reply.empty();
  }

  /** As {@link #unlink}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> unlinkAsync(Header header, Request.Unlink request) {
    return tree.prompt()
        .unlink(At.child(header.node(), request.name()))
        .thenApply(NameRequests::emptyIf);
  }

  /** As {@link #removeDirectory}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> removeDirectoryAsync(
      Header header, Request.RemoveDirectory request) {
    return tree.prompt()
        .removeDirectory(At.child(header.node(), request.name()))
        .thenApply(NameRequests::emptyIf);
  }

  private static Optional<ByteBuffer> emptyIf(boolean done) {
    return done ? Optional.of(Reply.empty()) : Optional.empty();
  }

  ByteBuffer removeDirectory(Header header, Request.RemoveDirectory request) throws IOException {
    tree.removeDirectory(At.child(header.node(), request.name()));
    return Reply.empty();
  }

  ByteBuffer rename(Header header, Request.Rename request) throws IOException {
    tree.rename(
        At.child(header.node(), request.name()),
        At.child(shown.inode(request.newDirectory()), request.newName()),
        mode(request));
    return Reply.empty();
  }

  /** As {@link #rename}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> renameAsync(Header header, Request.Rename request)
      throws IOException {
    return tree.prompt()
        .rename(
            At.child(header.node(), request.name()),
            At.child(shown.inode(request.newDirectory()), request.newName()),
            mode(request))
        .thenApply(NameRequests::emptyIf);
  }

  private static RenameMode mode(Request.Rename request) throws IOException {
    return switch (request.flags()) {
      case 0 -> RenameMode.REPLACE;
      case RENAME_NOREPLACE -> RenameMode.NO_REPLACE;
      case RENAME_EXCHANGE -> RenameMode.EXCHANGE;
      default -> throw new Errno.ErrnoException(Errno.EINVAL);
    };
  }

  ByteBuffer readLink(Header header) throws IOException {
    return Reply.bytes(tree.readSymlink(new At(header.node(), Bytes.EMPTY, false)));
  }

  /** As commands carry them: a default ACL in the directory takes the place of the umask. */
  static int permissions(int mode, int umask) {
    return NewPermissions.of(mode & PERMISSIONS, umask);
  }

  static Caller caller(Header header) {
    return new Caller(header.uid(), header.gid());
  }
}

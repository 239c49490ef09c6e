package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileHandle;
import io.quorate.store.file.FileTree;
import io.quorate.store.file.OpenMode;
import io.quorate.store.fuse.kernel.Attribute;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What stat(2) tells, and changes to it. */
final class AttributeRequests {
  private static final int PERMISSIONS = 07777;

  /** What changes an attribute, in contrast to what says how. */
  private static final int CHANGES =
      Attribute.MODE
          | Attribute.UID
          | Attribute.GID
          | Attribute.SIZE
          | Attribute.ATIME
          | Attribute.MTIME
          | Attribute.ATIME_NOW
          | Attribute.MTIME_NOW;

  /** Inodes that can be made: their numbers are not what runs out. */
  private static final long FREE_INODES = 1L << 40;

  private final FileTree tree;
  private final Presentation shown;
  private final Numbered<FileHandle> files;

  AttributeRequests(FileTree tree, Presentation shown, Numbered<FileHandle> files) {
    this.tree = tree;
    this.shown = shown;
    this.files = files;
  }

  ByteBuffer get(Header header, Request.GetAttributes request) throws IOException {
    FileHandle handle = request.byHandle() ? files.find(request.handle()) : null;
    return told(request, attributes(header.node(), handle));
  }

  private ByteBuffer told(Request.GetAttributes request, Attributes attributes) {
    return request.birth()
        ? Reply.attributesAndBirth(attributes, shown)
        : Reply.attributes(attributes, shown);
  }

  /** As {@link #get}; see {@link Dispatcher#ask}. */
  CompletableFuture<Optional<ByteBuffer>> getAsync(Header header, Request.GetAttributes request) {
    FileHandle handle = request.byHandle() ? files.find(request.handle()) : null;
    return (handle != null ? handle.attributesAsync() : tree.statAsync(At.inode(header.node())))
        .thenApply(answer -> answer.map(attributes -> told(request, attributes)));
  }

  private Attributes attributes(long node, @Nullable FileHandle handle) throws IOException {
    return handle != null ? handle.attributes() : tree.stat(At.inode(node));
  }

  ByteBuffer set(Header header, Request.SetAttributes request) throws IOException {
    FileHandle handle =
        (request.valid() & Attribute.HANDLE) != 0 ? files.find(request.handle()) : null;
    if ((request.valid() & Attribute.SIZE) != 0) {
      resize(header.node(), handle, request.sizeBytes());
    }
    AttributeChange change = change(header, request, handle);
    if (!change.equals(AttributeChange.NONE)) {
      if (handle != null) {
        handle.setAttributes(change);
      } else {
        tree.setAttributes(new At(header.node(), Bytes.EMPTY, false), change);
      }
    }
    return Reply.attributes(attributes(header.node(), handle), shown);
  }

  /** By a handle it is unpublished like a write; by name others see it when this returns. */
  private void resize(long node, @Nullable FileHandle handle, long sizeBytes) throws IOException {
    if (handle != null && handle.isWritable()) {
      handle.truncate(sizeBytes);
      return;
    }
    try (FileHandle opened = tree.open(At.inode(node), OpenMode.WRITE)) {
      opened.truncate(sizeBytes);
    }
  }

  private AttributeChange change(
      Header header, Request.SetAttributes request, @Nullable FileHandle handle)
      throws IOException {
    int valid = request.valid();
    Integer permissions = (valid & Attribute.MODE) != 0 ? request.mode() & PERMISSIONS : null;
    Integer uid = (valid & Attribute.UID) != 0 ? (Integer) request.uid() : null;
    // Nothing to change is told before fallocate(2) and the like by one who is not root, and for
    // chown(2) that changes nothing: like a change of owner, it takes privileges away and sets
    // ctime.
    boolean none = (valid & CHANGES) == 0;
    if (permissions == null && (none || (valid & Attribute.KILL_PRIVILEGES) != 0)) {
      Attributes before = attributes(header.node(), handle);
      permissions = Privileges.left(header, before);
      if (none
          && permissions != null
          && !Privileges.isOwner(header, before)
          && !isBeingWritten(header.node())) {
        // The kernel does not check it: it asks the same for chown(2), which is the owner's, and
        // for those who write to an open file.
        throw new Errno.ErrnoException(Errno.EPERM);
      }
      uid = none ? (Integer) before.uid() : uid;
    }
    return new AttributeChange(
        permissions,
        uid,
        (valid & Attribute.GID) != 0 ? request.gid() : null,
        time(valid, Attribute.ATIME, Attribute.ATIME_NOW, request.atimeNanos()),
        time(valid, Attribute.MTIME, Attribute.MTIME_NOW, request.mtimeNanos()),
        null);
  }

  private boolean isBeingWritten(long node) {
    return files.all().stream().anyMatch(file -> file.inode() == node && file.isWritable());
  }

  private static @Nullable Long time(int valid, int set, int now, long nanos) {
    if ((valid & set) == 0) {
      return null;
    }
    return (valid & now) != 0 ? AttributeChange.NOW : (Long) nanos;
  }

  ByteBuffer statFileSystem() throws IOException {
    ClusterStatus status = tree.status();
    List<ClusterStatus.PeerStatus> peers = status.peers();
    // What a quorum has room for: the third of four, when the fullest comes last.
    int quorum = peers.size() / 2;
    long total = nth(peers.stream().map(ClusterStatus.PeerStatus::totalBytes).toList(), quorum);
    long usable = nth(peers.stream().map(ClusterStatus.PeerStatus::usableBytes).toList(), quorum);
    return Reply.statFileSystem(
        total, usable, tree.totals().inodes(), FREE_INODES, At.MAX_NAME_BYTES);
  }

  private static long nth(List<Long> bytes, int index) {
    List<Long> descending = bytes.stream().sorted(Comparator.reverseOrder()).toList();
    return Math.max(0, descending.get(index));
  }
}

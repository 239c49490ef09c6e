package io.quorate.store.fuse.mount;

import io.quorate.store.file.FileTree;
import io.quorate.store.file.RefusedException;
import io.quorate.store.fuse.kernel.DirectoryReply;
import io.quorate.store.fuse.kernel.Presentation;
import io.quorate.store.fuse.kernel.Reply;
import io.quorate.store.fuse.kernel.Request;
import io.quorate.store.fuse.kernel.Request.Header;
import io.quorate.store.metadata.Answer.DirectoryEntry;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Listings. Offset 1 is after ".", 2 after "..", and the others are places of OpenDirectory. */
final class DirectoryRequests {
  private static final Bytes DOT = Bytes.utf8(".");
  private static final Bytes DOT_DOT = Bytes.utf8("..");

  private final FileTree tree;
  private final Presentation shown;
  private final KnownNodes nodes;
  private final Numbered<OpenDirectory> directories = new Numbered<>();

  DirectoryRequests(FileTree tree, Presentation shown, KnownNodes nodes) {
    this.tree = tree;
    this.shown = shown;
    this.nodes = nodes;
  }

  ByteBuffer open(Header header) {
    OpenDirectory opened = new OpenDirectory(tree, nodes, header.node(), shown.root());
    return Reply.opened(directories.add(opened), 0);
  }

  ByteBuffer read(Request.ReadDirectory request) throws IOException {
    OpenDirectory directory = directories.get(request.handle());
    DirectoryReply reply = new DirectoryReply(request.sizeBytes(), request.plus());
    long at = request.offset();
    if (at == 0) {
      directory.rewind();
    }
    boolean room = true;
    for (; room && at < 2; at += room ? 1 : 0) {
      room =
          at == 0
              ? reply.add(DOT, directory.node(), FileType.DIRECTORY, null, 1, shown)
              : reply.add(DOT_DOT, directory.parent(), FileType.DIRECTORY, null, 2, shown);
    }
    while (room) {
      OpenDirectory.Placed placed = directory.at(at);
      if (placed == null) {
        break;
      }
      DirectoryEntry entry = placed.entry();
      Attributes attributes = request.plus() ? attributes(entry) : entry.attributes();
      // What was listed a while ago, the kernel must not rely on.
      Presentation as = placed.heard() == nodes.heard() ? shown : shown.once();
      room = reply.add(entry.name(), entry.inode(), entry.type(), attributes, placed.place(), as);
      at = placed.place();
      if (request.plus() && room && attributes != null) {
        nodes.told(shown.node(entry.inode()));
      }
    }
    return reply.finish();
  }

  /** With what this mount has written and not yet published. */
  private @Nullable Attributes attributes(DirectoryEntry entry) throws IOException {
    if (!tree.hasUnpublished(entry.inode())) {
      return entry.attributes();
    }
    try {
      return tree.stat(At.inode(entry.inode()));
    } catch (RefusedException e) {
      return entry.attributes();
    }
  }

  ByteBuffer release(Request.ReleaseDirectory request) {
    directories.remove(request.handle());
    return Reply.empty();
  }
}

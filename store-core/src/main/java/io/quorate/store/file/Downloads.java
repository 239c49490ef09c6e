package io.quorate.store.file;

import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Whole files on their way out. The first request goes by path and brings attributes and the first
 * bytes in one answer, which is all there is to most files. What is longer is read with a few
 * requests under way ahead of the one that is awaited, so that the link is never idle; no more than
 * {@link #AHEAD} pieces take memory.
 */
final class Downloads {
  /** Reads under way at a time, of {@link FileHandle#MAX_READ_BYTES} each. */
  static final int AHEAD = 4;

  private final FileTree tree;
  private final Gateway gateway;
  private final Requests requests;
  private final InodeTable files;

  Downloads(FileTree tree, Gateway gateway, Requests requests, InodeTable files) {
    this.tree = tree;
    this.gateway = gateway;
    this.requests = requests;
    this.files = files;
  }

  private record Piece(long offset, int asked, CompletableFuture<ReadReply> reply) {}

  /** See {@link FileTree#begin}. */
  Beginning begin(At at) throws IOException {
    String file = FileTree.name(at);
    // Looked up before: what is published while the request is under way may be in neither then.
    Set<Long> unpublished = files.unpublished().all();
    long ticket = files.opening();
    try {
      Content content = content(Requests.join(ask(at, 0, 0, Beginning.MOST_BYTES, file)), file);
      Attributes attributes = content.attributes();
      if (unpublished.contains(attributes.inode())) {
        return new Beginning(attributes, ByteBuffer.allocate(0), tree.open(at, OpenMode.READ));
      }
      boolean whole = content.data().remaining() == attributes.sizeBytes();
      FileHandle rest = whole ? null : tree.opened(attributes, file);
      return new Beginning(attributes, content.data(), rest);
    } finally {
      files.ended(ticket);
    }
  }

  /** See {@link FileTree#copy}. */
  long copy(At at, OutputStream sink) throws IOException {
    Beginning beginning = begin(at);
    FileHandle rest = beginning.rest();
    if (rest == null) {
      return write(beginning.content(), sink);
    }
    try (rest) {
      long count = write(beginning.content(), sink);
      return tree.hasUnpublished(rest.inode())
          ? count + copyRest(rest, count, sink)
          : count + copyAhead(rest, beginning.attributes(), count, sink, FileTree.name(at));
    }
  }

  private static long copyRest(FileHandle handle, long offset, OutputStream sink)
      throws IOException {
    long done = offset;
    ByteBuffer content = handle.read(done, FileHandle.MAX_READ_BYTES);
    while (content.hasRemaining()) {
      done += write(content, sink);
      content = handle.read(done, FileHandle.MAX_READ_BYTES);
    }
    return done - offset;
  }

  private long copyAhead(
      FileHandle handle, Attributes attributes, long offset, OutputStream sink, String file)
      throws IOException {
    At at = At.inode(attributes.inode());
    ArrayDeque<Piece> pieces = new ArrayDeque<>();
    long size = attributes.sizeBytes();
    long asked = offset;
    long done = offset;
    while (true) {
      while (asked < size && pieces.size() < AHEAD) {
        int length = (int) Math.min(FileHandle.MAX_READ_BYTES, size - asked);
        pieces.add(new Piece(asked, length, ask(at, attributes.content(), asked, length, file)));
        asked += length;
      }
      Piece next = pieces.poll();
      if (next == null) {
        return done - offset;
      }
      ByteBuffer content = content(Requests.join(next.reply), file).data();
      long end = next.offset + next.asked;
      done += write(content, sink);
      while (done < end) {
        // A much fragmented file comes in shorter reads; one that became shorter has ended.
        content = handle.read(done, (int) (end - done));
        if (!content.hasRemaining()) {
          return done - offset;
        }
        done += write(content, sink);
      }
    }
  }

  private CompletableFuture<ReadReply> ask(
      At at, long content, long offset, int length, String file) {
    return requests.read(
        file, requests.deadline(), () -> gateway.read(at, content, offset, length));
  }

  private static Content content(ReadReply reply, String file) throws IOException {
    return switch (reply) {
      case ReadReply.Data data -> data.content();
      case ReadReply.Failed failed ->
          throw new RefusedException(failed.code(), file, null, failed.detail());
    };
  }

  /** Writes all of {@code content}, wherever its bytes lie. */
  static int write(ByteBuffer content, OutputStream sink) throws IOException {
    int count = content.remaining();
    if (content.hasArray()) {
      sink.write(content.array(), content.arrayOffset() + content.position(), count);
      return count;
    }
    byte[] copy = new byte[count];
    content.get(content.position(), copy);
    sink.write(copy);
    return count;
  }
}

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads file content: extents from one snapshot of the metadata, bytes from the local journal. A
 * chunk that is missing or damaged here is fetched from another peer at once; the reader waits for
 * it without holding a thread.
 */
final class ContentReader {
  /** Extents looked up at a time; a file of many small writes takes several look-ups. */
  private static final int MAP_LIMIT = 4096;

  private final Metadata metadata;
  private final ChunkStore chunks;
  private final ChunkExchange exchange;
  private final Reads reads;
  private final Consumer<Throwable> onReadError;

  ContentReader(
      Metadata metadata,
      ChunkStore chunks,
      ChunkExchange exchange,
      Reads reads,
      Consumer<Throwable> onReadError) {
    this.metadata = metadata;
    this.chunks = chunks;
    this.exchange = exchange;
    this.reads = reads;
    this.onReadError = onReadError;
  }

  /** Reads at most {@code lengthBytes}; runs on a reader thread, once the read is linearizable. */
  void read(
      At at, long content, long offset, int lengthBytes, CompletableFuture<ReadReply> future) {
    Answer answer =
        metadata.ask(
            new Query.MapContent(at, content, offset, Math.max(1, lengthBytes), MAP_LIMIT));
    switch (answer) {
      case Answer.Failed failed ->
          future.complete(new ReadReply.Failed(failed.code(), failed.detail()));
      case Answer.ContentMap map -> assemble(map, offset, lengthBytes, future);
      case Answer.Stat stat -> throw unexpected(stat);
      case Answer.Symlink symlink -> throw unexpected(symlink);
      case Answer.Listing listing -> throw unexpected(listing);
      case Answer.Xattr xattr -> throw unexpected(xattr);
      case Answer.Xattrs xattrs -> throw unexpected(xattrs);
      case Answer.Unlocked unlocked -> throw unexpected(unlocked);
      case Answer.Locked locked -> throw unexpected(locked);
      case Answer.Totals totals -> throw unexpected(totals);
    }
  }

  private static IllegalStateException unexpected(Answer answer) {
    return new IllegalStateException("a content map was asked for, not " + answer);
  }

  private void assemble(
      Answer.ContentMap map, long offset, int lengthBytes, CompletableFuture<ReadReply> future) {
    Attributes attributes = map.attributes();
    long available = Math.max(0, attributes.sizeBytes() - offset);
    int length = (int) Math.min(lengthBytes, available);
    List<Extent> extents = map.extents();
    if (!map.end() && !extents.isEmpty()) {
      // A short read is allowed to the caller; it asks on from where this one ends.
      length = (int) Math.min(length, extents.get(extents.size() - 1).end() - offset);
    }
    @Nullable ByteBuffer data = gather(extents, offset, length, future, map, lengthBytes);
    if (data != null) {
      future.complete(new ReadReply.Data(new Content(attributes, data)));
    }
  }

  /** The bytes, or null when a chunk has to be fetched first (or the future has failed). */
  private @Nullable ByteBuffer gather(
      List<Extent> extents,
      long offset,
      int length,
      CompletableFuture<ReadReply> future,
      Answer.ContentMap map,
      int asked) {
    ByteBuffer whole = null;
    for (Extent extent : extents) {
      long from = Math.max(offset, extent.fileOffset());
      long to = Math.min(offset + length, extent.end());
      if (from >= to) {
        continue;
      }
      int within = extent.chunkOffset() + (int) (from - extent.fileOffset());
      ByteBuffer part = readChunk(extent.chunk(), within, (int) (to - from));
      if (part == null) {
        fetchThenRetry(extent.chunk(), map, offset, asked, future);
        return null;
      }
      if (part.remaining() == length) {
        return part; // one extent covers it all: no copy
      }
      whole = whole == null ? ByteBuffer.allocate(length) : whole;
      whole.put((int) (from - offset), part, part.position(), part.remaining());
    }
    return whole == null ? ByteBuffer.allocate(length) : whole;
  }

  private @Nullable ByteBuffer readChunk(ChunkRef chunk, int offset, int length) {
    try {
      return chunks.read(chunk, offset, length);
    } catch (IOException e) {
      onReadError.accept(e);
      chunks.forget(chunk.id());
      return null;
    }
  }

  private void fetchThenRetry(
      ChunkRef chunk,
      Answer.ContentMap map,
      long offset,
      int asked,
      CompletableFuture<ReadReply> future) {
    exchange
        .fetch(chunk)
        .whenComplete(
            (done, error) -> {
              if (error != null) {
                future.completeExceptionally(error); // unavailable: another peer may do better
              } else {
                reads.resume(() -> assemble(map, offset, asked, future), future);
              }
            });
  }
}

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Extent;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads file content: extents from one snapshot of the metadata, bytes from the local journal. A
 * chunk that is missing or damaged here is fetched from another peer at once; the reader waits for
 * it without holding a thread. If no peer has it, a read ends short before it, and one that begins
 * in it fails: the rest of the file can be read.
 */
final class ContentReader {
  /** Extents looked up at a time; a file of many small writes takes several look-ups. */
  private static final int MAP_LIMIT = 4096;

  /** How much of a file that is read is to come before what nobody reads. */
  private static final long REST_BYTES = 64L << 20;

  private final Metadata metadata;
  private final ChunkStore chunks;
  private final ChunkExchange exchange;
  private final Reads reads;
  private final OpenReads open;
  private final BiConsumer<ChunkRef, IOException> onReadError;
  private final Consumer<List<ChunkRef>> onMissing;

  /**
   * A read under way.
   *
   * @param fetched content that came from other peers for it, which this journal may have no room
   *     for
   * @param lost chunks that no peer has
   */
  private record Request(
      At at,
      long content,
      Answer.ContentMap map,
      long offset,
      int asked,
      long deadlineNanos,
      CompletableFuture<ReadReply> future,
      Map<ChunkRef, ByteBuffer> fetched,
      Set<ChunkId> lost) {}

  ContentReader(
      Metadata metadata,
      ChunkStore chunks,
      ChunkExchange exchange,
      Reads reads,
      OpenReads open,
      BiConsumer<ChunkRef, IOException> onReadError,
      Consumer<List<ChunkRef>> onMissing) {
    this.metadata = metadata;
    this.chunks = chunks;
    this.exchange = exchange;
    this.reads = reads;
    this.open = open;
    this.onReadError = onReadError;
    this.onMissing = onMissing;
  }

  /** Reads at most {@code lengthBytes}; runs on a reader thread, once the read is linearizable. */
  void read(
      At at,
      long content,
      long offset,
      int lengthBytes,
      long deadlineNanos,
      CompletableFuture<ReadReply> future) {
    long read = open.begin();
    future.whenComplete((reply, error) -> open.end(read));
    Answer answer =
        metadata.ask(
            new Query.MapContent(at, content, offset, Math.max(1, lengthBytes), MAP_LIMIT));
    switch (answer) {
      case Answer.Failed failed ->
          future.complete(new ReadReply.Failed(failed.code(), failed.detail()));
      case Answer.ContentMap map ->
          assemble(
              new Request(
                  at,
                  content,
                  map,
                  offset,
                  lengthBytes,
                  deadlineNanos,
                  future,
                  new ConcurrentHashMap<>(),
                  ConcurrentHashMap.newKeySet()));
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

  private void assemble(Request request) {
    Answer.ContentMap map = request.map;
    Attributes attributes = map.attributes();
    long available = Math.max(0, attributes.sizeBytes() - request.offset);
    int length = (int) Math.min(request.asked, available);
    List<Extent> extents = map.extents();
    if (!map.end() && !extents.isEmpty()) {
      // A short read is allowed to the caller; it asks on from where this one ends.
      length = (int) Math.min(length, extents.get(extents.size() - 1).end() - request.offset);
    }
    @Nullable ByteBuffer data = gather(request, length);
    if (data != null) {
      request.future.complete(new ReadReply.Data(new Content(attributes, data)));
    }
  }

  /** The bytes, or null when a chunk has to be fetched first (or the future has failed). */
  private @Nullable ByteBuffer gather(Request request, int length) {
    ByteBuffer whole = null;
    List<Extent> extents = request.map.extents();
    for (int i = 0; i < extents.size(); i++) {
      Extent extent = extents.get(i);
      long from = Math.max(request.offset, extent.fileOffset());
      long to = Math.min(request.offset + length, extent.end());
      if (from >= to) {
        continue;
      }
      if (request.lost.contains(extent.chunk().id())) {
        return upToLost(request, extent, (int) (from - request.offset));
      }
      int within = extent.chunkOffset() + (int) (from - extent.fileOffset());
      ByteBuffer part = readChunk(request, extent.chunk(), within, (int) (to - from));
      if (part == null) {
        wantAll(extents.subList(i + 1, extents.size()), request.offset + length);
        wantRestOfFile(request);
        fetchThenRetry(extent.chunk(), request);
        return null;
      }
      if (part.remaining() == length) {
        return part; // one extent covers it all: no copy
      }
      whole = whole == null ? ByteBuffer.allocate(length) : whole;
      whole.put((int) (from - request.offset), part, part.position(), part.remaining());
    }
    return whole == null ? ByteBuffer.allocate(length) : whole;
  }

  /** What comes before a lost chunk; if that is nothing, the read fails. */
  private @Nullable ByteBuffer upToLost(Request request, Extent extent, int goodBytes) {
    if (goodBytes > 0) {
      return gather(request, goodBytes);
    }
    String detail =
        "bytes "
            + extent.fileOffset()
            + " to "
            + (extent.end() - 1)
            + " are lost: no peer has a good copy of chunk "
            + extent.chunk().id();
    request.future.complete(new ReadReply.Failed(ErrorCode.IO, detail));
    return null;
  }

  private @Nullable ByteBuffer readChunk(Request request, ChunkRef chunk, int offset, int length) {
    ByteBuffer fetched = request.fetched.get(chunk);
    if (fetched != null) {
      return fetched.slice(fetched.position() + offset, length).asReadOnlyBuffer();
    }
    try {
      return chunks.read(chunk, offset, length);
    } catch (IOException e) {
      onReadError.accept(chunk, e);
      return null;
    }
  }

  /**
   * Where one chunk is missing others often are: they come while the reader waits for the first.
   */
  private void wantAll(List<Extent> extents, long endOffset) {
    for (Extent extent : extents) {
      if (extent.fileOffset() < endOffset && !chunks.held(extent.chunk().id())) {
        exchange.want(extent.chunk());
      }
    }
  }

  /** Whoever reads here is likely to read on; but the next chunk is not worth a reader's place. */
  private void wantRestOfFile(Request request) {
    Attributes attributes = request.map.attributes();
    long from = request.offset + request.asked;
    long rest = Math.min(attributes.sizeBytes() - from, REST_BYTES);
    if (rest <= 0 || !request.fetched.isEmpty()) {
      return; // the end, or asked for already
    }
    Query query = new Query.MapContent(request.at, request.content, from, rest, MAP_LIMIT);
    if (metadata.ask(query) instanceof Answer.ContentMap map) {
      onMissing.accept(map.extents().stream().map(Extent::chunk).toList());
    }
  }

  private void fetchThenRetry(ChunkRef chunk, Request request) {
    exchange
        .fetch(chunk, request.deadlineNanos)
        .whenComplete(
            (came, error) -> {
              if (error instanceof ChunkLostException) {
                request.lost.add(chunk.id());
                reads.resume(() -> assemble(request), request.future, request.deadlineNanos);
              } else if (error != null) {
                // Unavailable: another peer may do better.
                request.future.completeExceptionally(error);
              } else {
                if (came != null) {
                  request.fetched.put(came.ref(), came.content());
                }
                reads.resume(() -> assemble(request), request.future, request.deadlineNanos);
              }
            });
  }
}

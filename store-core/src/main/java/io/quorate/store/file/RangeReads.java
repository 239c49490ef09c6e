package io.quorate.store.file;

import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** Reads of ranges of published content, of files that need not be open. Thread-safe. */
final class RangeReads {
  private final Gateway gateway;
  private final Requests requests;

  RangeReads(Gateway gateway, Requests requests) {
    this.gateway = gateway;
    this.requests = requests;
  }

  /** See {@link FileTree#readAsync}. */
  CompletableFuture<ByteBuffer> read(At at, String file, long offset, int lengthBytes) {
    return readOnce(at, file, offset, lengthBytes)
        .thenCompose(
            content -> {
              long rest = content.attributes().sizeBytes() - offset;
              int there = (int) Math.max(0, Math.min(lengthBytes, rest));
              return content.data().remaining() >= there
                  ? CompletableFuture.completedFuture(content.data())
                  : readPieces(at, file, offset, ByteBuffer.allocate(there), content);
            });
  }

  /** A much fragmented file comes in several answers; if it is changed meanwhile, all anew. */
  private CompletableFuture<ByteBuffer> readPieces(
      At at, String file, long offset, ByteBuffer gathered, Content newest) {
    gathered.put(newest.data().duplicate());
    if (!gathered.hasRemaining()) {
      return CompletableFuture.completedFuture(gathered.flip());
    }
    return readOnce(at, file, offset + gathered.position(), gathered.remaining())
        .thenCompose(
            next -> {
              boolean same =
                  next.attributes().content() == newest.attributes().content()
                      && next.attributes().contentVersion() == newest.attributes().contentVersion();
              return same && next.data().hasRemaining()
                  ? readPieces(at, file, offset, gathered, next)
                  : read(at, file, offset, gathered.capacity());
            });
  }

  private CompletableFuture<Content> readOnce(At at, String file, long offset, int lengthBytes) {
    return requests
        .read(file, requests.deadline(), () -> gateway.read(at, 0, offset, lengthBytes))
        .thenCompose(
            reply ->
                switch (reply) {
                  case ReadReply.Data data -> CompletableFuture.completedFuture(data.content());
                  case ReadReply.Failed failed ->
                      CompletableFuture.failedFuture(
                          new RefusedException(failed.code(), file, null, failed.detail()));
                });
  }
}

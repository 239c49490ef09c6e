package io.quorate.store.file;

import io.quorate.store.VersionGoneException;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One published version of a file, open for reading. Every answer of the cluster says which version
 * it is of, so that a file written in place is noticed before a byte of the new version is handed
 * out; a file replaced as a whole leaves its old content readable for as long as this is open.
 *
 * <p>Thread-safe; nothing here blocks.
 */
public final class OpenVersion implements AutoCloseable {
  /** Longest read, in bytes. */
  public static final int MAX_READ_BYTES = FileHandle.MAX_READ_BYTES;

  private final Gateway gateway;
  private final Requests requests;
  private final String file;
  private final Attributes attributes;
  private final ByteBuffer beginning;
  private final @Nullable Runnable release;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param beginning the first bytes, which came with the opening
   * @param release lets go of the content; null if all of it is in {@code beginning}
   */
  OpenVersion(
      Gateway gateway,
      Requests requests,
      String file,
      Attributes attributes,
      ByteBuffer beginning,
      @Nullable Runnable release) {
    this.gateway = gateway;
    this.requests = requests;
    this.file = file;
    this.attributes = attributes;
    this.beginning = beginning.asReadOnlyBuffer();
    this.release = release;
  }

  /** Of the file, when it was opened. */
  public Attributes attributes() {
    return attributes;
  }

  /**
   * Reads a range; shorter than asked only at the end. Fails with VersionGoneException,
   * NoQuorumException or ClosedChannelException.
   */
  public CompletableFuture<ByteBuffer> read(long offset, int lengthBytes) {
    if (offset < 0 || lengthBytes < 0 || lengthBytes > MAX_READ_BYTES) {
      throw new IllegalArgumentException(
          "a read of " + lengthBytes + " bytes at " + offset + "; at most 1 MiB, from 0 on");
    }
    if (closed.get()) {
      return CompletableFuture.failedFuture(new ClosedChannelException());
    }
    int there = (int) Math.max(0, Math.min(lengthBytes, attributes.sizeBytes() - offset));
    if (there == 0 || offset + there <= beginning.remaining()) {
      return CompletableFuture.completedFuture(
          beginning.slice(there == 0 ? 0 : (int) offset, there));
    }
    return fetch(offset, there)
        .thenCompose(
            first ->
                first.remaining() == there
                    ? CompletableFuture.completedFuture(first)
                    : readRest(offset, ByteBuffer.allocate(there).put(first)));
  }

  /** A much fragmented file comes in several answers. */
  private CompletableFuture<ByteBuffer> readRest(long offset, ByteBuffer gathered) {
    return fetch(offset + gathered.position(), gathered.remaining())
        .thenCompose(
            part -> {
              gathered.put(part);
              return gathered.hasRemaining()
                  ? readRest(offset, gathered)
                  : CompletableFuture.completedFuture(gathered.flip());
            });
  }

  private CompletableFuture<ByteBuffer> fetch(long offset, int lengthBytes) {
    At at = At.inode(attributes.inode());
    return requests
        .read(
            file,
            requests.deadline(),
            () -> gateway.read(at, attributes.content(), offset, lengthBytes))
        .thenCompose(
            reply ->
                switch (reply) {
                  case ReadReply.Data data -> checked(data.content(), lengthBytes);
                  case ReadReply.Failed failed -> CompletableFuture.failedFuture(refused(failed));
                });
  }

  private CompletableFuture<ByteBuffer> checked(Content content, int lengthBytes) {
    if (!isSameVersion(content.attributes())) {
      return CompletableFuture.failedFuture(
          new VersionGoneException(file, "the file was written in place since it was opened"));
    }
    if (content.data().hasRemaining() || lengthBytes == 0) {
      return CompletableFuture.completedFuture(content.data());
    }
    return CompletableFuture.failedFuture(
        new IOException(file + ": the cluster's answer ends before the file does"));
  }

  private boolean isSameVersion(Attributes now) {
    return now.content() == attributes.content()
        && now.contentVersion() == attributes.contentVersion();
  }

  private IOException refused(ReadReply.Failed failed) {
    return failed.code() == ErrorCode.STALE
        ? new VersionGoneException(
            file, "the cluster no longer keeps the version that was opened: " + failed.detail())
        : new RefusedException(failed.code(), file, null, failed.detail());
  }

  public boolean isOpen() {
    return !closed.get();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true) && release != null) {
      release.run();
    }
  }
}

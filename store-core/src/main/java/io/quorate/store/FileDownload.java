package io.quorate.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * One version of a file, open for reading ranges of it: what a web server sends a response from.
 * All that is read belongs to the version that the file had when it was opened, while others
 * replace, rename or delete it. Content that is written in place takes the version away; reads then
 * fail with {@link VersionGoneException} and never mix two versions.
 *
 * {@snippet file="io/quorate/store/StoreSnippetsTest.java" region="download"}
 *
 * <p>Whatever the range, at most three pieces of 1 MiB are in memory for each transfer. What this
 * process itself wrote and has not published is not shown.
 *
 * <p>Thread-safe. Close it: the cluster keeps a replaced version for as long as it is open. Closing
 * the store closes it, too. After that, reads fail with {@link
 * java.nio.channels.ClosedChannelException}.
 *
 * <p>Failures of the cluster are as {@link Store} says; each read has a deadline of its own.
 */
public interface FileDownload extends AutoCloseable {

  /** The version that is read; its {@link FileVersion#etag} identifies the response. */
  FileVersion version();

  /** Length in bytes. */
  default long sizeBytes() {
    return version().sizeBytes();
  }

  /** When the content, or this attribute, was last changed, in milliseconds since 1970. */
  long lastModifiedMillis();

  /**
   * Reads a range without waiting. Shorter than asked only at the end of the file; empty beyond it.
   * The buffer may be read-only. Callbacks run on the store's threads and must not block.
   *
   * @param lengthBytes at most 1 MiB
   * @return fails with {@link VersionGoneException} or as {@link Store} says
   * @throws IllegalArgumentException if the range is none
   */
  CompletableFuture<ByteBuffer> readAsync(long offset, int lengthBytes);

  /**
   * Writes a range to {@code sink}, a piece at a time; the next piece is read meanwhile.
   *
   * @param lengthBytes most bytes; fewer are written where the file ends
   * @return bytes written
   * @throws VersionGoneException if the version can not be read any more; what was written until
   *     then is of that version
   * @throws IOException what {@code sink} throws, or as {@link Store} says
   */
  long transferTo(long offset, long lengthBytes, OutputStream sink) throws IOException;

  /**
   * As {@link #transferTo(long, long, OutputStream)}, to a channel; one that does not block is
   * written to until it has taken all.
   */
  long transferTo(long offset, long lengthBytes, WritableByteChannel sink) throws IOException;

  /** Writes the whole file to {@code sink}. */
  default long transferTo(OutputStream sink) throws IOException {
    return transferTo(0, Long.MAX_VALUE, sink);
  }

  /**
   * A range as a stream of buffers, each at most 1 MiB, read as the subscriber asks for them. Each
   * subscriber gets the range from its beginning. Signals come one at a time, on the store's
   * threads, and must not block; the buffers may be read-only. The download must stay open until
   * the subscriber has heard of the end.
   *
   * @param lengthBytes most bytes; fewer come where the file ends
   */
  Flow.Publisher<ByteBuffer> publisher(long offset, long lengthBytes);

  @Override
  void close();
}

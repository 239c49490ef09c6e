package io.quorate.store.nio;

import io.quorate.store.FileDownload;
import io.quorate.store.FileVersion;
import io.quorate.store.file.OpenVersion;
import io.quorate.store.file.RangePublisher;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;

/** An open version as the API shows it. */
final class StoreDownload implements FileDownload {
  private static final int COPY_BYTES = 64 << 10;

  private final QuoratePath path;
  private final OpenVersion version;

  StoreDownload(QuoratePath path, OpenVersion version) {
    this.path = path;
    this.version = version;
  }

  @Override
  public FileVersion version() {
    return Transfers.version(version.attributes());
  }

  @Override
  public long lastModifiedMillis() {
    return Math.floorDiv(version.attributes().mtimeNanos(), 1_000_000L);
  }

  @Override
  public CompletableFuture<ByteBuffer> readAsync(long offset, int lengthBytes) {
    return Transfers.translated(version.read(offset, lengthBytes), path);
  }

  /** Where pieces go. */
  private interface Sink {
    void take(ByteBuffer piece) throws IOException;
  }

  @Override
  public long transferTo(long offset, long lengthBytes, OutputStream sink) throws IOException {
    checkRange(offset, lengthBytes);
    byte[] copy = new byte[(int) Math.min(COPY_BYTES, Math.min(lengthBytes, sizeBytes()))];
    return transfer(
        offset,
        lengthBytes,
        piece -> {
          while (piece.hasRemaining()) {
            int count = Math.min(copy.length, piece.remaining());
            piece.get(copy, 0, count);
            sink.write(copy, 0, count);
          }
        });
  }

  @Override
  public long transferTo(long offset, long lengthBytes, WritableByteChannel sink)
      throws IOException {
    return transfer(
        offset,
        lengthBytes,
        piece -> {
          while (piece.hasRemaining()) {
            if (sink.write(piece) == 0) {
              Thread.onSpinWait();
            }
          }
        });
  }

  private static void checkRange(long offset, long lengthBytes) {
    if (offset < 0 || lengthBytes < 0) {
      throw new IllegalArgumentException(
          "there is no range of " + lengthBytes + " bytes at " + offset);
    }
  }

  private long transfer(long offset, long lengthBytes, Sink sink) throws IOException {
    checkRange(offset, lengthBytes);
    long from = Math.min(offset, sizeBytes());
    long end = from + Math.min(lengthBytes, sizeBytes() - from);
    long position = from;
    CompletableFuture<ByteBuffer> ahead = piece(position, end);
    while (position < end) {
      ByteBuffer piece;
      try {
        piece = ahead.join().duplicate();
      } catch (CompletionException e) {
        throw Transfers.thrown(e, path);
      }
      position += piece.remaining();
      ahead = piece(position, end);
      sink.take(piece);
    }
    return end - from;
  }

  private CompletableFuture<ByteBuffer> piece(long position, long end) {
    return version.read(position, (int) Math.min(OpenVersion.MAX_READ_BYTES, end - position));
  }

  @Override
  public Flow.Publisher<ByteBuffer> publisher(long offset, long lengthBytes) {
    Flow.Publisher<ByteBuffer> range = new RangePublisher(version, offset, lengthBytes);
    return subscriber -> range.subscribe(new Relay(subscriber, path));
  }

  /** Passes signals on, errors as the API calls them. */
  private record Relay(Flow.Subscriber<? super ByteBuffer> subscriber, QuoratePath path)
      implements Flow.Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscriber.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer piece) {
      subscriber.onNext(piece);
    }

    @Override
    public void onError(Throwable error) {
      subscriber.onError(Transfers.translate(error, path));
    }

    @Override
    public void onComplete() {
      subscriber.onComplete();
    }
  }

  @Override
  public void close() {
    path.getFileSystem().forget(this);
    version.close();
  }
}

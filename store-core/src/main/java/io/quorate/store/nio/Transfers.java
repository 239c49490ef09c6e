package io.quorate.store.nio;

import io.quorate.store.FileChecksum;
import io.quorate.store.FileDownload;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.file.PutRequest;
import io.quorate.store.file.PutSubscriber;
import io.quorate.store.file.Versions;
import io.quorate.store.metadata.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;

/** Uploads, downloads and checksums: what the store has beside a file system. */
final class Transfers {
  private final QuorateFileSystem fileSystem;

  Transfers(QuorateFileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  static FileVersion version(Attributes attributes) {
    return new FileVersion(attributes.sizeBytes(), attributes.contentVersion());
  }

  // ---- errors

  /** What a future failed with, as {@code java.nio.file} calls it. */
  static Throwable translate(Throwable error, Path path) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (!(cause instanceof IOException io)) {
      return cause;
    }
    try {
      return JdkErrors.translate(io, path);
    } catch (ClosedFileSystemException closed) {
      return closed;
    }
  }

  static <T> CompletableFuture<T> translated(CompletableFuture<T> future, Path path) {
    return future.exceptionallyCompose(
        error -> CompletableFuture.failedFuture(translate(error, path)));
  }

  /** As {@link #translate}, to be thrown by the thread that waited. */
  static IOException thrown(CompletionException error, Path path) {
    Throwable cause = translate(error, path);
    if (cause instanceof IOException io) {
      return io;
    }
    if (cause instanceof RuntimeException runtime) {
      throw runtime;
    }
    return new IOException(cause);
  }

  // ---- in

  FileUpload upload(QuoratePath path, PutRequest request) throws IOException {
    return fileSystem.remember(
        new StoreUpload(
            path, fileSystem.tree().upload(request), fileSystem.tree().options().chunkBytes()));
  }

  CompletableFuture<FileVersion> put(
      QuoratePath path, PutRequest request, Flow.Publisher<ByteBuffer> content) throws IOException {
    PutSubscriber subscriber =
        new PutSubscriber(
            fileSystem.tree().upload(request), fileSystem.tree().options().chunkBytes());
    content.subscribe(subscriber);
    CompletableFuture<FileVersion> outcome = new CompletableFuture<>();
    outcome.whenComplete(
        (version, error) -> {
          if (error instanceof CancellationException) {
            subscriber.done().cancel(false);
          }
        });
    subscriber
        .done()
        .whenComplete(
            (attributes, error) -> {
              if (error != null) {
                outcome.completeExceptionally(translate(error, path));
              } else {
                outcome.complete(version(attributes));
              }
            });
    return outcome;
  }

  // ---- out

  FileDownload download(QuoratePath path) throws IOException {
    try {
      return downloadAsync(path).join();
    } catch (CompletionException e) {
      throw thrown(e, path);
    }
  }

  CompletableFuture<FileDownload> downloadAsync(QuoratePath path) throws IOException {
    CompletableFuture<FileDownload> outcome = new CompletableFuture<>();
    fileSystem
        .tree()
        .versions()
        .open(path.at(true))
        .whenComplete(
            (version, error) -> {
              if (error != null) {
                outcome.completeExceptionally(translate(error, path));
                return;
              }
              FileDownload download = fileSystem.remember(new StoreDownload(path, version));
              if (!outcome.complete(download)) {
                // Cancelled meanwhile: nobody is there to close it.
                download.close();
              }
            });
    return outcome;
  }

  CompletableFuture<FileVersion> get(QuoratePath path, Flow.Subscriber<? super ByteBuffer> sink)
      throws IOException {
    Objects.requireNonNull(sink, "sink");
    CompletableFuture<FileVersion> outcome = new CompletableFuture<>();
    downloadAsync(path)
        .whenComplete(
            (download, error) -> {
              if (error != null) {
                Throwable cause = translate(error, path);
                sink.onSubscribe(new Silent());
                sink.onError(cause);
                outcome.completeExceptionally(cause);
              } else {
                download
                    .publisher(0, Long.MAX_VALUE)
                    .subscribe(new WholeFile(sink, download, outcome));
              }
            });
    return outcome;
  }

  /** The subscription of one who only hears of a failure. */
  private record Silent() implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }

  /** Passes signals on, and closes the download with the last. */
  private record WholeFile(
      Flow.Subscriber<? super ByteBuffer> sink,
      FileDownload download,
      CompletableFuture<FileVersion> outcome)
      implements Flow.Subscriber<ByteBuffer> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      sink.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              subscription.request(n);
            }

            @Override
            public void cancel() {
              subscription.cancel();
              download.close();
              outcome.cancel(false);
            }
          });
    }

    @Override
    public void onNext(ByteBuffer piece) {
      try {
        sink.onNext(piece);
      } catch (RuntimeException | Error e) {
        // It hears no more; the version must not be held for it.
        download.close();
        outcome.completeExceptionally(e);
        throw e;
      }
    }

    @Override
    public void onError(Throwable error) {
      download.close();
      sink.onError(error);
      outcome.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      download.close();
      sink.onComplete();
      outcome.complete(download.version());
    }
  }

  FileChecksum checksum(QuoratePath path) throws IOException {
    try {
      Versions.Checksum sum = fileSystem.tree().versions().checksum(path.at(true));
      return new FileChecksum(version(sum.attributes()), sum.crc32c());
    } catch (IOException e) {
      throw JdkErrors.translate(e, path);
    }
  }
}

package io.quorate.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.file.SoloGateway;
import io.quorate.store.nio.GatewayStore;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of the API's documentation, as they are shown there, run as tests. */
public class StoreSnippetsTest {
  private final RealWorld world = RealWorld.create();
  private Store store;

  /** A store that is empty; other modules have others. */
  protected Store open() throws IOException {
    return GatewayStore.over(world, new SoloGateway(world), StoreOptions.defaults());
  }

  @BeforeEach
  void start() throws IOException {
    store = open();
  }

  @AfterEach
  void close() {
    store.close();
    world.close();
  }

  // @start region="condition"
  /** Adds one to a number that many processes count in, none of which loses a count. */
  int increment(Path counter) throws IOException {
    while (true) {
      try (FileDownload now = store.download(counter)) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        now.transferTo(text);
        int next = Integer.parseInt(text.toString(StandardCharsets.US_ASCII)) + 1;
        byte[] content = Integer.toString(next).getBytes(StandardCharsets.US_ASCII);
        store.put(
            counter, new ByteArrayInputStream(content), PutCondition.ifVersion(now.version()));
        return next;
      } catch (ConditionFailedException anotherWasFaster) {
        // Its number is there now: read it, and try again.
      }
    }
  }

  // @end

  @Test
  void condition() throws IOException {
    Path counter = store.path("/counter");
    Files.writeString(counter, "41");
    assertEquals(42, increment(counter));
  }

  // @start region="list"
  /** What the files in a directory add up to, without asking for each of them. */
  long bytesIn(Path directory) throws IOException {
    long sum = 0;
    try (DirectoryStream<FileEntry> entries = store.list(directory)) {
      for (FileEntry entry : entries) {
        sum += entry.attributes().isRegularFile() ? entry.attributes().size() : 0;
      }
    }
    return sum;
  }

  // @end

  @Test
  void list() throws IOException {
    Path directory = Files.createDirectory(store.path("/sizes"));
    Files.createDirectory(directory.resolve("below"));
    Files.write(directory.resolve("a"), new byte[5]);
    Files.write(directory.resolve("b"), new byte[70]);
    assertEquals(75, bytesIn(directory));
  }

  // @start region="upload"
  /** Stores what a visitor sends, under a name that nobody has taken. */
  FileVersion receive(Path target, InputStream body) throws IOException {
    try (FileUpload upload = store.upload(target)) {
      body.transferTo(upload.outputStream());
      return upload.commit(PutCondition.ifAbsent());
    } // If the visitor goes away halfway, there is no commit, and no file.
  }

  // @end

  @Test
  void upload() throws IOException {
    Path target = store.path("/upload");
    assertEquals(3, receive(target, new ByteArrayInputStream(new byte[3])).sizeBytes());
  }

  // @start region="download"
  /** Sends a range of a file, all of it from one version. */
  void send(Path file, long offset, long lengthBytes, OutputStream response) throws IOException {
    try (FileDownload download = store.download(file)) {
      // download.version().etag() and download.sizeBytes() go into the response's headers.
      download.transferTo(offset, lengthBytes, response);
    }
  }

  // @end

  @Test
  void download() throws IOException {
    Path file = store.path("/download");
    Files.write(file, new byte[] {1, 2, 3, 4});
    ByteArrayOutputStream response = new ByteArrayOutputStream();
    send(file, 1, 2, response);
    assertArrayEquals(new byte[] {2, 3}, response.toByteArray());
  }

  // @start region="get-async"
  /** Counts the lines of a file of any length, without a thread that waits. */
  CompletableFuture<Long> countLines(Path file) {
    class Counter implements Flow.Subscriber<ByteBuffer> {
      long lines;
      Flow.Subscription subscription;

      @Override
      public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
      }

      @Override
      public void onNext(ByteBuffer piece) {
        while (piece.hasRemaining()) {
          lines += piece.get() == '\n' ? 1 : 0;
        }
        subscription.request(1);
      }

      @Override
      public void onError(Throwable failure) {} // The future fails with it.

      @Override
      public void onComplete() {}
    }
    Counter counter = new Counter();
    return store.getAsync(file, counter).thenApply(version -> counter.lines);
  }

  // @end

  @Test
  void getAsync() throws IOException {
    Path file = store.path("/lines");
    Files.writeString(file, "a line\n".repeat(300_000));
    assertEquals(300_000, countLines(file).join());
  }

  // @start region="put-async"
  /** Keeps a message for each of many recipients; none waits for another. */
  CompletableFuture<Void> deliver(ByteBuffer message, Path... inboxes) {
    return CompletableFuture.allOf(
        java.util.Arrays.stream(inboxes)
            .map(inbox -> store.putAsync(inbox, message, PutCondition.ifAbsent()))
            .toArray(CompletableFuture[]::new));
  }

  // @end

  @Test
  void putAsync() throws IOException {
    Path first = store.path("/first");
    Path second = store.path("/second");
    deliver(ByteBuffer.wrap(new byte[] {1, 2}), first, second).join();
    assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(first));
    assertArrayEquals(new byte[] {1, 2}, Files.readAllBytes(second));
    CompletionException taken =
        assertThrows(
            CompletionException.class, () -> deliver(ByteBuffer.allocate(1), first).join());
    assertInstanceOf(FileAlreadyExistsException.class, taken.getCause());
  }

  // @start region="put-publisher"
  /** Copies a local file of any length into the store, as fast as the peers take it. */
  CompletableFuture<FileVersion> copy(Path local, Path target) throws IOException {
    Flow.Publisher<ByteBuffer> content = HttpRequest.BodyPublishers.ofFile(local);
    return store.putAsync(target, content, PutCondition.always());
  }

  // @end

  @Test
  void putPublisher() throws IOException {
    byte[] bytes = new byte[(3 << 20) + 1];
    new java.util.Random(2).nextBytes(bytes);
    Path local = Files.createTempFile("snippet", "");
    Files.write(local, bytes);
    Path target = store.path("/copy");
    assertEquals(bytes.length, copy(local, target).join().sizeBytes());
    assertArrayEquals(bytes, Files.readAllBytes(target));
    Files.delete(local);
  }

  // @start region="read-async"
  /** Whether a file begins as a PNG image does. */
  CompletableFuture<Boolean> isPng(Path file) {
    ByteBuffer signature = ByteBuffer.wrap(new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    return store.readAsync(file, 0, signature.remaining()).thenApply(signature::equals);
  }

  // @end

  @Test
  void readAsync() throws IOException {
    Path file = store.path("/image");
    Files.write(file, new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10});
    assertTrue(isPng(file).join());
    Files.write(file, new byte[] {(byte) 0x89, 'P', 'N'});
    assertFalse(isPng(file).join());
  }

  // @start region="checksum"
  /** Whether a file of the store is the same as a local one, which alone is read. */
  boolean isSame(Path ofTheStore, Path local) throws IOException {
    java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
    sum.update(Files.readAllBytes(local));
    FileChecksum checksum = store.checksum(ofTheStore);
    return checksum.version().sizeBytes() == Files.size(local)
        && checksum.crc32c() == (int) sum.getValue();
  }

  // @end

  @Test
  void checksum() throws IOException {
    Path local = Files.createTempFile("snippet", "");
    Files.writeString(local, "the same");
    Path file = store.path("/sum");
    Files.writeString(file, "the same");
    assertTrue(isSame(file, local));
    Files.delete(local);
  }

  // @start region="follow"
  /** Keeps an index of the tree in step with it, whatever changes it and wherever. */
  void follow(BlockingQueue<String> index) throws IOException {
    long version = store.currentVersion();
    // Look at the tree here: what is changed from now on comes below.
    store
        .changes(version)
        .subscribe(
            new Flow.Subscriber<>() {
              private Flow.Subscription subscription;

              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                this.subscription = subscription;
                subscription.request(1);
              }

              @Override
              public void onNext(FileChange change) {
                index.add(change.kind() + " " + change.path());
                subscription.request(1);
              }

              @Override
              public void onError(Throwable error) {
                if (error instanceof ChangesLostException lost) {
                  index.add("begin anew after " + lost.resumeAfter());
                }
              }

              @Override
              public void onComplete() {}
            });
  }

  // @end

  @Test
  void follow() throws Exception {
    BlockingQueue<String> index = new LinkedBlockingQueue<>();
    follow(index);
    Files.createDirectory(store.path("/d"));
    Files.move(store.path("/d"), store.path("/e"));
    assertEquals("CREATED /d", index.take());
    assertEquals("MOVED /e", index.take());
  }
}

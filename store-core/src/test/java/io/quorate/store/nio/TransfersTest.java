package io.quorate.store.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.ConditionFailedException;
import io.quorate.store.FileChecksum;
import io.quorate.store.FileDownload;
import io.quorate.store.FileUpload;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.SessionEndedException;
import io.quorate.store.StoreOptions;
import io.quorate.store.VersionGoneException;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uploads, downloads and checksums. */
class TransfersTest {
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final GatewayStore store = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final GatewayStore other = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final Path file = store.path("/f");
  private final Path same = other.path("/f");

  @AfterEach
  void close() {
    store.close();
    other.close();
    world.close();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static ByteArrayInputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  // ---- upload

  @Test
  void anUploadIsSeenWholeAtItsCommit() throws IOException {
    byte[] bytes = random((3 << 20) + 77);
    FileVersion version;
    try (FileUpload upload = store.upload(file)) {
      for (int at = 0; at < bytes.length; at += 100_000) {
        upload.write(ByteBuffer.wrap(bytes, at, Math.min(100_000, bytes.length - at)));
        assertFalse(Files.exists(same));
      }
      assertEquals(bytes.length, upload.sizeBytes());
      version = upload.commit(PutCondition.ifAbsent());
      assertFalse(upload.isOpen());
      assertThrows(ClosedChannelException.class, () -> upload.write(ByteBuffer.allocate(1)));
      assertThrows(ClosedChannelException.class, upload::commit);
    }
    assertEquals(version, other.version(same));
    assertArrayEquals(bytes, Files.readAllBytes(same));
    assertEquals(1, cluster.rounds().size());
  }

  @Test
  void anUploadWithoutCommitLeavesNothing() throws IOException {
    try (FileUpload upload = store.upload(file);
        OutputStream stream = upload.outputStream()) {
      stream.write(random(5 << 20));
      stream.close();
      assertTrue(upload.isOpen(), "closing the stream neither commits nor ends the upload");
    }
    assertFalse(Files.exists(same));
    assertEquals(0, cluster.rounds().size());
  }

  @Test
  void conditionsOfACommit() throws IOException {
    FileVersion first = other.put(same, in(random(10)), PutCondition.always());
    FileUpload absent = store.upload(file);
    absent.write(ByteBuffer.wrap(random(20)));
    assertThrows(FileAlreadyExistsException.class, () -> absent.commit(PutCondition.ifAbsent()));
    FileUpload replacing = store.upload(file);
    replacing.write(ByteBuffer.wrap(random(30)));
    FileUpload late = store.upload(file);
    FileVersion second = replacing.commit(PutCondition.ifVersion(first));
    CompletionException failed =
        assertThrows(
            CompletionException.class,
            () -> late.commitAsync(PutCondition.ifVersion(first)).join());
    assertInstanceOf(ConditionFailedException.class, failed.getCause());
    assertEquals(second, store.version(file));
    Files.delete(same);
    FileUpload gone = store.upload(file);
    assertThrows(ConditionFailedException.class, () -> gone.commit(PutCondition.ifVersion(second)));
    assertFalse(Files.exists(file));
  }

  @Test
  void aConditionFollowsASymbolicLinkAndRefusesDirectories() throws IOException {
    FileVersion target = store.put(file, in(random(10)), PutCondition.always());
    Path link = store.path("/link");
    Files.createSymbolicLink(link, file);
    assertThrows(
        FileAlreadyExistsException.class,
        () -> store.put(link, in(random(11)), PutCondition.ifAbsent()));
    FileVersion next = store.put(link, in(random(12)), PutCondition.ifVersion(target));
    assertEquals(next, store.version(file));
    assertTrue(Files.isSymbolicLink(link));
    Path directory = Files.createDirectory(store.path("/d"));
    assertThrows(
        FileSystemException.class,
        () -> store.put(directory, in(random(1)), PutCondition.always()));
    assertThrows(
        FileAlreadyExistsException.class,
        () -> store.put(directory, in(random(1)), PutCondition.ifAbsent()));
  }

  @Test
  void aDeletedAndNewlyMadeFileHasAnotherVersion() throws IOException {
    FileVersion first = store.put(file, in(random(10)), PutCondition.always());
    Files.delete(file);
    FileVersion second = store.put(file, in(random(10)), PutCondition.ifAbsent());
    assertNotEquals(first.etag(), second.etag());
    assertThrows(
        ConditionFailedException.class,
        () -> store.put(file, in(random(10)), PutCondition.ifVersion(first)));
  }

  @Test
  void anUploadDiesWithItsSession() throws IOException {
    FileUpload upload = store.upload(file);
    upload.write(ByteBuffer.wrap(random(3 << 20)));
    cluster.endSessions();
    assertThrows(SessionEndedException.class, upload::commit);
    assertFalse(Files.exists(same));
  }

  @Test
  void closingTheStoreEndsUploadsAndDownloads() throws IOException {
    other.put(same, in(random(3 << 20)));
    FileUpload upload = store.upload(store.path("/g"));
    FileDownload download = store.download(file);
    store.close();
    assertFalse(upload.isOpen());
    assertThrows(ClosedChannelException.class, upload::commit);
    CompletionException closed =
        assertThrows(CompletionException.class, () -> download.readAsync(1 << 20, 1).join());
    assertInstanceOf(ClosedChannelException.class, closed.getCause());
    assertThrows(ClosedFileSystemException.class, () -> store.upload(file));
    assertThrows(ClosedFileSystemException.class, () -> store.download(file));
    assertThrows(ClosedFileSystemException.class, () -> store.checksum(file));
  }

  // ---- download

  @Test
  void rangesOfOneVersionWhileTheFileIsReplaced() throws IOException {
    byte[] bytes = random((4 << 20) + 3);
    FileVersion version = other.put(same, in(bytes), PutCondition.always());
    try (FileDownload download = store.download(file)) {
      other.put(same, in(random(100)));
      assertEquals(version, download.version());
      ByteArrayOutputStream sink = new ByteArrayOutputStream();
      assertEquals(bytes.length, download.transferTo(sink));
      assertArrayEquals(bytes, sink.toByteArray());
      sink.reset();
      long from = (1 << 20) - 5;
      assertEquals(10, download.transferTo(from, 10, Channels.newChannel(sink)));
      assertArrayEquals(Arrays.copyOfRange(bytes, (int) from, (int) from + 10), sink.toByteArray());
      sink.reset();
      assertEquals(3, download.transferTo(4 << 20, 100, sink));
      assertEquals(0, download.transferTo(Long.MAX_VALUE, Long.MAX_VALUE, sink));
      assertThrows(IllegalArgumentException.class, () -> download.transferTo(-1, 1, sink));
      assertThrows(IllegalArgumentException.class, () -> download.readAsync(0, (1 << 20) + 1));
    }
    assertNotEquals(version.etag(), store.version(file).etag());
  }

  @Test
  void aWriteInPlaceEndsTheTransfer() throws IOException {
    other.put(same, in(random(8 << 20)));
    try (FileDownload download = store.download(file)) {
      Files.write(same, new byte[] {1}, StandardOpenOption.APPEND);
      assertThrows(
          VersionGoneException.class, () -> download.transferTo(OutputStream.nullOutputStream()));
    }
  }

  @Test
  void missingFiles() {
    assertThrows(NoSuchFileException.class, () -> store.download(file));
    assertThrows(NoSuchFileException.class, () -> store.checksum(file));
    CompletionException missing =
        assertThrows(CompletionException.class, () -> store.downloadAsync(file).join());
    assertInstanceOf(NoSuchFileException.class, missing.getCause());
    Recorder recorder = new Recorder(1);
    assertThrows(CompletionException.class, () -> store.getAsync(file, recorder).join());
    assertInstanceOf(NoSuchFileException.class, recorder.error);
  }

  // ---- streams of buffers

  /** Notes signals; asks for one buffer at a time. */
  private static class Recorder implements Flow.Subscriber<ByteBuffer> {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final long atOnce;
    private Flow.Subscription subscription;
    private Throwable error;
    private int largest;
    private boolean complete;

    Recorder(long atOnce) {
      this.atOnce = atOnce;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(atOnce);
    }

    @Override
    public void onNext(ByteBuffer piece) {
      largest = Math.max(largest, piece.remaining());
      byte[] copy = new byte[piece.remaining()];
      piece.get(copy);
      bytes.writeBytes(copy);
      subscription.request(atOnce);
    }

    void cancel() {
      subscription.cancel();
    }

    @Override
    public void onError(Throwable failure) {
      error = failure;
    }

    @Override
    public void onComplete() {
      complete = true;
    }
  }

  @Test
  void aFileFlowsOutAsAskedFor() throws IOException {
    byte[] bytes = random((5 << 20) + 1);
    FileVersion version = other.put(same, in(bytes), PutCondition.always());
    Recorder recorder = new Recorder(1);
    assertEquals(version, store.getAsync(file, recorder).join());
    assertTrue(recorder.complete);
    assertArrayEquals(bytes, recorder.bytes.toByteArray());
    assertTrue(recorder.largest <= 1 << 20);

    try (FileDownload download = store.download(file)) {
      long before = cluster.queries();
      Recorder idle = new Recorder(2);
      download
          .publisher(1, 3 << 20)
          .subscribe(
              new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                  given.request(2);
                }

                @Override
                public void onNext(ByteBuffer piece) {
                  byte[] copy = new byte[piece.remaining()];
                  piece.get(copy);
                  idle.bytes.writeBytes(copy);
                }

                @Override
                public void onError(Throwable failure) {
                  idle.error = failure;
                }

                @Override
                public void onComplete() {
                  idle.complete = true;
                }
              });
      assertEquals(2, cluster.queries() - before, "reads no further than was asked for");
      assertArrayEquals(Arrays.copyOfRange(bytes, 1, 1 + (2 << 20)), idle.bytes.toByteArray());
      assertFalse(idle.complete);
      Recorder wrong = new Recorder(0);
      download.publisher(0, 10).subscribe(wrong);
      assertInstanceOf(IllegalArgumentException.class, wrong.error);
      Recorder empty = new Recorder(1);
      download.publisher(bytes.length, 10).subscribe(empty);
      assertTrue(empty.complete);
    }
  }

  @Test
  void aCancelledGetClosesItsDownload() throws IOException {
    other.put(same, in(random(3 << 20)));
    Recorder recorder =
        new Recorder(1) {
          @Override
          public void onNext(ByteBuffer piece) {
            cancel();
          }
        };
    assertThrows(CancellationException.class, () -> store.getAsync(file, recorder).join());
    assertFalse(recorder.complete);
  }

  /** Gives one buffer, always the same, for each that is asked for. */
  private static final class Source implements Flow.Publisher<ByteBuffer> {
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private final boolean fails;
    private Flow.Subscriber<? super ByteBuffer> to;
    private boolean cancelled;
    private long asked;

    Source(boolean fails, byte[] content, int pieceBytes) {
      this.fails = fails;
      for (int at = 0; at < content.length; at += pieceBytes) {
        pieces.add(Arrays.copyOfRange(content, at, Math.min(content.length, at + pieceBytes)));
      }
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
      to = subscriber;
      subscriber.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              asked += n;
            }

            @Override
            public void cancel() {
              cancelled = true;
            }
          });
    }

    /** Publishes as asked, reusing one buffer. */
    void run() {
      ByteBuffer reused = ByteBuffer.allocate(3 << 20);
      while (asked > 0 && !cancelled) {
        byte[] piece = pieces.poll();
        if (piece == null) {
          if (fails) {
            to.onError(new IOException("the source broke"));
          } else {
            to.onComplete();
          }
          return;
        }
        asked--;
        reused.clear().put(piece).flip();
        to.onNext(reused);
        Arrays.fill(reused.array(), (byte) 0);
      }
    }
  }

  @Test
  void aFileFlowsInInPiecesOfAnySize() throws IOException {
    for (int pieceBytes : new int[] {1_000, 1 << 20, (2 << 20) + 1}) {
      byte[] bytes = random((5 << 20) + 1);
      Source source = new Source(false, bytes, pieceBytes);
      CompletableFuture<FileVersion> put = store.putAsync(file, source, PutCondition.always());
      assertFalse(put.isDone());
      source.run();
      FileVersion version = put.join();
      assertEquals(bytes.length, version.sizeBytes());
      assertArrayEquals(bytes, Files.readAllBytes(same));
    }
    assertEquals(3, cluster.rounds().size());
  }

  @Test
  void aSourceThatFailsOrIsGivenUpLeavesNothing() throws IOException {
    Source failing = new Source(true, random(3 << 20), 100_000);
    CompletableFuture<FileVersion> put = store.putAsync(file, failing, PutCondition.always());
    failing.run();
    CompletionException broke = assertThrows(CompletionException.class, put::join);
    assertEquals("the source broke", broke.getCause().getMessage());

    Source silent = new Source(false, random(3 << 20), 100_000);
    CompletableFuture<FileVersion> given = store.putAsync(file, silent, PutCondition.always());
    given.cancel(false);
    assertTrue(silent.cancelled);
    silent.asked = 1;
    silent.cancelled = false;
    silent.run();
    assertFalse(Files.exists(same));
    assertEquals(0, cluster.rounds().size());
  }

  // ---- checksum

  @Test
  void checksumAndVersionBelongTogether() throws IOException {
    byte[] bytes = random(2_500_000);
    FileVersion version = other.put(same, in(bytes), PutCondition.always());
    FileChecksum sum = store.checksum(file);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    assertEquals(new FileChecksum(version, (int) crc.getValue()), sum);
    assertEquals(String.format("%08x", crc.getValue()), sum.hex());
    Files.write(file, new byte[0]);
    assertEquals("00000000", store.checksum(file).hex());
    Files.write(file, "123456789".getBytes(UTF_8));
    assertEquals("e3069283", store.checksum(file).hex(), "the check value of CRC32C");
  }
}

package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams and channels when threads are interrupted, share them, or the other end fails. */
abstract class StreamCases extends Cases {
  StreamCases(Callable<Face> opener) {
    super(opener);
  }

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  // ---- interrupts that pass by

  @Test
  void interruptsPassStreamsBy() throws IOException {
    file("f", "abc");
    Thread.currentThread().interrupt();
    Files.write(at("f"), new byte[] {'d'}, APPEND);
    Files.write(at("f"), new byte[] {'A'}, WRITE);
    Files.copy(at("f"), at("g"));
    try (OutputStream out = Files.newOutputStream(at("h"));
        InputStream in = Files.newInputStream(at("g"))) {
      in.transferTo(out);
    }
    assertTrue(Thread.interrupted());
    assertEquals("Abcd", text(at("h")));
  }

  @Test
  void interruptsPassAsynchronousChannelsBy() throws Exception {
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(file("f", "abc"), READ, WRITE)) {
      Thread.currentThread().interrupt();
      assertEquals(3, channel.size());
      channel.truncate(2);
      channel.force(true);
      assertNotNull(channel.tryLock());
      assertTrue(Thread.interrupted());
      assertTrue(channel.isOpen());
      assertEquals(1, channel.write(bytes("x"), 0).get());
    }
    assertEquals("xb", text(at("f")));
  }

  @Test
  void tryingALockIsNotInterrupted() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      Thread.currentThread().interrupt();
      assertTrue(channel.tryLock().isValid());
      assertTrue(Thread.interrupted());
      assertTrue(channel.isOpen());
    }
  }

  @Test
  void waitingForALockIs() throws IOException {
    FileChannel channel = channel(at("f"), READ, WRITE, CREATE);
    Thread.currentThread().interrupt();
    assertThrows(FileLockInterruptionException.class, channel::lock);
    assertTrue(Thread.interrupted());
    assertFalse(channel.isOpen());
    try (FileChannel another = channel(at("f"), WRITE)) {
      assertNotNull(another.tryLock());
    }
  }

  // ---- threads

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void threadsShareAStream(boolean append) throws Exception {
    SharedRecords records = new SharedRecords(8, append ? 50 : 20_000);
    OpenOption[] options = append ? new OpenOption[] {CREATE, APPEND} : new OpenOption[0];
    try (OutputStream out = Files.newOutputStream(at("f"), options)) {
      records.write(out::write);
    }
    records.assertWhole(at("f"));
  }

  // ---- transfers that fail half way

  /** Takes or gives one piece, and fails after it. */
  private static final class Failing implements WritableByteChannel, ReadableByteChannel {
    private boolean used;

    private void use() throws IOException {
      if (used) {
        throw new IOException("as the test says");
      }
      used = true;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      use();
      int count = source.remaining();
      source.position(source.limit());
      return count;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      use();
      target.put((byte) 'x');
      return 1;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void whatWasTransferredIsCounted() throws IOException {
    byte[] content = randomBytes(1, 3_000_000);
    Files.write(at("f"), content);
    try (FileChannel channel = channel(at("f"), READ, WRITE)) {
      Failing sink = new Failing();
      long moved = channel.transferTo(0, content.length, sink);
      assertTrue(moved > 0 && moved < content.length, "moved " + moved);
      assertThrows(IOException.class, () -> channel.transferTo(moved, 1, sink));
      Failing source = new Failing();
      assertEquals(1, channel.transferFrom(source, 5, 100));
      assertThrows(IOException.class, () -> channel.transferFrom(source, 6, 100));
    }
    content[5] = 'x';
    assertArrayEquals(content, Files.readAllBytes(at("f")));
  }

  @Test
  void aTargetMayTakeLess() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ)) {
      StringBuilder taken = new StringBuilder();
      WritableByteChannel slow =
          new WritableByteChannel() {
            @Override
            public int write(ByteBuffer source) {
              taken.append((char) source.get()).append((char) source.get());
              return 2;
            }

            @Override
            public boolean isOpen() {
              return true;
            }

            @Override
            public void close() {}
          };
      assertEquals(2, channel.transferTo(1, 5, slow));
      assertEquals("bc", taken.toString());
    }
  }

  @Test
  void transfersFromTheFarSide() throws IOException {
    ReadableByteChannel empty = Channels.newChannel(new ByteArrayInputStream(new byte[0]));
    try (FileChannel channel = channel(file("f", "abc"), READ, WRITE)) {
      assertEquals(0, channel.transferTo(Long.MAX_VALUE - 1, 100, new Failing()));
      assertEquals(0, channel.transferTo(3, Long.MAX_VALUE, new Failing()));
      assertEquals(0, channel.transferFrom(empty, 0, Long.MAX_VALUE));
      assertEquals(3, channel.size());
      assertEquals(
          2,
          channel.transferFrom(
              Channels.newChannel(new ByteArrayInputStream("yz".getBytes(UTF_8))),
              1,
              Long.MAX_VALUE));
    }
    assertEquals("ayz", text(at("f")));
  }

  @Test
  void aFileIsTransferredIntoItself() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ, WRITE)) {
      channel.position(6);
      assertEquals(3, channel.transferTo(1, 3, channel));
      assertEquals(9, channel.position());
      channel.position(0);
      assertEquals(2, channel.transferFrom(channel, 9, 2));
      assertEquals(2, channel.position());
    }
    assertEquals("abcdefbcdab", text(at("f")));
  }

  // ---- closing and cancelling

  @Test
  void closedStreamsSaySo() throws IOException {
    for (OpenOption[] options :
        new OpenOption[][] {{}, {CREATE, APPEND}, {CREATE, WRITE}, {READ}}) {
      boolean reads = options.length == 1;
      if (reads) {
        InputStream in = Files.newInputStream(file("f", "abc"), options);
        in.close();
        in.close();
        assertThrows(ClosedChannelException.class, in::read);
        assertThrows(ClosedChannelException.class, in::available);
      } else {
        OutputStream out = Files.newOutputStream(at("f"), options);
        out.close();
        out.close();
        assertThrows(ClosedChannelException.class, () -> out.write(1));
      }
    }
  }

  @Test
  void cancellingWithAnInterruptClosesTheChannel() throws Exception {
    AsynchronousFileChannel channel = AsynchronousFileChannel.open(file("f", "abc"), READ, WRITE);
    Future<Integer> done = channel.read(ByteBuffer.allocate(3), 0);
    assertEquals(3, done.get());
    assertFalse(done.cancel(true));
    assertTrue(channel.isOpen());
    Future<Integer> read = channel.read(ByteBuffer.allocate(3), 0);
    boolean cancelled = read.cancel(true);
    assertEquals(cancelled, read.isCancelled());
    // It may have been done before it could be cancelled.
    assertEquals(!cancelled, channel.isOpen());
    channel.close();
  }

  @Test
  void gatheringTellsWhatItTook() throws IOException {
    try (FileChannel channel = channel(file("f", "1"), APPEND)) {
      ByteBuffer[] sources = {bytes("ab").position(1), bytes("cd").limit(1), bytes("e")};
      assertEquals(2, channel.write(sources, 0, 2));
      assertEquals(2, sources[0].position());
      assertEquals(1, sources[1].position());
      assertEquals(0, sources[2].position());
    }
    assertEquals("1bc", text(at("f")));
  }

  // ---- what a stream knows of its file

  @Test
  void streamsSkipAndTell() throws IOException {
    Path file = file("f", "abcdef");
    try (InputStream in = Files.newInputStream(file)) {
      assertEquals(6, in.available());
      assertEquals(2, in.skip(2));
      assertEquals('c', in.read());
      assertEquals(-1, in.skip(-1));
      assertEquals('c', in.read());
      assertEquals(-3, in.skip(-100));
      assertEquals(3, in.skip(3));
      assertEquals(3, in.available());
      assertArrayEquals("def".getBytes(UTF_8), in.readAllBytes());
      assertEquals(-1, in.read());
      assertEquals(0, in.skip(5));
      assertEquals(0, in.available());
      assertEquals(0, in.read(new byte[0]));
      assertThrows(IndexOutOfBoundsException.class, () -> in.read(new byte[2], 1, 2));
    }
  }
}

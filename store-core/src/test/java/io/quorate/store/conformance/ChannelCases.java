package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Channels: positions, several buffers, transfers, interrupts and closing. */
abstract class ChannelCases extends Cases {
  ChannelCases(Callable<Face> opener) {
    super(opener);
  }

  private static String read(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(count);
    int got = channel.read(target, at);
    return got < 0 ? "(end)" : new String(target.array(), 0, got, UTF_8);
  }

  // ---- positions

  @Test
  void readingMovesThePosition() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ)) {
      ByteBuffer target = ByteBuffer.allocate(4);
      assertEquals(4, channel.read(target));
      assertEquals(4, channel.position());
      target.clear();
      assertEquals(2, channel.read(target));
      assertEquals(6, channel.position());
      target.clear();
      assertEquals(-1, channel.read(target));
      assertEquals(6, channel.position());
    }
  }

  @Test
  void positionalAccessDoesNot() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ, WRITE)) {
      channel.position(2);
      assertEquals("ef", read(channel, 4, 9));
      assertEquals(1, channel.write(bytes("X"), 5));
      assertEquals(2, channel.position());
      assertEquals("abcdeX", read(channel, 0, 9));
    }
  }

  @Test
  void aPositionBeyondTheEndIsFine() throws IOException {
    try (FileChannel channel = channel(file("f", "ab"), READ, WRITE)) {
      channel.position(100);
      assertEquals(100, channel.position());
      assertEquals(2, channel.size());
      assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
      assertEquals("(end)", read(channel, 1L << 40, 1));
      channel.write(bytes("z"));
      assertEquals(101, channel.size());
      assertEquals("b\0", read(channel, 1, 2));
    }
  }

  @Test
  void aFullBufferTakesNothing() throws IOException {
    try (FileChannel channel = channel(file("f", "ab"), READ, WRITE)) {
      ByteBuffer full = ByteBuffer.allocate(0);
      assertEquals(0, channel.read(full));
      assertEquals(0, channel.read(full, 1));
      assertEquals(0, channel.read(full, 2));
      assertEquals(0, channel.write(full));
      assertEquals(0, channel.write(full, 50));
      assertEquals(2, channel.size());
    }
  }

  @Test
  void onlyTheRoomOfTheBufferIsUsed() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ, WRITE)) {
      ByteBuffer window = ByteBuffer.allocate(6).position(2).limit(4);
      assertEquals(2, channel.read(window));
      assertArrayEquals(new byte[] {0, 0, 'a', 'b', 0, 0}, window.array());
      assertEquals(4, window.position());
      ByteBuffer source = bytes("123456").position(1).limit(3);
      assertEquals(2, channel.write(source, 0));
      assertEquals(3, source.position());
      assertEquals("23cdef", read(channel, 0, 9));
    }
  }

  @Test
  void directAndReadOnlyBuffers() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      channel.write(bytes("abc").asReadOnlyBuffer());
      ByteBuffer direct = ByteBuffer.allocateDirect(3);
      assertEquals(3, channel.read(direct, 0));
      assertEquals('c', direct.get(2));
      channel.write(direct.flip(), 3);
      assertEquals("abcabc", read(channel, 0, 9));
      ByteBuffer readOnly = ByteBuffer.allocate(3).asReadOnlyBuffer();
      assertThrows(IllegalArgumentException.class, () -> channel.read(readOnly));
      assertThrows(IllegalArgumentException.class, () -> channel.read(readOnly, 0));
      assertThrows(IllegalArgumentException.class, () -> channel.read(new ByteBuffer[] {readOnly}));
    }
  }

  @Test
  void negativePositionsAndSizes() throws IOException {
    try (FileChannel channel = channel(file("f", "abc"), READ, WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      assertThrows(IllegalArgumentException.class, () -> channel.position(-1));
      assertThrows(IllegalArgumentException.class, () -> channel.read(one, -1));
      assertThrows(IllegalArgumentException.class, () -> channel.write(one, -1));
      assertThrows(IllegalArgumentException.class, () -> channel.truncate(-1));
      assertThrows(
          IllegalArgumentException.class,
          () -> channel.transferFrom(channel(at("f"), READ), -1, 1));
    }
  }

  // ---- several buffers

  @Test
  void scatters() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ)) {
      ByteBuffer[] targets = {
        ByteBuffer.allocate(1),
        ByteBuffer.allocate(0),
        ByteBuffer.allocate(3),
        ByteBuffer.allocate(9)
      };
      assertEquals(6, channel.read(targets));
      assertEquals('a', targets[0].get(0));
      assertEquals("bcd", new String(targets[2].array(), UTF_8));
      assertEquals(2, targets[3].position());
      assertEquals(6, channel.position());
      assertEquals(-1, channel.read(new ByteBuffer[] {ByteBuffer.allocate(1)}));
      assertEquals(0, channel.read(new ByteBuffer[] {ByteBuffer.allocate(0)}));
    }
  }

  @Test
  void scattersIntoPartOfAnArray() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ)) {
      ByteBuffer[] targets = {
        ByteBuffer.allocate(2), ByteBuffer.allocate(2), ByteBuffer.allocate(2)
      };
      assertEquals(2, channel.read(targets, 1, 1));
      assertEquals(0, targets[0].position());
      assertEquals('a', targets[1].get(0));
      assertThrows(IndexOutOfBoundsException.class, () -> channel.read(targets, 2, 2));
      assertThrows(IndexOutOfBoundsException.class, () -> channel.read(targets, -1, 1));
    }
  }

  @Test
  void gathers() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE)) {
      assertEquals(4, channel.write(new ByteBuffer[] {bytes("a"), bytes(""), bytes("bcd")}));
      assertEquals(4, channel.position());
      assertEquals(2, channel.write(new ByteBuffer[] {bytes("x"), bytes("yz"), bytes("w")}, 1, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> channel.write(new ByteBuffer[1], 1, 1));
    }
    assertEquals("abcdyz", text(at("f")));
  }

  @Test
  void gathersAtTheEnd() throws IOException {
    try (FileChannel channel = channel(file("f", "1"), WRITE, APPEND)) {
      ByteBuffer[] sources = {bytes("a"), bytes("bc")};
      assertEquals(3, channel.write(sources));
      assertFalse(sources[1].hasRemaining());
      assertEquals(4, channel.position());
    }
    assertEquals("1abc", text(at("f")));
  }

  // ---- truncation

  @Test
  void truncates() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ, WRITE)) {
      channel.position(5);
      assertEquals(channel, channel.truncate(3));
      assertEquals(3, channel.position());
      assertEquals(3, channel.size());
      channel.truncate(100);
      assertEquals(3, channel.size());
      channel.position(1).truncate(2);
      assertEquals(1, channel.position());
      channel.truncate(0);
      assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
    }
    assertEquals("", text(at("f")));
  }

  @Test
  void whatWasTruncatedReadsAsZeros() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ, WRITE)) {
      channel.truncate(2);
      channel.write(bytes("x"), 5);
      assertEquals("ab\0\0\0x", read(channel, 0, 9));
    }
  }

  // ---- modes

  @Test
  void readersDoNotWrite() throws IOException {
    try (FileChannel channel = channel(file("f", "abc"), READ)) {
      assertThrows(NonWritableChannelException.class, () -> channel.write(bytes("x")));
      assertThrows(NonWritableChannelException.class, () -> channel.write(bytes("x"), 0));
      assertThrows(
          NonWritableChannelException.class, () -> channel.write(new ByteBuffer[] {bytes("x")}));
      assertThrows(NonWritableChannelException.class, () -> channel.truncate(0));
      assertThrows(
          NonWritableChannelException.class, () -> channel.transferFrom(source("x"), 0, 1));
      channel.force(true);
    }
    assertEquals("abc", text(at("f")));
  }

  @Test
  void writersDoNotRead() throws IOException {
    try (FileChannel channel = channel(file("f", "abc"), WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      assertThrows(NonReadableChannelException.class, () -> channel.read(one));
      assertThrows(NonReadableChannelException.class, () -> channel.read(one, 0));
      assertThrows(NonReadableChannelException.class, () -> channel.read(new ByteBuffer[] {one}));
      assertThrows(
          NonReadableChannelException.class,
          () -> channel.transferTo(0, 1, Channels.newChannel(new ByteArrayOutputStream())));
    }
  }

  // ---- transfers

  private static ReadableByteChannel source(String text) {
    return Channels.newChannel(new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  @Test
  void transfersToAnother() throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    WritableByteChannel target = Channels.newChannel(sink);
    try (FileChannel channel = channel(file("f", "abcdef"), READ)) {
      assertEquals(3, channel.transferTo(1, 3, target));
      assertEquals(2, channel.transferTo(4, 100, target));
      assertEquals(0, channel.transferTo(6, 5, target));
      assertEquals(0, channel.transferTo(600, 5, target));
      assertEquals(0, channel.transferTo(0, 0, target));
      assertEquals(0, channel.position());
      assertThrows(IllegalArgumentException.class, () -> channel.transferTo(-1, 1, target));
      assertThrows(IllegalArgumentException.class, () -> channel.transferTo(0, -1, target));
      target.close();
      assertThrows(ClosedChannelException.class, () -> channel.transferTo(0, 1, target));
    }
    assertEquals("bcdef", sink.toString(UTF_8));
  }

  @Test
  void transfersFromAnother() throws IOException {
    try (FileChannel channel = channel(file("f", "abcdef"), READ, WRITE)) {
      assertEquals(2, channel.transferFrom(source("XYZ"), 1, 2));
      assertEquals("aXYdef", read(channel, 0, 9));
      assertEquals(3, channel.transferFrom(source("123"), 6, 100));
      assertEquals(9, channel.size());
      assertEquals(0, channel.position());
      ReadableByteChannel closed = source("1");
      closed.close();
      assertThrows(ClosedChannelException.class, () -> channel.transferFrom(closed, 0, 1));
    }
    assertEquals("aXYdef123", text(at("f")));
  }

  @Test
  void transfersFromAnotherBeyondTheEnd() throws IOException {
    try (FileChannel channel = channel(file("f", "ab"), READ, WRITE)) {
      assertEquals(3, channel.transferFrom(source("123"), 4, 3));
      assertEquals(7, channel.size());
    }
    assertEquals("ab\0\0" + "123", text(at("f")));
  }

  @Test
  void transfersBetweenFiles() throws IOException {
    byte[] content = randomBytes(7, 3_000_000);
    Files.write(at("from"), content);
    try (FileChannel from = channel(at("from"), READ);
        FileChannel to = channel(at("to"), READ, WRITE, CREATE)) {
      long done = 0;
      while (done < content.length) {
        done += from.transferTo(done, content.length - done, to);
      }
      assertEquals(content.length, to.position());
      assertEquals(1_000, to.transferFrom(from, content.length, 1_000));
      assertEquals(1_000, from.position());
      assertThrows(NonWritableChannelException.class, () -> to.transferTo(0, 1, from));
    }
    byte[] expected = Arrays.copyOf(content, content.length + 1_000);
    System.arraycopy(content, 0, expected, content.length, 1_000);
    assertArrayEquals(expected, Files.readAllBytes(at("to")));
  }

  @Test
  void takesWhatASourceHasNow() throws IOException {
    Pipe pipe = Pipe.open();
    try (Pipe.SourceChannel source = pipe.source();
        Pipe.SinkChannel sink = pipe.sink();
        FileChannel channel = channel(at("f"), WRITE, CREATE)) {
      source.configureBlocking(false);
      assertEquals(0, channel.transferFrom(source, 0, 10));
      sink.write(bytes("abc"));
      assertEquals(3, channel.transferFrom(source, 0, 10));
    }
    assertEquals("abc", text(at("f")));
  }

  // ---- closing and interrupts

  @Test
  void nothingWorksAfterClosing() throws IOException {
    FileChannel channel = channel(file("f", "abc"), READ, WRITE);
    channel.close();
    channel.close();
    assertFalse(channel.isOpen());
    ByteBuffer one = ByteBuffer.allocate(1);
    List<Executable> calls =
        List.of(
            () -> channel.read(one),
            () -> channel.read(one, 0),
            () -> channel.read(new ByteBuffer[] {one}),
            () -> channel.write(one),
            () -> channel.write(one, 0),
            () -> channel.write(new ByteBuffer[] {one}),
            channel::position,
            () -> channel.position(1),
            channel::size,
            () -> channel.truncate(1),
            () -> channel.force(true),
            () -> channel.transferTo(0, 1, Channels.newChannel(new ByteArrayOutputStream())),
            () -> channel.transferFrom(source("x"), 0, 1),
            channel::lock,
            channel::tryLock);
    for (Executable call : calls) {
      assertThrows(ClosedChannelException.class, call);
    }
  }

  @Test
  void anInterruptedThreadClosesTheChannel() throws IOException {
    FileChannel channel = channel(at("f"), READ, WRITE, CREATE);
    channel.write(bytes("kept"));
    Thread.currentThread().interrupt();
    try {
      assertThrows(ClosedByInterruptException.class, () -> channel.read(ByteBuffer.allocate(1), 0));
      assertTrue(Thread.currentThread().isInterrupted());
    } finally {
      Thread.interrupted();
    }
    assertFalse(channel.isOpen());
    assertThrows(ClosedChannelException.class, channel::size);
    assertEquals("kept", text(at("f")));
  }

  @Test
  void interruptsFindAThreadAtWork() throws Exception {
    FileChannel channel = channel(at("f"), READ, WRITE, CREATE);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread writer =
        new Thread(
            () -> {
              try {
                while (true) {
                  channel.write(bytes("0123456789"), 0);
                }
              } catch (IOException e) {
                thrown.set(e);
              }
              flag.set(Thread.currentThread().isInterrupted());
            });
    writer.start();
    while (channel.isOpen() && channel.size() == 0) {
      Thread.onSpinWait();
    }
    writer.interrupt();
    writer.join();
    assertEquals(ClosedByInterruptException.class, thrown.get().getClass());
    assertEquals(true, flag.get());
    assertFalse(channel.isOpen());
    assertEquals("0123456789", text(at("f")));
  }

  @Test
  void closingStopsThreadsAtWork() throws Exception {
    FileChannel channel = channel(at("f"), READ, WRITE, CREATE);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                while (true) {
                  channel.read(ByteBuffer.allocate(10), 0);
                }
              } catch (IOException e) {
                thrown.set(e);
              }
            });
    reader.start();
    channel.write(bytes("x"));
    channel.close();
    reader.join();
    // AsynchronousCloseException is one, too: it depends on where the thread was.
    assertTrue(thrown.get() instanceof ClosedChannelException, () -> "" + thrown.get());
  }

  @Test
  void anInterruptedThreadTakesNoLock() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      Thread.currentThread().interrupt();
      try {
        assertThrows(FileLockInterruptionException.class, channel::lock);
        assertTrue(Thread.currentThread().isInterrupted());
      } finally {
        Thread.interrupted();
      }
    }
  }

  @Test
  void manyThreadsShareAChannel() throws Exception {
    int threads = 8;
    int each = 50;
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      List<Thread> writers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        byte[] record = new byte[10];
        Arrays.fill(record, (byte) ('a' + t));
        Thread writer =
            new Thread(
                () -> {
                  try {
                    for (int i = 0; i < each; i++) {
                      channel.write(ByteBuffer.wrap(record));
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
        writers.add(writer);
        writer.start();
      }
      for (Thread writer : writers) {
        writer.join();
      }
      assertEquals((long) threads * each * 10, channel.position());
    }
    byte[] all = Files.readAllBytes(at("f"));
    assertEquals(threads * each * 10, all.length);
    int[] counts = new int[threads];
    for (int i = 0; i < all.length; i += 10) {
      for (int k = 1; k < 10; k++) {
        assertEquals(all[i], all[i + k], "record at " + i);
      }
      counts[all[i] - 'a']++;
    }
    for (int count : counts) {
      assertEquals(each, count);
    }
  }

  // ---- locks

  @Test
  void aLockOfSizeZeroGoesToTheEnd() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      FileLock lock = channel.lock(10, 0, false);
      assertEquals(10, lock.position());
      assertEquals(Long.MAX_VALUE - 10, lock.size());
      assertTrue(lock.overlaps(1L << 50, 1));
      assertFalse(lock.overlaps(0, 10));
      assertEquals(channel, lock.acquiredBy());
      assertEquals(channel, lock.channel());
      lock.release();
      FileLock whole = channel.lock();
      assertEquals(Long.MAX_VALUE, whole.size());
      assertNotNull(whole.toString());
    }
  }

  @Test
  void aLockMayNotWrapAround() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      assertThrows(IllegalArgumentException.class, () -> channel.lock(Long.MAX_VALUE, 2, false));
    }
  }

  // ---- files that go when they are closed

  @Test
  void theNameGoesAtOnceAndTheContentAtTheEnd() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE, DELETE_ON_CLOSE)) {
      assertFalse(Files.exists(at("f")));
      channel.write(bytes("abc"));
      assertEquals("abc", read(channel, 0, 9));
    }
    assertFalse(Files.exists(at("f")));
  }

  @Test
  void anotherFileOfThatNameStays() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE, DELETE_ON_CLOSE)) {
      file("f", "another");
      channel.write(bytes("mine"));
    }
    assertEquals("another", text(at("f")));
  }

  @Test
  void linksAreNotFollowedForDeletion() throws IOException {
    file("target", "abc");
    Files.createSymbolicLink(at("link"), path("target"));
    assertThrows(IOException.class, () -> channel(at("link"), READ, WRITE, DELETE_ON_CLOSE));
    assertTrue(Files.exists(at("target")));
  }

  @Test
  void streamsThatDelete() throws IOException {
    try (OutputStream out = Files.newOutputStream(at("f"), CREATE, WRITE, DELETE_ON_CLOSE)) {
      out.write('x');
    }
    assertFalse(Files.exists(at("f")));
    file("g", "abc");
    try (InputStream in = Files.newInputStream(at("g"), DELETE_ON_CLOSE)) {
      assertEquals('a', in.read());
    }
    assertFalse(Files.exists(at("g")));
  }

  // ---- streams over channels

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

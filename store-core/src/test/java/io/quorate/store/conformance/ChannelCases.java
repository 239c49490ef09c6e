package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Channels: positions, several buffers and transfers. */
abstract class ChannelCases extends Cases {
  ChannelCases(Callable<Face> opener) {
    super(opener);
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
}

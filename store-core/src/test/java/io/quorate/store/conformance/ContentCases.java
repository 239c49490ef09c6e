package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written comes back, by every way of writing and reading. */
abstract class ContentCases extends Cases {
  private static final int MIB = 1 << 20;

  ContentCases(Callable<Face> opener) {
    super(opener);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 65_535, 65_536, 65_537, MIB - 1, MIB, MIB + 1, 3 * MIB + 17})
  void wholeFiles(int length) throws IOException {
    byte[] content = randomBytes(length, length);
    Files.write(at("f"), content);
    assertArrayEquals(content, Files.readAllBytes(at("f")));
    assertArrayEquals(content, Files.readAllBytes(elsewhere(at("f"))));
    assertEquals(length, Files.size(at("f")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_537, MIB, 2 * MIB + 5})
  void channels(int length) throws IOException {
    byte[] content = randomBytes(length, length);
    try (FileChannel channel = channel(at("f"), WRITE, CREATE_NEW)) {
      ByteBuffer source = ByteBuffer.wrap(content);
      while (source.hasRemaining()) {
        source.limit(Math.min(length, source.position() + 100_000));
        assertTrue(channel.write(source) > 0);
        source.limit(length);
      }
      assertEquals(length, channel.position());
    }
    assertArrayEquals(content, Files.readAllBytes(at("f")));
  }

  @Test
  void textAndLines() throws IOException {
    Files.writeString(at("f"), "grüße\nzwei\n");
    assertEquals("grüße\nzwei\n", Files.readString(at("f")));
    assertEquals(List.of("grüße", "zwei"), Files.readAllLines(at("f")));
    Files.write(at("g"), List.of("a", "b"));
    assertEquals(2, Files.lines(at("g")).count());
  }

  @Test
  void replacesAWholeFile() throws IOException {
    file("f", "a long content");
    file("f", "short");
    assertEquals("short", text(at("f")));
    assertEquals("short", text(elsewhere(at("f"))));
  }

  @Test
  void writesInPlace() throws IOException {
    file("f", "abcdef");
    try (FileChannel channel = channel(at("f"), WRITE)) {
      channel.write(bytes("XY"), 2);
      assertEquals(0, channel.position());
    }
    assertEquals("abXYef", text(at("f")));
  }

  @Test
  void readsItsOwnWrites() throws IOException {
    file("f", "abcdef");
    try (FileChannel channel = channel(at("f"), READ, WRITE)) {
      channel.write(bytes("XY"), 2);
      ByteBuffer read = ByteBuffer.allocate(10);
      assertEquals(6, channel.read(read, 0));
      assertEquals("abXYef", new String(read.array(), 0, 6, UTF_8));
      channel.write(bytes("!"), 8);
      assertEquals(9, channel.size());
      assertEquals("abXYef\0\0!", readAll(channel));
    }
  }

  private static String readAll(FileChannel channel) throws IOException {
    channel.position(0);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Channels.newInputStream(channel).transferTo(all);
    return all.toString(UTF_8);
  }

  @Test
  void channelsOfAFileSeeEachOthersWrites() throws IOException {
    file("f", "abc");
    try (FileChannel one = channel(at("f"), READ, WRITE);
        FileChannel two = channel(at("f"), READ, WRITE);
        FileChannel reader = channel(at("f"), READ)) {
      one.write(bytes("1"), 0);
      two.write(bytes("2"), 1);
      assertEquals("12c", readAll(one));
      assertEquals("12c", readAll(two));
      assertEquals("12c", readAll(reader));
    }
  }

  @Test
  void forceShowsWritesEverywhere() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE)) {
      channel.write(bytes("abc"));
      channel.force(false);
      assertEquals("abc", text(elsewhere(at("f"))));
      channel.force(true);
    }
  }

  @Test
  void closeShowsWritesEverywhere() throws IOException {
    file("f", "abc");
    try (FileChannel channel = channel(at("f"), WRITE)) {
      channel.write(bytes("X"), 1);
    }
    assertEquals("aXc", text(elsewhere(at("f"))));
  }

  @Test
  void readingAtTheEnd() throws IOException {
    try (FileChannel channel = channel(file("f", "abc"), READ)) {
      ByteBuffer read = ByteBuffer.allocate(10);
      assertEquals(3, channel.read(read));
      assertEquals(-1, channel.read(read));
      assertEquals(-1, channel.read(read, 3));
      assertEquals(-1, channel.read(read, 1L << 40));
      assertEquals(0, channel.read(ByteBuffer.allocate(0)));
      assertEquals(3, channel.position());
    }
  }

  @Test
  void positions() throws IOException {
    try (FileChannel channel = channel(file("f", "abc"), READ, WRITE)) {
      channel.position(1);
      ByteBuffer read = ByteBuffer.allocate(1);
      channel.read(read);
      assertEquals('b', read.get(0));
      assertEquals(2, channel.position());
      channel.position(5);
      assertEquals(3, channel.size());
      channel.write(bytes("z"));
      assertEquals(6, channel.size());
      assertThrows(IllegalArgumentException.class, () -> channel.position(-1));
      assertThrows(IllegalArgumentException.class, () -> channel.read(read, -1));
      assertThrows(IllegalArgumentException.class, () -> channel.write(bytes("x"), -1));
    }
    assertEquals("abc\0\0z", text(at("f")));
  }

  @Test
  void holesReadAsZeros() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE_NEW)) {
      channel.write(bytes("a"), 0);
      channel.write(bytes("b"), 3 * MIB);
    }
    byte[] content = Files.readAllBytes(at("f"));
    assertEquals(3 * MIB + 1, content.length);
    assertEquals('a', content[0]);
    assertEquals('b', content[3 * MIB]);
    assertArrayEquals(new byte[3 * MIB - 1], Arrays.copyOfRange(content, 1, 3 * MIB));
  }

  @Test
  void farBeyond() throws IOException {
    long far = 1L << 40;
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE_NEW)) {
      channel.write(bytes("end"), far);
      assertEquals(far + 3, channel.size());
    }
    try (FileChannel channel = channel(at("f"), READ)) {
      ByteBuffer read = ByteBuffer.allocate(5);
      assertEquals(5, channel.read(read, far - 2));
      assertEquals("\0\0end", new String(read.array(), UTF_8));
    }
  }

  @Test
  void truncates() throws IOException {
    file("f", "abcdef");
    try (FileChannel channel = channel(at("f"), READ, WRITE)) {
      channel.position(5);
      channel.truncate(2);
      assertEquals(2, channel.size());
      assertEquals(2, channel.position());
      channel.truncate(10);
      assertEquals(2, channel.size());
      assertThrows(IllegalArgumentException.class, () -> channel.truncate(-1));
    }
    assertEquals("ab", text(at("f")));
  }

  @Test
  void whatWasCutDoesNotComeBack() throws IOException {
    file("f", "abcdef");
    try (FileChannel channel = channel(at("f"), READ, WRITE)) {
      channel.truncate(2);
      channel.write(bytes("z"), 4);
      assertEquals("ab\0\0z", readAll(channel));
    }
    assertEquals("ab\0\0z", text(at("f")));
    assertEquals("ab\0\0z", text(elsewhere(at("f"))));
  }

  @Test
  void truncatesItsOwnWrites() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      channel.write(bytes("abcdef"));
      channel.truncate(3);
      channel.write(bytes("x"), 5);
      channel.truncate(6);
      assertEquals("abc\0\0x", readAll(channel));
    }
    assertEquals("abc\0\0x", text(at("f")));
  }

  @Test
  void gathersAndScatters() throws IOException {
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      assertEquals(6, channel.write(new ByteBuffer[] {bytes("ab"), bytes(""), bytes("cdef")}));
      channel.position(0);
      ByteBuffer first = ByteBuffer.allocate(1);
      ByteBuffer second = ByteBuffer.allocate(10);
      assertEquals(6, channel.read(new ByteBuffer[] {first, second}));
      assertEquals("bcdef", new String(second.array(), 0, 5, UTF_8));
      assertEquals(-1, channel.read(new ByteBuffer[] {second, ByteBuffer.allocate(1)}));
    }
  }

  @Test
  void directBuffers() throws IOException {
    ByteBuffer source = ByteBuffer.allocateDirect(3).put(bytes("abc")).flip();
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      assertEquals(3, channel.write(source));
      assertEquals(0, source.remaining());
      ByteBuffer target = ByteBuffer.allocateDirect(3);
      assertEquals(3, channel.read(target, 0));
      assertEquals('b', target.get(1));
    }
  }

  @Test
  void aBufferMayBeUsedAgainAfterTheWrite() throws IOException {
    byte[] array = {'a', 'b'};
    try (FileChannel channel = channel(at("f"), WRITE, CREATE)) {
      channel.write(ByteBuffer.wrap(array));
      array[0] = 'X';
    }
    try (OutputStream out = Files.newOutputStream(at("g"))) {
      out.write(array);
      array[1] = 'Y';
    }
    assertEquals("ab", text(at("f")));
    assertEquals("Xb", text(at("g")));
  }

  @Test
  void transfers() throws IOException {
    byte[] content = randomBytes(1, 2 * MIB + 3);
    Files.write(at("f"), content);
    try (FileChannel from = channel(at("f"), READ);
        FileChannel to = channel(at("g"), READ, WRITE, CREATE)) {
      long done = 0;
      while (done < content.length) {
        done += from.transferTo(done, content.length - done, to);
      }
      assertEquals(0, from.position());
      assertEquals(0, from.transferTo(content.length, 5, to));
      assertEquals(3, to.transferFrom(from.position(5), 1, 3));
    }
    System.arraycopy(content, 5, content, 1, 3);
    assertArrayEquals(content, Files.readAllBytes(at("g")));
  }

  @Test
  void streamsSkipAndTransfer() throws IOException {
    try (InputStream in = Files.newInputStream(file("f", "abcdef"))) {
      assertEquals('a', in.read());
      assertEquals(5, in.available());
      assertEquals(2, in.skip(2));
      assertEquals('d', in.read());
      ByteArrayOutputStream rest = new ByteArrayOutputStream();
      assertEquals(2, in.transferTo(rest));
      assertEquals("ef", rest.toString(UTF_8));
      assertEquals(-1, in.read());
      assertEquals(-1, in.read(new byte[3]));
      assertEquals(0, in.read(new byte[0]));
    }
  }

  @Test
  void readersFollowAGrowingFile() throws IOException {
    file("f", "abc");
    try (InputStream in = Files.newInputStream(at("f"));
        FileChannel channel = channel(at("f"), WRITE)) {
      assertEquals(3, in.readAllBytes().length);
      channel.write(bytes("def"), 3);
      channel.force(false);
      assertEquals("def", new String(in.readAllBytes(), UTF_8));
    }
  }

  @Test
  void streamsWriteInPieces() throws IOException {
    byte[] content = randomBytes(7, 300_000);
    Random random = new Random(7);
    try (OutputStream out = Files.newOutputStream(at("f"))) {
      int done = 0;
      while (done < content.length) {
        int piece = Math.min(content.length - done, 1 + random.nextInt(9_000));
        if (piece == 1) {
          out.write(content[done]);
        } else {
          out.write(content, done, piece);
        }
        done += piece;
      }
      out.flush();
    }
    assertArrayEquals(content, Files.readAllBytes(at("f")));
  }

  @Test
  void anUnlinkedFileIsReadToTheEnd() throws IOException {
    file("f", "abc");
    try (FileChannel channel = channel(at("f"), READ, WRITE)) {
      Files.delete(at("f"));
      assertEquals("abc", readAll(channel));
      channel.write(bytes("d"), 3);
      channel.force(true);
      assertEquals("abcd", readAll(channel));
      assertThrows(IOException.class, () -> Files.readAllBytes(at("f")));
    }
  }

  @Test
  void aRenamedFileStaysOpen() throws IOException {
    file("f", "abc");
    try (FileChannel channel = channel(at("f"), READ, WRITE)) {
      Files.move(at("f"), at("g"));
      channel.write(bytes("X"), 0);
    }
    assertEquals("Xbc", text(at("g")));
  }

  @Test
  void randomWrites() throws IOException {
    long seed = 20_260_101;
    Random random = new Random(seed);
    byte[] model = new byte[400_000];
    int size = 0;
    try (FileChannel channel = channel(at("f"), READ, WRITE, CREATE)) {
      for (int i = 0; i < 300; i++) {
        int from = random.nextInt(model.length - 20_000);
        byte[] piece = randomBytes(i, 1 + random.nextInt(20_000));
        channel.write(ByteBuffer.wrap(piece), from);
        System.arraycopy(piece, 0, model, from, piece.length);
        size = Math.max(size, from + piece.length);
        if (random.nextInt(20) == 0) {
          channel.force(false);
        }
      }
      assertEquals(size, channel.size());
    }
    Path path = at("f");
    assertArrayEquals(Arrays.copyOf(model, size), Files.readAllBytes(path), "seed " + seed);
  }
}

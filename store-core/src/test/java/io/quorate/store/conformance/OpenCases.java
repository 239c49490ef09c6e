package io.quorate.store.conformance;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Options of opening, and what each may and may not do. */
abstract class OpenCases extends Cases {
  private enum Strange implements OpenOption {
    OPTION
  }

  OpenCases(Callable<Face> opener) {
    super(opener);
  }

  @Test
  void readsAreTheDefault() throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file("f", "abc"))) {
      assertThrows(NonWritableChannelException.class, () -> channel.write(bytes("x")));
      assertEquals(3, channel.size());
    }
  }

  @Test
  void missingFile() {
    NoSuchFileException missing =
        assertThrows(NoSuchFileException.class, () -> channel(at("f"), READ));
    assertEquals(at("f").toString(), missing.getFile());
    assertThrows(NoSuchFileException.class, () -> channel(at("f"), WRITE));
    assertThrows(NoSuchFileException.class, () -> Files.newInputStream(at("f")));
    assertThrows(
        NoSuchFileException.class, () -> Files.newOutputStream(at("f"), TRUNCATE_EXISTING));
    assertFalse(Files.exists(at("f")));
  }

  @Test
  void missingDirectory() {
    assertThrows(NoSuchFileException.class, () -> channel(at("d/f"), WRITE, CREATE));
    assertThrows(NoSuchFileException.class, () -> Files.newOutputStream(at("d/f")));
  }

  @Test
  void aFileOnTheWay() throws IOException {
    file("f", "");
    assertThrows(FileSystemException.class, () -> channel(at("f/g"), WRITE, CREATE));
    assertThrows(FileSystemException.class, () -> Files.newInputStream(at("f/g")));
  }

  @Test
  void createMakesTheFileAtOnce() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE)) {
      assertTrue(Files.exists(at("f")));
      assertEquals(0, channel.size());
    }
  }

  @Test
  void createKeepsWhatThereIs() throws IOException {
    file("f", "abc");
    channel(at("f"), WRITE, CREATE).close();
    assertEquals("abc", text(at("f")));
  }

  @Test
  void createNewMakesTheFileAtOnce() throws IOException {
    FileChannel channel = channel(at("f"), WRITE, CREATE_NEW);
    assertThrows(FileAlreadyExistsException.class, () -> channel(at("f"), WRITE, CREATE_NEW));
    channel.close();
    assertTrue(Files.exists(at("f")));
  }

  @Test
  void createNewRefusesWhatThereIs() throws IOException {
    file("f", "abc");
    assertThrows(FileAlreadyExistsException.class, () -> channel(at("f"), WRITE, CREATE_NEW));
    assertThrows(
        FileAlreadyExistsException.class, () -> Files.newOutputStream(at("f"), CREATE_NEW));
    assertThrows(FileAlreadyExistsException.class, () -> Files.createFile(at("f")));
    assertEquals("abc", text(at("f")));
  }

  @Test
  void createNewRefusesADanglingLink() throws IOException {
    Files.createSymbolicLink(at("l"), path("nowhere"));
    assertThrows(FileAlreadyExistsException.class, () -> channel(at("l"), WRITE, CREATE_NEW));
    assertThrows(
        FileAlreadyExistsException.class, () -> Files.newOutputStream(at("l"), CREATE_NEW));
  }

  @Test
  void createGoesThroughADanglingLink() throws IOException {
    Files.createSymbolicLink(at("l"), path("there"));
    try (FileChannel channel = channel(at("l"), WRITE, CREATE)) {
      channel.write(bytes("x"));
    }
    assertEquals("x", text(at("there")));
  }

  @Test
  void writingAWholeFileGoesThroughADanglingLink() throws IOException {
    Files.createSymbolicLink(at("l"), path("there"));
    Files.write(at("l"), new byte[] {'y'});
    assertEquals("y", text(at("there")));
    assertTrue(Files.isSymbolicLink(at("l")));
  }

  @Test
  void truncateEmptiesTheFile() throws IOException {
    file("f", "abc");
    try (FileChannel channel = channel(at("f"), WRITE, TRUNCATE_EXISTING)) {
      assertEquals(0, channel.size());
      channel.write(bytes("x"));
    }
    assertEquals("x", text(at("f")));
  }

  @Test
  void truncateNeedsWrite() throws IOException {
    file("f", "abc");
    channel(at("f"), READ, TRUNCATE_EXISTING).close();
    assertEquals("abc", text(at("f")));
  }

  @Test
  void appendGoesToTheEnd() throws IOException {
    file("f", "abc");
    try (FileChannel channel = channel(at("f"), APPEND)) {
      channel.write(bytes("de"));
      channel.position(0);
      channel.write(bytes("f"));
      assertThrows(NonReadableChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
    }
    assertEquals("abcdef", text(at("f")));
  }

  @Test
  void appendersTakeTurns() throws IOException {
    try (FileChannel one = channel(at("f"), APPEND, CREATE);
        FileChannel two = channel(at("f"), APPEND)) {
      one.write(bytes("1"));
      two.write(bytes("2"));
      one.write(bytes("3"));
      assertEquals(3, two.size());
    }
    assertEquals("123", text(at("f")));
  }

  @Test
  void appendStreams() throws IOException {
    file("f", "abc");
    Files.write(at("f"), new byte[] {'d'}, APPEND);
    try (OutputStream out = Files.newOutputStream(at("f"), CREATE, APPEND)) {
      out.write('e');
    }
    assertEquals("abcde", text(at("f")));
  }

  @Test
  void optionsThatDoNotGoTogether() {
    assertThrows(IllegalArgumentException.class, () -> channel(at("f"), READ, APPEND));
    assertThrows(IllegalArgumentException.class, () -> channel(at("f"), APPEND, TRUNCATE_EXISTING));
    assertThrows(IllegalArgumentException.class, () -> Files.newOutputStream(at("f"), READ));
  }

  @Test
  void unknownOptions() {
    assertThrows(
        UnsupportedOperationException.class, () -> channel(at("f"), WRITE, Strange.OPTION));
    assertThrows(NullPointerException.class, () -> channel(at("f"), WRITE, null));
  }

  @Test
  void anInputStreamDoesNotWrite() {
    assertThrows(UnsupportedOperationException.class, () -> Files.newInputStream(at("f"), WRITE));
  }

  @Test
  void deleteOnClose() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE, DELETE_ON_CLOSE)) {
      channel.write(bytes("x"));
    }
    assertFalse(Files.exists(at("f")));
  }

  @Test
  void deleteOnCloseOfWhatIsGone() throws IOException {
    FileChannel channel = channel(at("f"), WRITE, CREATE, DELETE_ON_CLOSE);
    Files.deleteIfExists(at("f"));
    channel.close();
    assertFalse(Files.exists(at("f")));
  }

  @Test
  void syncAndSparse() throws IOException {
    for (OpenOption option : EnumSet.of(SYNC, DSYNC, SPARSE)) {
      Path path = at(option.toString());
      try (FileChannel channel = FileChannel.open(path, Set.of(WRITE, CREATE_NEW, option))) {
        channel.write(bytes("abc"), 2);
      }
      assertEquals("\0\0abc", text(path));
    }
  }

  @Test
  void syncShowsEachWriteEverywhere() throws IOException {
    try (FileChannel channel = channel(at("f"), WRITE, CREATE, SYNC)) {
      channel.write(bytes("ab"));
      assertEquals("ab", text(elsewhere(at("f"))));
      channel.write(bytes("c"));
      assertEquals("abc", text(elsewhere(at("f"))));
      channel.truncate(1);
      assertEquals("a", text(elsewhere(at("f"))));
    }
  }

  @Test
  void permissionsOfANewFile() throws IOException {
    Path path =
        Files.createFile(
            at("f"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
  }

  @Test
  void directoriesDoNotOpenForWriting() throws IOException {
    directory("d");
    assertThrows(FileSystemException.class, () -> channel(at("d"), WRITE));
    assertThrows(FileSystemException.class, () -> Files.newOutputStream(at("d")));
    assertThrows(
        FileAlreadyExistsException.class, () -> Files.newOutputStream(at("d"), CREATE_NEW));
  }

  @Test
  void directoriesDoNotRead() throws IOException {
    directory("d");
    assertThrows(IOException.class, () -> Files.readAllBytes(at("d")));
  }

  @Test
  void closedChannels() throws IOException {
    FileChannel channel = channel(file("f", "abc"), READ, WRITE);
    channel.close();
    channel.close();
    assertFalse(channel.isOpen());
    assertThrows(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
    assertThrows(ClosedChannelException.class, () -> channel.write(bytes("x")));
    assertThrows(ClosedChannelException.class, channel::size);
    assertThrows(ClosedChannelException.class, channel::position);
    assertThrows(ClosedChannelException.class, () -> channel.truncate(0));
    assertThrows(ClosedChannelException.class, () -> channel.force(true));
  }

  @Test
  void closedStreams() throws IOException {
    InputStream in = Files.newInputStream(file("f", "abc"));
    in.close();
    in.close();
    assertThrows(IOException.class, in::read);
    OutputStream out = Files.newOutputStream(at("g"));
    out.close();
    out.close();
    assertThrows(IOException.class, () -> out.write(1));
  }
}

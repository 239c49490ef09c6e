package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Directory streams that stay with their directory. */
abstract class SecureDirectoryCases extends Cases {
  SecureDirectoryCases(Callable<Face> opener) {
    super(opener);
  }

  @SuppressWarnings("unchecked")
  private static SecureDirectoryStream<Path> open(Path directory) throws IOException {
    return assertInstanceOf(SecureDirectoryStream.class, Files.newDirectoryStream(directory));
  }

  private static String content(SeekableByteChannel channel) throws IOException {
    try (channel) {
      ByteBuffer target = ByteBuffer.allocate(100);
      int count = channel.read(target);
      return new String(target.array(), 0, Math.max(0, count), UTF_8);
    }
  }

  @Test
  void opensRelativeToTheDirectory() throws IOException {
    directory("d");
    file("d/f", "inside");
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      assertEquals("inside", content(stream.newByteChannel(path("f"), Set.of(READ))));
      try (SeekableByteChannel made =
          stream.newByteChannel(path("new"), Set.of(WRITE, CREATE_NEW))) {
        made.write(bytes("made"));
      }
      assertThrows(
          FileAlreadyExistsException.class,
          () -> stream.newByteChannel(path("new"), Set.of(WRITE, CREATE_NEW)));
      assertThrows(
          NoSuchFileException.class, () -> stream.newByteChannel(path("no"), Set.of(READ)));
      assertEquals("inside", content(stream.newByteChannel(at("d/f"), Set.of(READ))));
    }
    assertEquals("made", text(at("d/new")));
  }

  @Test
  void staysWithADirectoryThatMoves() throws IOException {
    directory("d");
    file("d/f", "the first");
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      Files.move(at("d"), at("moved"));
      directory("d");
      file("d/f", "an impostor");
      assertEquals("the first", content(stream.newByteChannel(path("f"), Set.of(READ))));
      stream.newByteChannel(path("g"), Set.of(WRITE, CREATE)).close();
      stream.deleteFile(path("f"));
    }
    assertEquals(List.of("g"), names(at("moved")));
    assertEquals(List.of("f"), names(at("d")));
  }

  @Test
  void deletesFilesAndDirectories() throws IOException {
    directory("d/empty");
    directory("d/full/x");
    file("d/f", "");
    Files.createSymbolicLink(at("d/link"), path("nowhere"));
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      assertThrows(NoSuchFileException.class, () -> stream.deleteFile(path("no")));
      assertThrows(FileSystemException.class, () -> stream.deleteFile(path("empty")));
      assertThrows(FileSystemException.class, () -> stream.deleteDirectory(path("f")));
      assertThrows(DirectoryNotEmptyException.class, () -> stream.deleteDirectory(path("full")));
      stream.deleteFile(path("f"));
      stream.deleteFile(path("link"));
      stream.deleteDirectory(path("empty"));
    }
    assertEquals(List.of("full"), names(at("d")));
  }

  @Test
  void movesBetweenOpenDirectories() throws IOException {
    directory("a");
    directory("b");
    file("a/f", "moved");
    file("b/g", "replaced");
    try (SecureDirectoryStream<Path> from = open(at("a"));
        SecureDirectoryStream<Path> to = open(at("b"))) {
      Files.move(at("b"), at("c"));
      from.move(path("f"), to, path("g"));
      assertThrows(NoSuchFileException.class, () -> from.move(path("f"), to, path("g")));
    }
    assertEquals("moved", text(at("c/g")));
    assertEquals(List.of(), names(at("a")));
  }

  @Test
  void listsDirectoriesWithin() throws IOException {
    directory("d/sub");
    file("d/sub/f", "");
    Files.createSymbolicLink(at("d/link"), path("sub"));
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      Files.move(at("d"), at("moved"));
      List<Path> seen = new ArrayList<>();
      try (SecureDirectoryStream<Path> within = stream.newDirectoryStream(path("sub"))) {
        within.forEach(seen::add);
      }
      assertEquals(List.of(at("d/sub/f")), seen);
      stream.newDirectoryStream(path("link")).close();
      assertThrows(
          FileSystemException.class, () -> stream.newDirectoryStream(path("link"), NOFOLLOW_LINKS));
      assertThrows(NoSuchFileException.class, () -> stream.newDirectoryStream(path("no")));
    }
  }

  @Test
  void readsAndSetsAttributes() throws IOException {
    directory("d");
    file("d/f", "abc");
    Files.createSymbolicLink(at("d/link"), path("f"));
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      Files.move(at("d"), at("moved"));
      assertTrue(
          stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes().isDirectory());
      assertEquals(
          3,
          stream
              .getFileAttributeView(path("link"), BasicFileAttributeView.class)
              .readAttributes()
              .size());
      assertTrue(
          stream
              .getFileAttributeView(path("link"), BasicFileAttributeView.class, NOFOLLOW_LINKS)
              .readAttributes()
              .isSymbolicLink());
      stream
          .getFileAttributeView(path("f"), PosixFileAttributeView.class)
          .setPermissions(PosixFilePermissions.fromString("rw-r-----"));
    }
    assertEquals(
        "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(at("moved/f"))));
  }

  @Test
  void nothingWorksAfterClosing() throws IOException {
    directory("d");
    file("d/f", "");
    SecureDirectoryStream<Path> stream = open(at("d"));
    stream.close();
    stream.close();
    assertThrows(
        ClosedDirectoryStreamException.class, () -> stream.newByteChannel(path("f"), Set.of(READ)));
    assertThrows(ClosedDirectoryStreamException.class, () -> stream.deleteFile(path("f")));
    assertThrows(ClosedDirectoryStreamException.class, () -> stream.newDirectoryStream(path("f")));
    assertThrows(IllegalStateException.class, stream::iterator);
    assertTrue(Files.exists(at("d/f")));
  }

  @Test
  void aDirectoryDeletedMeanwhileHasNoMoreEntries() throws IOException {
    directory("d");
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      Files.delete(at("d"));
      assertFalse(stream.iterator().hasNext());
    }
  }
}

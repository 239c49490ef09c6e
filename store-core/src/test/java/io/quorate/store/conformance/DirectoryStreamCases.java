package io.quorate.store.conformance;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.ClosedDirectoryStreamException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.PatternSyntaxException;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Directory streams, and acting through them. */
abstract class DirectoryStreamCases extends Cases {
  DirectoryStreamCases(Callable<Face> opener) {
    super(opener);
  }

  private static List<String> namesOf(DirectoryStream<Path> stream) {
    return StreamSupport.stream(stream.spliterator(), false)
        .map(entry -> entry.getFileName().toString())
        .sorted()
        .toList();
  }

  @SuppressWarnings("unchecked")
  private SecureDirectoryStream<Path> open(Path directory) throws IOException {
    return (SecureDirectoryStream<Path>) Files.newDirectoryStream(directory);
  }

  // ---- iterating

  @Test
  void filtersThatThrow() throws IOException {
    file("a", "");
    IOException error = new IOException("no");
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(
            root,
            entry -> {
              throw error;
            })) {
      Iterator<Path> entries = stream.iterator();
      DirectoryIteratorException thrown =
          assertThrows(DirectoryIteratorException.class, entries::hasNext);
      assertSame(error, thrown.getCause());
    }
    try (DirectoryStream<Path> stream =
        Files.newDirectoryStream(
            root,
            entry -> {
              throw new IllegalStateException("mine");
            })) {
      assertEquals(
          "mine",
          assertThrows(IllegalStateException.class, () -> stream.iterator().next()).getMessage());
    }
  }

  @Test
  void filtersThatRefuseAll() throws IOException {
    file("a", "");
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(root, entry -> false)) {
      Iterator<Path> entries = stream.iterator();
      assertFalse(entries.hasNext());
      assertThrows(NoSuchElementException.class, entries::next);
      assertFalse(entries.hasNext());
    }
  }

  @Test
  void iteratorsDoNotRemove() throws IOException {
    file("a", "");
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(root)) {
      Iterator<Path> entries = stream.iterator();
      entries.next();
      assertThrows(UnsupportedOperationException.class, entries::remove);
    }
    assertTrue(Files.exists(at("a")));
  }

  @Test
  void afterTheEnd() throws IOException {
    file("a", "");
    DirectoryStream<Path> stream = Files.newDirectoryStream(root);
    Iterator<Path> entries = stream.iterator();
    entries.next();
    stream.close();
    stream.close();
    assertFalse(entries.hasNext());
    assertThrows(NoSuchElementException.class, entries::next);
    assertThrows(IllegalStateException.class, stream::iterator);
  }

  @Test
  void whatHasNextSawIsReadAfterTheClose() throws IOException {
    file("a", "");
    DirectoryStream<Path> stream = Files.newDirectoryStream(root);
    Iterator<Path> entries = stream.iterator();
    assertTrue(entries.hasNext());
    stream.close();
    assertEquals(at("a"), entries.next());
    assertThrows(NoSuchElementException.class, entries::next);
  }

  @Test
  void nullsAndBadGlobs() throws IOException {
    assertThrows(
        NullPointerException.class,
        () -> Files.newDirectoryStream(root, (DirectoryStream.Filter<Path>) null));
    assertThrows(NullPointerException.class, () -> Files.newDirectoryStream(root, (String) null));
    assertThrows(PatternSyntaxException.class, () -> Files.newDirectoryStream(root, "*[a"));
  }

  @Test
  void notOfFiles() throws IOException {
    file("f", "");
    Files.createSymbolicLink(at("l"), path("f"));
    Files.createSymbolicLink(at("gone"), path("nowhere"));
    assertThrows(NotDirectoryException.class, () -> Files.newDirectoryStream(at("f")));
    assertThrows(NotDirectoryException.class, () -> Files.newDirectoryStream(at("l")));
    assertThrows(NoSuchFileException.class, () -> Files.newDirectoryStream(at("gone")));
    assertThrows(NoSuchFileException.class, () -> Files.newDirectoryStream(at("none")));
    assertThrows(FileSystemException.class, () -> Files.newDirectoryStream(at("f").resolve("x")));
  }

  @Test
  void goesOnWhenTheDirectoryIsRenamed() throws IOException {
    directory("d");
    for (int i = 0; i < 30; i++) {
      file("d/" + i, "");
    }
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(at("d"))) {
      Iterator<Path> entries = stream.iterator();
      assertEquals(at("d"), entries.next().getParent());
      Files.move(at("d"), at("e"));
      Files.createDirectory(at("d"));
      int rest = 0;
      while (entries.hasNext()) {
        assertEquals(at("d"), entries.next().getParent());
        rest++;
      }
      assertEquals(29, rest);
    }
  }

  // ---- acting in the directory

  @Test
  void actsInTheDirectoryWhereverItIs() throws IOException {
    directory("d/sub");
    file("d/f", "mine");
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      Files.move(at("d"), at("e"));
      directory("d");
      file("d/f", "another's");
      try (SeekableByteChannel channel = stream.newByteChannel(path("f"), Set.of(READ))) {
        ByteBuffer content = ByteBuffer.allocate(20);
        channel.read(content);
        assertEquals(4, content.position());
      }
      try (SeekableByteChannel channel =
          stream.newByteChannel(path("new"), Set.of(WRITE, CREATE_NEW))) {
        channel.write(bytes("x"));
      }
      assertEquals("x", text(at("e/new")));
      assertFalse(Files.exists(at("d/new")));
      stream.deleteFile(path("f"));
      stream.deleteDirectory(path("sub"));
      assertEquals(List.of("new"), names(at("e")));
      assertEquals(List.of("f"), names(at("d")));
    }
  }

  @Test
  void newFilesHaveThePermissionsAskedFor() throws IOException {
    try (SecureDirectoryStream<Path> stream = open(root)) {
      stream
          .newByteChannel(
              path("f"),
              Set.of(WRITE, CREATE_NEW),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--------")))
          .close();
      assertEquals(
          "r--------", PosixFilePermissions.toString(Files.getPosixFilePermissions(at("f"))));
      assertThrows(
          FileAlreadyExistsException.class,
          () -> stream.newByteChannel(path("f"), Set.of(WRITE, CREATE_NEW)));
      assertThrows(
          NoSuchFileException.class, () -> stream.newByteChannel(path("none"), Set.of(READ)));
    }
  }

  @Test
  void opensDirectoriesInIt() throws IOException {
    directory("d/sub");
    file("d/sub/a", "");
    file("d/f", "");
    Files.createSymbolicLink(at("d/l"), path("sub"));
    try (SecureDirectoryStream<Path> stream = open(at("d"));
        SecureDirectoryStream<Path> sub = stream.newDirectoryStream(path("sub"), NOFOLLOW_LINKS);
        SecureDirectoryStream<Path> link = stream.newDirectoryStream(path("l"))) {
      assertEquals(at("d/sub/a"), sub.iterator().next());
      assertEquals(at("d/l/a"), link.iterator().next());
      assertThrows(
          FileSystemException.class, () -> stream.newDirectoryStream(path("l"), NOFOLLOW_LINKS));
      assertThrows(NotDirectoryException.class, () -> stream.newDirectoryStream(path("f")));
      assertThrows(NoSuchFileException.class, () -> stream.newDirectoryStream(path("none")));
    }
  }

  @Test
  void aStreamInAStreamOutlivesIt() throws IOException {
    directory("d/sub");
    file("d/sub/a", "");
    SecureDirectoryStream<Path> stream = open(at("d"));
    try (SecureDirectoryStream<Path> sub = stream.newDirectoryStream(path("sub"))) {
      stream.close();
      assertEquals(List.of("a"), namesOf(sub));
      sub.deleteFile(path("a"));
      assertEquals(List.of(), names(at("d/sub")));
    }
  }

  @Test
  void absolutePathsAreThemselves() throws IOException {
    directory("d");
    file("f", "");
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      stream.deleteFile(at("f"));
      assertFalse(Files.exists(at("f")));
    }
  }

  @Test
  void deletesWhatItIsToldTo() throws IOException {
    directory("full/sub");
    file("f", "");
    Files.createSymbolicLink(at("l"), path("full"));
    try (SecureDirectoryStream<Path> stream = open(root)) {
      assertThrows(FileSystemException.class, () -> stream.deleteFile(path("full")));
      assertThrows(FileSystemException.class, () -> stream.deleteDirectory(path("f")));
      assertThrows(FileSystemException.class, () -> stream.deleteDirectory(path("l")));
      assertThrows(DirectoryNotEmptyException.class, () -> stream.deleteDirectory(path("full")));
      assertThrows(NoSuchFileException.class, () -> stream.deleteFile(path("none")));
      assertThrows(NoSuchFileException.class, () -> stream.deleteDirectory(path("none")));
      stream.deleteFile(path("l"));
      assertEquals(List.of("f", "full"), names(root));
    }
  }

  @Test
  void moves() throws IOException {
    directory("a");
    directory("b");
    file("a/f", "f");
    file("b/g", "g");
    try (SecureDirectoryStream<Path> from = open(at("a"));
        SecureDirectoryStream<Path> to = open(at("b"))) {
      from.move(path("f"), to, path("g"));
      assertEquals("f", text(at("b/g")));
      assertFalse(Files.exists(at("a/f")));
      assertThrows(NoSuchFileException.class, () -> from.move(path("f"), to, path("h")));
      assertThrows(NullPointerException.class, () -> to.move(path("g"), null, path("g")));
      to.move(path("g"), to, path("h"));
      assertEquals(List.of("h"), names(at("b")));
    }
  }

  @Test
  void viewsOfItAndInIt() throws IOException {
    directory("d");
    file("d/f", "abc");
    Files.createSymbolicLink(at("d/l"), path("f"));
    FileTime time = FileTime.fromMillis(1_000_000_000_000L);
    try (SecureDirectoryStream<Path> stream = open(at("d"))) {
      assertTrue(
          stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes().isDirectory());
      BasicFileAttributeView view =
          stream.getFileAttributeView(path("l"), BasicFileAttributeView.class);
      assertEquals(3, view.readAttributes().size());
      view.setTimes(time, null, null);
      assertEquals(time, Files.getLastModifiedTime(at("d/f")));
      assertTrue(
          stream
              .getFileAttributeView(path("l"), BasicFileAttributeView.class, NOFOLLOW_LINKS)
              .readAttributes()
              .isSymbolicLink());
      PosixFileAttributeView posix =
          stream.getFileAttributeView(path("f"), PosixFileAttributeView.class);
      posix.setPermissions(PosixFilePermissions.fromString("rw-rw-rw-"));
      assertEquals(
          "rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(at("d/f"))));
      assertNull(stream.getFileAttributeView(path("f"), AclFileAttributeView.class));
      assertThrows(
          NoSuchFileException.class,
          () ->
              stream
                  .getFileAttributeView(path("none"), BasicFileAttributeView.class)
                  .readAttributes());
    }
  }

  @Test
  void closedStreamsDoNothing() throws IOException {
    file("f", "");
    SecureDirectoryStream<Path> stream = open(root);
    BasicFileAttributeView own = stream.getFileAttributeView(BasicFileAttributeView.class);
    BasicFileAttributeView view =
        stream.getFileAttributeView(path("f"), BasicFileAttributeView.class);
    stream.close();
    assertThrows(ClosedDirectoryStreamException.class, () -> stream.deleteFile(path("f")));
    assertThrows(ClosedDirectoryStreamException.class, () -> stream.deleteDirectory(path("f")));
    assertThrows(ClosedDirectoryStreamException.class, () -> stream.newDirectoryStream(path("f")));
    assertThrows(
        ClosedDirectoryStreamException.class, () -> stream.newByteChannel(path("f"), Set.of(READ)));
    assertThrows(ClosedDirectoryStreamException.class, own::readAttributes);
    assertThrows(ClosedDirectoryStreamException.class, view::readAttributes);
    assertThrows(
        ClosedDirectoryStreamException.class,
        () -> view.setTimes(FileTime.fromMillis(0), null, null));
    try (SecureDirectoryStream<Path> open = open(root)) {
      assertThrows(
          ClosedDirectoryStreamException.class, () -> open.move(path("f"), stream, path("g")));
    }
    assertTrue(Files.exists(at("f")));
  }
}

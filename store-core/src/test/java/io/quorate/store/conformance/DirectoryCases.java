package io.quorate.store.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Directories: making, listing, walking, deleting. */
abstract class DirectoryCases extends Cases {
  DirectoryCases(Callable<Face> opener) {
    super(opener);
  }

  @Test
  void makesOne() throws IOException {
    assertEquals(at("d"), Files.createDirectory(at("d")));
    assertTrue(Files.isDirectory(elsewhere(at("d"))));
    assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectory(at("d")));
    assertThrows(NoSuchFileException.class, () -> Files.createDirectory(at("x/y")));
  }

  @Test
  void makesAllOnTheWay() throws IOException {
    Files.createDirectories(at("a/b/c"));
    Files.createDirectories(at("a/b/c"));
    assertTrue(Files.isDirectory(at("a/b/c")));
    file("f", "");
    assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectories(at("f")));
    assertThrows(FileSystemException.class, () -> Files.createDirectories(at("f/g")));
  }

  @Test
  void permissionsOfANewOne() throws IOException {
    Files.createDirectory(
        at("d"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(at("d"))));
  }

  @Test
  void lists() throws IOException {
    directory("d");
    file("d/b", "");
    directory("d/a");
    Files.createSymbolicLink(at("d/c"), path("x"));
    assertEquals(List.of("a", "b", "c"), names(at("d")));
    assertEquals(List.of("a", "b", "c"), names(elsewhere(at("d"))));
  }

  @Test
  void listsEntriesUnderTheNameGiven() throws IOException {
    directory("d");
    file("d/f", "");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(at("d/../d"))) {
      assertEquals(at("d/../d/f"), entries.iterator().next());
    }
  }

  @Test
  void listsManyOnceEach() throws IOException {
    directory("d");
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 2_500; i++) {
      Files.createFile(at("d/file-" + i));
      expected.add("file-" + i);
    }
    assertEquals(List.copyOf(expected), names(at("d")));
  }

  @Test
  void listsWhileItIsEmptied() throws IOException {
    directory("d");
    for (int i = 0; i < 1_200; i++) {
      Files.createFile(at("d/" + i));
    }
    int seen = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(at("d"))) {
      for (Path entry : entries) {
        Files.delete(entry);
        seen++;
      }
    }
    assertEquals(1_200, seen);
    assertEquals(List.of(), names(at("d")));
  }

  @Test
  void filters() throws IOException {
    for (String name : List.of("a.txt", "b.txt", "c.bin")) {
      file(name, "");
    }
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root, "*.txt")) {
      entries.forEach(entry -> found.add(entry.getFileName().toString()));
    }
    assertEquals(Set.of("a.txt", "b.txt"), Set.copyOf(found));
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(
            root,
            entry -> {
              throw new IOException("no");
            })) {
      assertThrows(DirectoryIteratorException.class, () -> entries.iterator().hasNext());
    }
  }

  @Test
  void streamsHaveOneIterator() throws IOException {
    file("f", "");
    DirectoryStream<Path> entries = Files.newDirectoryStream(root);
    Iterator<Path> iterator = entries.iterator();
    assertThrows(IllegalStateException.class, entries::iterator);
    assertTrue(iterator.hasNext());
    iterator.next();
    assertFalse(iterator.hasNext());
    assertThrows(NoSuchElementException.class, iterator::next);
    assertThrows(UnsupportedOperationException.class, iterator::remove);
    entries.close();
    assertThrows(IllegalStateException.class, entries::iterator);
  }

  @Test
  void listsDirectoriesOnly() throws IOException {
    file("f", "");
    assertThrows(NotDirectoryException.class, () -> Files.newDirectoryStream(at("f")));
    assertThrows(NoSuchFileException.class, () -> Files.newDirectoryStream(at("g")));
  }

  @Test
  void walks() throws IOException {
    directory("a/b");
    file("a/b/f", "");
    file("a/g", "");
    try (Stream<Path> walk = Files.walk(at("a"))) {
      assertEquals(Set.of(at("a"), at("a/b"), at("a/b/f"), at("a/g")), Set.copyOf(walk.toList()));
    }
    try (Stream<Path> walk = Files.walk(at("a"), 1)) {
      assertEquals(3, walk.count());
    }
    try (Stream<Path> found =
        Files.find(at("a"), 9, (path, attributes) -> attributes.isRegularFile())) {
      assertEquals(2, found.count());
    }
  }

  @Test
  void walksIntoLinksIfAsked() throws IOException {
    directory("a");
    file("a/f", "");
    Files.createSymbolicLink(at("a/loop"), path("."));
    try (Stream<Path> walk = Files.walk(at("a"))) {
      assertEquals(3, walk.count());
    }
    assertThrows(
        java.io.UncheckedIOException.class,
        () -> {
          try (Stream<Path> walk = Files.walk(at("a"), FileVisitOption.FOLLOW_LINKS)) {
            walk.toList();
          }
        });
  }

  @Test
  void deletesATreeAsItWalks() throws IOException {
    directory("a/b/c");
    file("a/b/f", "");
    file("a/g", "");
    Files.walkFileTree(
        at("a"),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException error)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
    assertFalse(Files.exists(elsewhere(at("a"))));
  }

  @Test
  void deletes() throws IOException {
    directory("d");
    file("f", "");
    Files.delete(at("d"));
    Files.delete(at("f"));
    assertFalse(Files.exists(at("d")));
    assertFalse(Files.exists(at("f")));
    NoSuchFileException missing =
        assertThrows(NoSuchFileException.class, () -> Files.delete(at("f")));
    assertEquals(at("f").toString(), missing.getFile());
    assertFalse(Files.deleteIfExists(at("f")));
  }

  @Test
  void fullDirectoriesStay() throws IOException {
    directory("d/e");
    DirectoryNotEmptyException refused =
        assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(at("d")));
    assertEquals(at("d").toString(), refused.getFile());
  }

  @Test
  void dotAndDotDot() throws IOException {
    directory("d/e");
    file("f", "abc");
    assertEquals("abc", text(at("d/../f")));
    assertEquals("abc", text(at("./d/e/../../f")));
    assertTrue(Files.isSameFile(at("d/e/.."), at("d")));
    assertThrows(NoSuchFileException.class, () -> Files.readAllBytes(at("nowhere/../f")));
  }

  @Test
  void linkCounts() throws IOException {
    directory("d/e");
    directory("d/g");
    assertTrue(Files.isDirectory(at("d/e")));
    Files.delete(at("d/g"));
    assertEquals(List.of("e"), names(at("d")));
  }

  @Test
  void temporaryFiles() throws IOException {
    Path file = Files.createTempFile(root, "pre", ".suf");
    Path directory = Files.createTempDirectory(root, "pre");
    assertTrue(Files.isRegularFile(file));
    assertTrue(Files.isDirectory(directory));
  }

  @Test
  void fileStores() throws IOException {
    assertTrue(Files.getFileStore(root).getTotalSpace() > 0);
    assertTrue(Files.getFileStore(root).getUsableSpace() > 0);
    assertTrue(Files.getFileStore(root).supportsFileAttributeView("posix"));
    assertFalse(Files.getFileStore(root).isReadOnly());
  }
}

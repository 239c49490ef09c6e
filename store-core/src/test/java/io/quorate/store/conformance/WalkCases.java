package io.quorate.store.conformance;

import static java.nio.file.FileVisitOption.FOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Walking trees: walk, find, walkFileTree. */
abstract class WalkCases extends Cases {
  WalkCases(Callable<Face> opener) {
    super(opener);
  }

  @BeforeEach
  void tree() throws IOException {
    directory("t/a/b/c");
    directory("t/d");
    file("t/a/1", "1");
    file("t/a/b/2", "22");
    file("t/3", "333");
    Files.createSymbolicLink(at("t/d/file"), path("../3"));
    Files.createSymbolicLink(at("t/d/gone"), path("nowhere"));
  }

  private List<String> relative(Stream<Path> walked) {
    try (walked) {
      return walked.map(path -> at("t").relativize(path).toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"0;''", "1;,3,a,d", "2;,3,a,a/1,a/b,d,d/file,d/gone"})
  void toADepth(int depth, String expected) throws IOException {
    assertEquals(List.of(expected.split(",")), relative(Files.walk(at("t"), depth)));
  }

  @Test
  void whole() throws IOException {
    assertEquals(
        List.of("", "3", "a", "a/1", "a/b", "a/b/2", "a/b/c", "d", "d/file", "d/gone"),
        relative(Files.walk(at("t"))));
  }

  @Test
  void directoriesComeBeforeTheirEntries() throws IOException {
    List<Path> seen = new ArrayList<>();
    try (Stream<Path> walked = Files.walk(at("t"))) {
      walked.forEach(
          path -> {
            assertTrue(path.equals(at("t")) || seen.contains(path.getParent()), path.toString());
            seen.add(path);
          });
    }
  }

  @Test
  void ofAFile() throws IOException {
    assertEquals(List.of("3"), relative(Files.walk(at("t/3"))));
    assertEquals(List.of("d/gone"), relative(Files.walk(at("t/d/gone"))));
  }

  @Test
  void ofNothing() {
    assertThrows(NoSuchFileException.class, () -> Files.walk(at("none")));
    assertThrows(IllegalArgumentException.class, () -> Files.walk(at("t"), -1));
    assertThrows(NoSuchFileException.class, () -> Files.list(at("none")));
  }

  @Test
  void loopsThroughLinks() throws IOException {
    Files.createSymbolicLink(at("t/a/b/up"), path("../.."));
    assertTrue(relative(Files.walk(at("t"))).contains("a/b/up"));
    try (Stream<Path> walked = Files.walk(at("t"), FOLLOW_LINKS)) {
      UncheckedIOException thrown = assertThrows(UncheckedIOException.class, walked::count);
      FileSystemLoopException loop =
          assertInstanceOf(FileSystemLoopException.class, thrown.getCause());
      assertEquals(at("t/a/b/up").toString(), loop.getFile());
    }
  }

  @Test
  void aLinkToItselfIsNoLoopOfDirectories() throws IOException {
    Files.createSymbolicLink(at("t/self"), path("self"));
    assertTrue(relative(Files.walk(at("t"), FOLLOW_LINKS)).contains("self"));
  }

  @Test
  void aDirectoryTwiceIsNoLoop() throws IOException {
    Files.createSymbolicLink(at("t/d/again"), path("../a"));
    List<String> seen = relative(Files.walk(at("t"), FOLLOW_LINKS));
    assertTrue(seen.containsAll(Set.of("a/b/2", "d/again/b/2")), seen.toString());
  }

  @Test
  void finds() throws IOException {
    assertEquals(
        List.of("3", "a/1", "a/b/2"),
        relative(Files.find(at("t"), 9, (path, attributes) -> attributes.isRegularFile())));
    assertEquals(
        List.of("3", "d/file"),
        relative(
            Files.find(
                at("t"),
                9,
                (path, attributes) -> attributes.size() == 3 && attributes.isRegularFile(),
                FOLLOW_LINKS)));
    assertEquals(
        List.of("d/file", "d/gone"),
        relative(Files.find(at("t"), 2, (path, attributes) -> attributes.isSymbolicLink())));
  }

  @Test
  void visitsLoopsAsFailures() throws IOException {
    Files.createSymbolicLink(at("t/a/b/up"), path("../.."));
    List<Path> failed = new ArrayList<>();
    Files.walkFileTree(
        at("t"),
        EnumSet.of(FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException error) {
            assertInstanceOf(FileSystemLoopException.class, error);
            failed.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    assertEquals(List.of(at("t/a/b/up")), failed);
  }

  @Test
  void visitsInNestedOrder() throws IOException {
    List<String> events = new ArrayList<>();
    Files.walkFileTree(at("t/a"), new Recorder(events, ""));
    assertEquals(events.getFirst(), "pre a");
    assertEquals(events.getLast(), "post a");
    assertTrue(events.indexOf("pre b") < events.indexOf("file 2"));
    assertTrue(events.indexOf("file 2") < events.indexOf("post b"));
    assertTrue(events.indexOf("post c") < events.indexOf("post b"));
    assertEquals(8, events.size());
  }

  @Test
  void skipsSubtrees() throws IOException {
    List<String> events = new ArrayList<>();
    Files.walkFileTree(at("t"), new Recorder(events, "a"));
    assertTrue(events.contains("pre a"));
    assertFalse(events.contains("post a"));
    assertFalse(events.contains("file 1"));
    assertTrue(events.contains("file 3"));
  }

  @Test
  void visitsToADepth() throws IOException {
    List<String> events = new ArrayList<>();
    Files.walkFileTree(at("t"), Set.of(), 1, new Recorder(events, ""));
    assertEquals(Set.of("pre t", "file a", "file d", "file 3", "post t"), Set.copyOf(events));
  }

  @Test
  void failsWhereThereIsNothing() {
    assertThrows(
        NoSuchFileException.class,
        () -> Files.walkFileTree(at("none"), new SimpleFileVisitor<>() {}));
  }

  @Test
  void aTreeIsCopiedAsItIsWalked() throws IOException {
    try (Stream<Path> walked = Files.walk(at("t"))) {
      for (Path path : (Iterable<Path>) walked::iterator) {
        Files.copy(path, at("copy").resolve(at("t").relativize(path)), LinkOption.NOFOLLOW_LINKS);
      }
    }
    List<String> before = relative(Files.walk(at("t")));
    try (Stream<Path> walked = Files.walk(at("copy"))) {
      assertEquals(
          before, walked.map(path -> at("copy").relativize(path).toString()).sorted().toList());
    }
    assertEquals(path("../3"), Files.readSymbolicLink(at("copy/d/file")));
    assertEquals("22", text(at("copy/a/b/2")));
  }

  private static final class Recorder extends SimpleFileVisitor<Path> {
    private final List<String> events;
    private final String skipped;

    Recorder(List<String> events, String skipped) {
      this.events = events;
      this.skipped = skipped;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
      assertTrue(attributes.isDirectory());
      events.add("pre " + directory.getFileName());
      return directory.getFileName().toString().equals(skipped)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      events.add("file " + file.getFileName());
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException error) {
      events.add("post " + directory.getFileName());
      return FileVisitResult.CONTINUE;
    }
  }
}

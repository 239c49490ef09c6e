package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Features;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that work on files, against a directory that plays the store. */
class FileCommandsTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2001-02-03T04:05:06Z"));

  @TempDir Path temp;
  private Path local;
  private Store store;
  private TestShell shell;

  @BeforeEach
  void start() throws IOException {
    local = Files.createDirectory(temp.resolve("local"));
    Files.createFile(local.resolve("client.conf"));
    store = open();
    shell = shell(local, store);
  }

  /** An empty store to look into. */
  Store open() throws IOException {
    return new FakeStore(Files.createDirectory(temp.resolve("store")), healthy());
  }

  /** Runs commands on that store. */
  TestShell shell(Path directory, Store target) {
    return new TestShell(directory, new Fixed(target));
  }

  private static ClusterStatus healthy() {
    return new ClusterStatus("test", 1, 1, 1, 1, true, true, List.of(), List.of(), Features.FIRST);
  }

  /** Hands out one store, whatever the file says. */
  private record Fixed(Store store) implements Connector {
    @Override
    public Store connect(Path clusterFile, StoreOptions options, Duration opening) {
      return store;
    }

    @Override
    public Store connectTo(Path clusterFile, int peer, StoreOptions options, Duration opening) {
      return store;
    }
  }

  private Path write(String name, String content) throws IOException {
    Path file = local.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private String read(String path) throws IOException {
    return Files.readString(store.path(path));
  }

  private void ok(String... words) {
    Outcome outcome = shell.run(words);
    assertEquals("", outcome.err());
    assertEquals(ExitStatus.DONE, outcome.status());
  }

  private void refused(int status, String message, String... words) {
    Outcome outcome = shell.run(words);
    assertTrue(outcome.err().contains(message), outcome.err());
    assertEquals(status, outcome.status(), outcome.err());
    assertFalse(outcome.err().contains("\tat "), "a stack trace");
    outcome.err().lines().forEach(line -> assertTrue(line.startsWith("quorate: "), line));
  }

  @Test
  void putKeepsContentModeAndTime() throws IOException {
    Path file = write("a.txt", "hello");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    Files.setLastModifiedTime(file, LONG_AGO);
    ok("put", "a.txt", "/b.txt");
    assertEquals("hello", read("/b.txt"));
    assertEquals(LONG_AGO, Files.getLastModifiedTime(store.path("/b.txt")));
    assertEquals(
        "rwxr-x---",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(store.path("/b.txt"))));
  }

  @Test
  void putOverAFileTakesTheNewMode() throws IOException {
    Path file = write("a.txt", "hello");
    ok("put", "a.txt", "/a.txt");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    Files.writeString(store.path("/a.txt"), "old");
    ok("put", "a.txt", "/a.txt");
    assertEquals("hello", read("/a.txt"));
    assertEquals(
        "r--------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(store.path("/a.txt"))));
  }

  @Test
  void putGoesIntoADirectoryAndElseUnderItsName() throws IOException {
    write("a.txt", "A");
    write("b.txt", "B");
    ok("mkdir", "/in");
    ok("put", "a.txt", "b.txt", "/in");
    ok("put", "a.txt", "/in/c.txt");
    assertEquals("A", read("/in/a.txt"));
    assertEquals("B", read("/in/b.txt"));
    assertEquals("A", read("/in/c.txt"));
    refused(1, "is not a directory", "put", "a.txt", "b.txt", "/nowhere");
    refused(1, "is not a directory", "put", "a.txt", "/nowhere/");
  }

  @Test
  void aTreeComesBackAsItWas() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 60; i++) {
      Path file = write("tree/d" + i % 7 + "/e" + i % 3 + "/f" + i, "x".repeat(i * 37));
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000L * random.nextInt(1 << 20)));
    }
    byte[] large = new byte[3_000_000];
    random.nextBytes(large);
    Files.write(local.resolve("tree/large"), large);
    Files.createDirectory(local.resolve("tree/empty"));
    Files.createSymbolicLink(local.resolve("tree/link"), Path.of("d1/e1"));
    Path readOnly = local.resolve("tree/d2/e1");
    Files.setPosixFilePermissions(readOnly, PosixFilePermissions.fromString("r-xr-xr-x"));
    Files.setLastModifiedTime(readOnly, LONG_AGO);
    ok("put", "-r", "tree", "/t");
    ok("get", "-r", "-j", "3", "/t", "back");
    assertEquals(describe(local.resolve("tree")), describe(local.resolve("back")));
    assertArrayEquals(large, Files.readAllBytes(local.resolve("back/large")));
    assertEquals(LONG_AGO, Files.getLastModifiedTime(store.path("/t/d2/e1")));
    ok("get", "-r", "/t", ".");
    assertEquals(describe(local.resolve("tree")), describe(local.resolve("t")));
  }

  private static List<String> describe(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> !path.equals(root)).sorted().map(p -> describe(root, p)).toList();
    }
  }

  private static String describe(Path root, Path path) {
    try {
      Map<String, Object> facts =
          Files.readAttributes(path, "unix:mode,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
      boolean link = Files.isSymbolicLink(path);
      boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
      return root.relativize(path)
          + " "
          + facts.get("mode")
          + " "
          + (link
              ? Files.readSymbolicLink(path)
              : facts.get("lastModifiedTime") + " " + (directory ? "" : facts.get("size")));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDotStandsForWhatIsInTheDirectory() throws IOException {
    write("site/index.html", "hi");
    ok("mkdir", "/www");
    ok("put", "-r", "site/.", "/www");
    assertEquals("hi", read("/www/index.html"));
    ok("put", "-r", "site", "/www");
    assertEquals("hi", read("/www/site/index.html"));
  }

  @Test
  void treesNeedTheFlag() throws IOException {
    write("tree/a", "A");
    refused(1, "is a directory; -r copies it", "put", "tree", "/t");
    ok("mkdir", "/d");
    refused(1, "is a directory; -r copies it", "get", "/d", "d");
    refused(1, "is a directory; -r removes it", "rm", "/d");
  }

  @Test
  void standardStreams() throws IOException {
    byte[] content = new byte[100_000];
    new Random(1).nextBytes(content);
    assertEquals(0, shell.runWith(content, "put", "-", "/s").status());
    assertArrayEquals(content, Files.readAllBytes(store.path("/s")));
    Files.writeString(store.path("/s"), "text");
    assertEquals(new Outcome(0, "text", ""), shell.run("get", "/s", "-"));
    assertEquals(new Outcome(0, "texttext", ""), shell.run("cat", "/s", "/s"));
    refused(2, "stands alone", "put", "-", "x", "/s");
    ok("mkdir", "/d");
    refused(2, "has no name", "put", "-", "/d");
    refused(2, "only one file", "get", "/s", "/s", "-");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    refused(1, "nothing.txt: no such file or directory", "put", "nothing.txt", "/a");
    refused(1, "/nothing: no such file or directory", "get", "/nothing", "a");
    refused(1, "no such file or directory", "cat", "/nothing");
    refused(1, "no such file or directory", "stat", "/nothing");
    refused(1, "no such file or directory", "rm", "/nothing");
    refused(1, "no such file or directory", "mv", "/nothing", "/a");
    refused(1, "no such file or directory", "mkdir", "/no/thing");
    refused(1, "/nothing: no such file or directory", "ls", "/nothing");
    assertFalse(Files.exists(local.resolve("a")));
    ok("rm", "-f", "/nothing");
  }

  @Test
  void pathsInTheStoreAreAbsolute() throws IOException {
    write("a", "A");
    refused(2, "begins with '/', as in /b", "put", "a", "b");
    refused(2, "begins with '/', as in /b", "ls", "b");
    refused(2, "is not a path", "ls", "/a\0b");
  }

  @Test
  void aFailedGetLeavesNothing() throws IOException {
    write("keep", "old");
    Store broken =
        new FakeStore(Files.createDirectory(temp.resolve("broken")), healthy()) {
          @Override
          public long get(Path path, java.io.OutputStream sink) throws IOException {
            sink.write(1);
            throw new IOException("the line went dead");
          }
        };
    Files.writeString(broken.path("/keep"), "new");
    Outcome outcome = new TestShell(local, new Fixed(broken)).run("get", "/keep", "keep");
    assertEquals(1, outcome.status());
    assertEquals("quorate: the line went dead\n", outcome.err());
    assertEquals("old", Files.readString(local.resolve("keep")));
    try (Stream<Path> files = Files.list(local)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void oneFailureDoesNotStopATree() throws IOException {
    write("tree/a", "A");
    write("tree/b", "B");
    write("tree/c", "C");
    ok("mkdir", "-p", "/t/b");
    Outcome outcome = shell.run("put", "-r", "tree/.", "/t");
    assertEquals(1, outcome.status());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertEquals("A", read("/t/a"));
    assertEquals("C", read("/t/c"));
  }

  @Test
  void mkdirMvRm() throws IOException {
    ok("mkdir", "-p", "/a/b/c", "/d");
    ok("mkdir", "-p", "/a/b/c");
    refused(1, "exists already", "mkdir", "/d");
    Files.writeString(store.path("/a/b/c/f"), "F");
    Files.writeString(store.path("/a/g"), "G");
    ok("mv", "/a/b/c/f", "/a/g", "/d");
    assertEquals("F", read("/d/f"));
    ok("mv", "/d/f", "/d/g");
    assertEquals("F", read("/d/g"));
    Files.writeString(store.path("/d/h"), "H");
    refused(1, "exists already", "mv", "-n", "/d/g", "/d/h");
    assertEquals("H", read("/d/h"));
    ok("mv", "/a", "/z");
    assertTrue(Files.isDirectory(store.path("/z/b/c")));
    ok("rm", "-r", "/z", "/d/g");
    assertEquals(new Outcome(0, "d\n", ""), shell.run("ls"));
    refused(2, "root of the store", "rm", "-rf", "/");
  }

  @Test
  void rmRemovesALinkAndNotItsTarget() throws IOException {
    ok("mkdir", "-p", "/a/b");
    Files.createSymbolicLink(store.path("/link"), store.fileSystem().getPath("a"));
    ok("rm", "-r", "/link");
    assertTrue(Files.isDirectory(store.path("/a/b")));
  }

  @Test
  void lsShowsNamesAndDetails() throws IOException {
    ok("mkdir", "/d");
    Files.writeString(store.path("/d/file"), "12345");
    Files.setPosixFilePermissions(
        store.path("/d/file"), PosixFilePermissions.fromString("rw-r-----"));
    Files.createSymbolicLink(store.path("/d/link"), store.fileSystem().getPath("file"));
    ok("mkdir", "/d/sub");
    assertEquals(
        List.of("file", "link", "sub"), shell.run("ls", "/d").out().lines().sorted().toList());
    String details = shell.run("ls", "-l", "/d").out();
    assertTrue(
        details
            .lines()
            .anyMatch(line -> line.matches("-rw-r-----\\s+1\\s+\\d+\\s+\\d+\\s+5 \\d{4}-.* file")),
        details);
    assertTrue(details.contains("link -> file"), details);
    String recursive = shell.run("ls", "-R", "/").out();
    assertTrue(recursive.startsWith("/:\nd\n\n/d:\n"), recursive);
    assertTrue(recursive.endsWith("/d/sub:\n"), recursive);
  }

  @Test
  void jsonOfFilesParses() throws IOException {
    assertEquals("", shell.run("ls", "--json", "/").out());
    String odd = "q\"uote \\ tab\t ünï 😀";
    Files.writeString(store.path("/" + odd), "12345");
    ok("mkdir", "/d");
    Files.createSymbolicLink(store.path("/d/link"), store.fileSystem().getPath("nowhere"));
    List<Map<String, Object>> all =
        shell.run("ls", "--json", "-R", "/").out().lines().map(JsonReader::object).toList();
    assertEquals(
        List.of("/" + odd, "/d", "/d/link").stream().sorted().toList(),
        all.stream().map(file -> (String) file.get("path")).sorted().toList());
    Map<String, Object> link =
        all.stream().filter(file -> file.get("path").equals("/d/link")).findFirst().orElseThrow();
    assertEquals("nowhere", link.get("target"));
    assertEquals("symlink", link.get("type"));
    Map<String, Object> stat = JsonReader.object(shell.run("stat", "--json", "/" + odd).out());
    assertEquals(5L, stat.get("size"));
    assertEquals("file", stat.get("type"));
  }

  @Test
  void statShowsWhatThereIs() throws IOException {
    Files.writeString(store.path("/f"), "12345");
    Files.setPosixFilePermissions(store.path("/f"), PosixFilePermissions.fromString("rw-r-----"));
    Files.setLastModifiedTime(store.path("/f"), LONG_AGO);
    String out = shell.run("stat", "/f").out();
    assertTrue(out.contains("size      5 bytes"), out);
    assertTrue(out.contains("mode      0640 (-rw-r-----)"), out);
    assertTrue(out.contains("modified  2001-02-03T04:05:06Z"), out);
  }

  @Test
  void namesCanNotControlATerminal() throws IOException {
    Files.writeString(store.path("/red\u001b[31m"), "");
    assertEquals("red?[31m\n", shell.run("ls").out());
  }

  @Test
  void progressIsForTerminalsOnly() throws IOException {
    write("a.txt", "hello");
    shell.onTerminal();
    String err = shell.run("put", "a.txt", "/a.txt").err();
    assertTrue(err.matches("(?s).*put: 1 file, 5 B in .*/s\\)\n"), err);
    assertEquals("", shell.run("put", "-q", "a.txt", "/a.txt").err());
  }
}

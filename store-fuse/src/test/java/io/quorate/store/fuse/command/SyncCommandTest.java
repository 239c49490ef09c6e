package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** sync, over TCP, in both directions. */
class SyncCommandTest extends ClusterCommands {
  private Path site;
  private Path remote;
  private String word;

  @BeforeEach
  void makeFiles() throws IOException {
    remote = store.path(top);
    word = "quorate:" + top;
    site = temp.resolve("site");
    Files.createDirectories(site.resolve("sub/empty"));
    write(site.resolve("a"), "alpha", "rw-rw-rw-");
    write(site.resolve("sub/b"), "beta", "rwxrwxrwx");
    write(site.resolve("sub/c"), "", "r--------");
    Files.createSymbolicLink(site.resolve("link"), Path.of("sub/b"));
    Files.setPosixFilePermissions(
        site.resolve("sub"), PosixFilePermissions.fromString("rwxr-x---"));
    Files.setLastModifiedTime(site.resolve("sub"), OLD);
  }

  /** What a run did, each as "action path below the target", and at last its summary. */
  private List<String> did(String target, String... words) {
    List<String> did = new ArrayList<>();
    Map<String, Object> last = Map.of();
    for (String line : ok(words).lines().toList()) {
      last = JsonReader.object(line);
      String path = String.valueOf(last.get("path"));
      assertTrue(path.startsWith(target), line);
      did.add((last.get("action") + " " + path.substring(target.length())).strip());
    }
    assertEquals("summary", last.get("action"));
    did.removeLast();
    did.sort(null);
    did.add(
        Stream.of("copied", "bytes", "made", "attributes", "removed", "unchanged", "failed")
            .map(last::get)
            .toList()
            .toString());
    return did;
  }

  /** Everything in a tree: type, mode, time, content. */
  private static Map<String, String> facts(Path root) throws IOException {
    Map<String, String> facts = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.toList()) {
        String name = root.relativize(path).toString();
        if (Files.isSymbolicLink(path)) {
          facts.put(name, "-> " + Files.readSymbolicLink(path));
        } else {
          boolean directory = Files.isDirectory(path);
          String content = directory ? "/" : Files.readString(path);
          facts.put(
              name,
              PosixFilePermissions.toString(Files.getPosixFilePermissions(path))
                  + Files.getLastModifiedTime(path).toMillis()
                  + content);
        }
      }
    }
    return facts;
  }

  @Test
  void copiesWhatDiffersAndNothingElse() throws IOException {
    List<String> first = did(word, "sync", "--json", "site", word);
    assertEquals(
        List.of(
            "copy /a",
            "copy /sub/b",
            "copy /sub/c",
            "link /link",
            "mkdir",
            "mkdir /sub",
            "mkdir /sub/empty",
            "[4, 9, 3, 0, 0, 0, 0]"),
        first);
    assertEquals(facts(site), facts(remote));
    assertEquals(List.of("[0, 0, 0, 0, 0, 4, 0]"), did(word, "sync", "--json", "site", word));

    // Another size; another time; another mode; another link; a directory where a file was.
    write(site.resolve("a"), "alphabet", "rw-r--r--");
    Files.setLastModifiedTime(site.resolve("sub/b"), FileTime.fromMillis(5_000));
    Files.setPosixFilePermissions(
        site.resolve("sub/c"), PosixFilePermissions.fromString("rw-------"));
    Files.delete(site.resolve("link"));
    Files.createDirectory(site.resolve("link"));
    assertEquals(
        List.of(
            "attributes /sub/c",
            "copy /a",
            "copy /sub/b",
            "mkdir /link",
            "remove /link",
            "[2, 12, 1, 1, 1, 0, 0]"),
        did(word, "sync", "--json", "site", word));
    assertEquals(facts(site), facts(remote));
  }

  @Test
  void bringsATreeBack() throws IOException {
    ok("sync", "site", word);
    String back = temp.resolve("back").toString();
    assertEquals("[4, 9, 3, 0, 0, 0, 0]", did(back, "sync", "--json", word, back).getLast());
    assertEquals(facts(site), facts(temp.resolve("back")));
    Files.writeString(remote.resolve("a"), "changed");
    Files.delete(remote.resolve("sub/b"));
    assertEquals(
        List.of("copy /a", "remove /sub/b", "[1, 7, 0, 0, 1, 2, 0]"),
        did(back, "sync", "--json", "--delete", word, back));
    assertEquals(facts(remote), facts(temp.resolve("back")));
    assertEquals(List.of(), parts(temp.resolve("back")));
  }

  @Test
  void removesOnlyWhenAsked() throws IOException {
    ok("sync", "site", word);
    Files.createDirectory(remote.resolve("more"));
    Files.writeString(remote.resolve("more/x"), "x");
    assertEquals(List.of("[0, 0, 0, 0, 0, 4, 0]"), did(word, "sync", "--json", "site", word));
    assertTrue(Files.exists(remote.resolve("more/x")));
    assertEquals(
        List.of("remove /more", "remove /more/x", "[0, 0, 0, 0, 2, 4, 0]"),
        did(word, "sync", "--json", "--delete", "site", word));
    assertEquals(facts(site), facts(remote));
  }

  @Test
  void aDirectoryInTheWayGoesOnlyWithDelete() throws IOException {
    ok("sync", "site", word);
    Files.delete(remote.resolve("a"));
    Files.createDirectories(remote.resolve("a/deep"));
    refused(ExitStatus.FAILED, "--delete removes it", "sync", "site", word);
    assertTrue(Files.isDirectory(remote.resolve("a/deep")));
    ok("sync", "--delete", "site", word);
    assertEquals(facts(site), facts(remote));
  }

  @Test
  void aDryRunChangesNothing() throws IOException {
    String out = ok("sync", "-n", "site", word);
    assertTrue(out.contains("copy " + word + "/sub/b\n"), out);
    assertTrue(
        out.endsWith(
            "would sync: 4 files copied (9 B), 0 changed in mode or time only, "
                + "0 removed, 0 unchanged\n"),
        out);
    assertFalse(Files.exists(remote));
    ok("sync", "site", word);
    Map<String, String> before = facts(remote);
    Files.writeString(site.resolve("a"), "other");
    Files.delete(site.resolve("sub/b"));
    assertEquals(
        List.of("copy /a", "remove /sub/b", "[1, 5, 0, 0, 1, 2, 0]"),
        did(word, "sync", "--json", "--dry-run", "--delete", "site", word));
    assertEquals(before, facts(remote));
  }

  @Test
  void aChecksumSeesWhatSizeAndTimeHide() throws IOException {
    ok("sync", "site", word);
    write(site.resolve("a"), "ALPHA", "rw-rw-rw-");
    Files.setLastModifiedTime(site.resolve("sub/b"), FileTime.fromMillis(9_000));
    assertEquals(
        List.of("copy /sub/b", "[1, 4, 0, 0, 0, 3, 0]"),
        did(word, "sync", "--json", "-n", "site", word));
    assertEquals(
        List.of("attributes /sub/b", "copy /a", "[1, 5, 0, 1, 0, 2, 0]"),
        did(word, "sync", "--json", "--checksum", "site", word));
    assertEquals(facts(site), facts(remote));
  }

  @Test
  void refusesWhatCanNotBeMeant() throws IOException {
    refused(ExitStatus.NOT_STARTED, "one of FROM and TO", "sync", "site", "elsewhere");
    refused(ExitStatus.NOT_STARTED, "one of FROM and TO", "sync", word, "quorate:/x");
    refused(ExitStatus.FAILED, "no such file", "sync", "--delete", "missing", word);
    refused(ExitStatus.FAILED, "not a directory", "sync", "site/a", word);
    Files.writeString(remote, "a file");
    refused(ExitStatus.FAILED, "exists already", "sync", "site", word);
    assertEquals("a file", Files.readString(remote));
  }

  @Test
  void aLinkInTheTargetIsNotWrittenThrough() throws IOException {
    ok("sync", "site", word);
    Files.delete(remote.resolve("a"));
    Files.createSymbolicLink(remote.resolve("a"), store.path(word.substring(8) + "/sub/b"));
    ok("sync", "site", word);
    assertFalse(Files.isSymbolicLink(remote.resolve("a")));
    assertEquals(facts(site), facts(remote));
  }

  /** Leftovers of a dead process go; what a living one writes stays, and neither is copied. */
  @Test
  void sweepsWhatAKilledRunLeft() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    ok("sync", "site", word);
    String living = ".quorate-" + ProcessHandle.current().pid() + "-77.part";
    Files.writeString(site.resolve(".quorate-" + dead.pid() + "-77.part"), "half");
    Files.writeString(site.resolve(living), "half");
    assertEquals(List.of("[0, 0, 0, 0, 0, 4, 0]"), did(word, "sync", "--json", "site", word));
    assertFalse(Files.exists(remote.resolve(living)));
    ok("sync", "--delete", word, "site");
    assertEquals(List.of(living), parts(site));
  }

  /** Kills the program in the middle, looks at what there is, and goes on. */
  @Test
  void goesOnAfterBeingKilled() throws Exception {
    byte[] content = new byte[20_000];
    int files = 1_500;
    for (int i = 0; i < files; i++) {
      content[0] = (byte) (i % 100);
      Files.write(site.resolve(String.format("f%04d", i)), content);
    }
    Files.createDirectory(remote);
    Process sync =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "io.quorate.store.fuse.Quorate",
                "sync",
                "-c",
                cluster.files().client().toString(),
                "-j",
                "2",
                site.toString(),
                word)
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("output").toFile())
            .start();
    try {
      while (!Files.exists(remote.resolve("f0020"))) {
        assertTrue(sync.isAlive(), () -> "ended: " + read(temp.resolve("output")));
      }
    } finally {
      sync.destroyForcibly().waitFor();
    }
    int present = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(remote, "f*")) {
      for (Path entry : entries) {
        Path original = site.resolve(entry.getFileName().toString());
        assertArrayEquals(Files.readAllBytes(original), Files.readAllBytes(entry));
        present++;
      }
    }
    assertTrue(present > 0 && present < files, present + " files");
    String summary = did(word, "sync", "--json", "site", word).getLast();
    long copied = Long.parseLong(summary.substring(1, summary.indexOf(',')));
    assertTrue(copied <= files + 4 - present, summary + " though there were " + present);
    assertEquals(facts(site), facts(remote));
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static List<String> parts(Path directory) throws IOException {
    List<String> parts = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, ".quorate-*")) {
      entries.forEach(entry -> parts.add(entry.getFileName().toString()));
    }
    assertTrue(Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS));
    return parts;
  }
}

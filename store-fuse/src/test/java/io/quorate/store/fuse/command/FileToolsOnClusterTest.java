package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.quorate.store.fuse.command.TestShell.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ln, touch, chmod, chown, tree, du and find, over TCP. Each test has a directory of its own. */
class FileToolsOnClusterTest extends ClusterCommands {
  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectories(store.path(top + "/d/e"));
    Files.write(store.path(top + "/a.txt"), new byte[10]);
    Files.write(store.path(top + "/d/b.txt"), new byte[200]);
    Files.write(store.path(top + "/d/e/c.bin"), new byte[3000]);
  }

  private Object attribute(String path, String name) throws IOException {
    return Files.getAttribute(store.path(top + path), name, LinkOption.NOFOLLOW_LINKS);
  }

  private int mode(String path) throws IOException {
    return ((Number) attribute(path, "unix:mode")).intValue() & 07777;
  }

  @Test
  void lnMakesBothKindsOfLink() throws IOException {
    ok("ln", top + "/a.txt", top + "/d");
    assertEquals(2, ((Number) attribute("/d/a.txt", "unix:nlink")).intValue());
    ok("ln", "-s", "../nowhere", top + "/dangling");
    assertEquals("../nowhere", Files.readSymbolicLink(store.path(top + "/dangling")).toString());
    refused(ExitStatus.FAILED, "exists already", "ln", "-s", "x", top + "/dangling");
    refused(ExitStatus.FAILED, "no such file", "ln", top + "/missing", top + "/l");
  }

  @Test
  void touchMakesFilesAndSetsTimes() throws IOException {
    ok("touch", top + "/new");
    assertEquals(0, Files.size(store.path(top + "/new")));
    ok("touch", "-d", "2001-02-03T04:05:06Z", top + "/a.txt");
    assertEquals(
        FileTime.from(Instant.parse("2001-02-03T04:05:06Z")),
        attribute("/a.txt", "lastModifiedTime"));
    assertEquals(10, Files.size(store.path(top + "/a.txt")));
    ok("touch", "--no-create", top + "/absent");
    assertFalse(Files.exists(store.path(top + "/absent")));
    refused(ExitStatus.NOT_STARTED, "write it as", "touch", "-d", "today", top + "/a.txt");
    refused(ExitStatus.FAILED, "no such file", "touch", top + "/no/file");
  }

  @Test
  void chmodTakesNumbersAndClauses() throws IOException {
    ok("chmod", "640", top + "/a.txt");
    assertEquals(0640, mode("/a.txt"));
    ok("chmod", "u+x,g-r,o=r", top + "/a.txt");
    assertEquals(0704, mode("/a.txt"));
    ok("chmod", "600", top + "/d/b.txt");
    ok("chmod", "-R", "a+rX", top + "/d");
    assertEquals(0644, mode("/d/b.txt"));
    assertEquals(0755, mode("/d/e") & 0755);
    refused(ExitStatus.NOT_STARTED, "not a mode", "chmod", "u+q", top + "/a.txt");
    refused(ExitStatus.FAILED, "no such file", "chmod", "600", top + "/missing");
  }

  @Test
  void chownTakesNumbers() throws IOException {
    ok("chown", "-R", "1001:1002", top + "/d");
    assertEquals(1001, ((Number) attribute("/d/e/c.bin", "unix:uid")).intValue());
    assertEquals(1002, ((Number) attribute("/d/e/c.bin", "unix:gid")).intValue());
    ok("chown", ":7", top + "/d");
    assertEquals(1001, ((Number) attribute("/d", "unix:uid")).intValue());
    assertEquals(7, ((Number) attribute("/d", "unix:gid")).intValue());
    assertEquals(1002, ((Number) attribute("/d/e", "unix:gid")).intValue());
    refused(ExitStatus.NOT_STARTED, "not an owner", "chown", "root", top + "/d");
  }

  @Test
  void treeDrawsWhatIsBelow() {
    assertEquals(
        List.of(
            top,
            "├── a.txt",
            "└── d",
            "    ├── b.txt",
            "    └── e",
            "        └── c.bin",
            "",
            "2 directories, 3 files"),
        ok("tree", top).lines().toList());
    assertEquals(3, ok("tree", "--json", "-L", "1", top).lines().count());
  }

  @Test
  void duCountsALinkedFileOnce() throws IOException {
    Files.createLink(store.path(top + "/d/again"), store.path(top + "/a.txt"));
    assertEquals(
        List.of("3000\t" + top + "/d/e", "3200\t" + top + "/d", "3210\t" + top),
        ok("du", top).lines().toList());
    assertEquals("3.1 KiB\t" + top + "\n", ok("du", "-sH", top));
    Map<?, ?> sum = (Map<?, ?>) JsonReader.read(ok("du", "-s", "--json", top));
    assertEquals(3210L, ((Number) sum.get("bytes")).longValue());
  }

  @Test
  void findSelects() {
    assertEquals(
        List.of(top + "/a.txt", top + "/d/b.txt"),
        ok("find", "--name", "*.txt", top).lines().toList());
    assertEquals(
        List.of(top, top + "/d", top + "/d/e"), ok("find", "--type", "d", top).lines().toList());
    assertEquals(top + "/d/e/c.bin\0", ok("find", "-0", "--type", "f", "--min-size", "201", top));
    Map<?, ?> found = (Map<?, ?>) JsonReader.read(ok("find", "--json", "--name", "a*", top));
    assertEquals(top + "/a.txt", found.get("path"));
    refused(ExitStatus.NOT_STARTED, "one of f, d, l", "find", "--type", "x", top);
  }

  @Test
  void anErrorIsAnObjectWhereJsonIsAskedFor() {
    Outcome outcome = shell.run("find", "--json", top + "/missing");
    assertEquals(ExitStatus.FAILED, outcome.status());
    Map<?, ?> error = (Map<?, ?>) JsonReader.read(outcome.err());
    assertEquals("not-found", error.get("error"));
    assertEquals(top + "/missing", error.get("path"));
  }
}

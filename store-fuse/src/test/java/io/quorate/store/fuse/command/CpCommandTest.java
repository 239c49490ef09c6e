package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.fuse.command.TestShell.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** cp, and what commands that change things tell programs, over TCP. */
class CpCommandTest extends ClusterCommands {
  @BeforeEach
  void makeFiles() throws IOException {
    Files.createDirectory(store.path(top));
    Files.createDirectories(temp.resolve("site/sub"));
    write(temp.resolve("site/a"), "alpha", "rw-r-----");
    write(temp.resolve("site/sub/b"), "beta", "rwxr-xr-x");
    Files.createSymbolicLink(temp.resolve("site/l"), Path.of("sub/b"));
  }

  /** The objects that a command printed, by their paths. */
  private Map<String, Map<String, Object>> told(String... words) {
    Map<String, Map<String, Object>> objects = new TreeMap<>();
    for (String line : ok(words).lines().toList()) {
      Map<String, Object> object = JsonReader.object(line);
      assertEquals(null, objects.put(String.valueOf(object.get("path")), object), line);
    }
    return objects;
  }

  private static void same(Path expected, Path actual, boolean timesToo) throws IOException {
    assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(actual));
    assertEquals(Files.getPosixFilePermissions(expected), Files.getPosixFilePermissions(actual));
    assertEquals(timesToo, OLD.equals(Files.getLastModifiedTime(actual)), actual.toString());
  }

  @Test
  void copiesInWithinAndOut() throws IOException {
    String in = "quorate:" + top;
    ok("cp", "-rp", "site", in);
    same(temp.resolve("site/a"), store.path(top + "/site/a"), true);
    ok("cp", "-rp", in + "/site", in + "/second");
    same(temp.resolve("site/a"), store.path(top + "/second/a"), true);
    same(temp.resolve("site/sub/b"), store.path(top + "/second/sub/b"), true);
    assertEquals("sub/b", Files.readSymbolicLink(store.path(top + "/second/l")).toString());
    ok("cp", "-rp", in + "/second", "back");
    same(temp.resolve("site/sub/b"), temp.resolve("back/sub/b"), true);
    assertEquals("sub/b", Files.readSymbolicLink(temp.resolve("back/l")).toString());
  }

  @Test
  void withoutPreserveTheTimeIsNowAndAnOldFileKeepsItsMode() throws IOException {
    String in = "quorate:" + top;
    ok("cp", "site/a", in + "/a");
    same(temp.resolve("site/a"), store.path(top + "/a"), false);
    ok("cp", in + "/a", in + "/b");
    same(temp.resolve("site/a"), store.path(top + "/b"), false);
    ok("cp", in + "/b", "c");
    same(temp.resolve("site/a"), temp.resolve("c"), false);

    Files.writeString(store.path(top + "/b"), "before");
    Files.setPosixFilePermissions(
        store.path(top + "/b"), PosixFilePermissions.fromString("rw-rw-rw-"));
    write(temp.resolve("c"), "before", "rw-rw-rw-");
    ok("cp", "site/a", in + "/b");
    ok("cp", in + "/a", "c");
    for (Path path : List.of(store.path(top + "/b"), temp.resolve("c"))) {
      assertEquals("alpha", Files.readString(path));
      assertEquals("rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }
  }

  @Test
  void refusesWhatCanNotBeMeant() throws IOException {
    refused(ExitStatus.NOT_STARTED, "are both local", "cp", "site/a", "b");
    refused(ExitStatus.NOT_STARTED, "as in quorate:/x", "cp", "site/a", "quorate:x");
    refused(ExitStatus.FAILED, "-r copies it", "cp", "site", "quorate:" + top);
    refused(ExitStatus.FAILED, "no such file", "cp", "quorate:" + top + "/none", "x");
    Files.createDirectory(store.path(top + "/d"));
    Files.writeString(store.path(top + "/f"), "file");
    refused(
        ExitStatus.FAILED,
        "into itself",
        "cp",
        "-r",
        "quorate:" + top + "/d",
        "quorate:" + top + "/d/e");
    assertFalse(Files.exists(store.path(top + "/d/e")));
    refused(
        ExitStatus.FAILED,
        "not a directory",
        "cp",
        "site/a",
        "site/sub/b",
        "quorate:" + top + "/f");
    // A mark in a local name is no mark when the word begins otherwise.
    ok("cp", "quorate:" + top + "/f", "./quorate:f");
    assertEquals("file", Files.readString(temp.resolve("quorate:f")));
  }

  @Test
  void copiesAreToldAsJson() {
    Map<String, Map<String, Object>> in = told("cp", "-r", "--json", "site", "quorate:" + top);
    String site = "quorate:" + top + "/site";
    assertEquals(
        List.of(site, site + "/a", site + "/l", site + "/sub", site + "/sub/b"),
        List.copyOf(in.keySet()));
    assertEquals("mkdir", in.get(site).get("action"));
    assertEquals("cp", in.get(site + "/a").get("action"));
    assertEquals(5L, in.get(site + "/a").get("bytes"));
    assertEquals(temp.resolve("site/a").toString(), in.get(site + "/a").get("from"));
    Map<String, Map<String, Object>> put = told("put", "-r", "--json", "site", top + "/p");
    assertEquals("put", put.get(top + "/p/sub/b").get("action"));
    Map<String, Map<String, Object>> got = told("get", "--json", top + "/p/a", "got");
    assertEquals(top + "/p/a", got.get(temp.resolve("got").toString()).get("from"));
    refused(ExitStatus.NOT_STARTED, "standard output", "get", "--json", top + "/p/a", "-");
    Outcome stream = shell.runWith(new byte[7], "put", "--json", "-", top + "/s");
    assertEquals(7L, JsonReader.object(stream.out()).get("bytes"));
    assertEquals("-", JsonReader.object(stream.out()).get("from"));
  }

  @Test
  void changesAreToldAsJson() {
    assertEquals(
        List.of(top + "/x", top + "/x/y"),
        List.copyOf(told("mkdir", "--json", "-p", top + "/x/y").keySet()));
    assertEquals(Map.of(), told("mkdir", "--json", "-p", top + "/x/y"));
    Map<String, Object> touched = told("touch", "--json", top + "/x/f").get(top + "/x/f");
    assertEquals(true, touched.get("created"));
    assertEquals(false, told("touch", "--json", top + "/x/f").get(top + "/x/f").get("created"));
    Map<String, Object> link = told("ln", "--json", "-s", "f", top + "/x/l").get(top + "/x/l");
    assertEquals("f", link.get("target"));
    assertEquals(true, link.get("symbolic"));
    Map<String, Map<String, Object>> modes = told("chmod", "--json", "-R", "750", top + "/x");
    assertEquals(3, modes.size());
    assertEquals("0750", modes.get(top + "/x/f").get("mode"));
    Map<String, Object> owned = told("chown", "--json", "5:6", top + "/x/f").get(top + "/x/f");
    assertEquals(List.of(5L, 6L), List.of(owned.get("uid"), owned.get("gid")));
    Map<String, Object> group = told("chown", "--json", ":7", top + "/x/f").get(top + "/x/f");
    assertEquals(List.of(5L, 7L), List.of(group.get("uid"), group.get("gid")));
    assertEquals(
        top + "/x/f",
        told("mv", "--json", top + "/x/f", top + "/x/g").get(top + "/x/g").get("from"));
    assertEquals(4, told("rm", "--json", "-r", top + "/x").size());
    assertNotEquals("", shell.run("rm", "--json", top + "/x").err());
    Map<String, Object> error = JsonReader.object(shell.run("rm", "--json", top + "/x").err());
    assertEquals("not-found", error.get("error"));
  }

  @Test
  void lsShowsSizesForPeople() throws IOException {
    Files.write(store.path(top + "/big"), new byte[3000]);
    assertTrue(ok("ls", "-lH", top).contains(" 2.9 KiB "), ok("ls", "-lH", top));
    assertTrue(ok("ls", "-l", top).contains(" 3000 "), ok("ls", "-l", top));
  }
}

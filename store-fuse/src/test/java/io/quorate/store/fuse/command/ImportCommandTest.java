package io.quorate.store.fuse.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** import, over TCP. */
class ImportCommandTest extends ClusterCommands {
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
    write(site.resolve("sub/b"), "beta", "rwxr-x---");
    Files.createSymbolicLink(site.resolve("link"), Path.of("sub/b"));
  }

  private Map<String, Object> summary(String... words) {
    Map<String, Object> last = JsonReader.object(ok(words).lines().toList().getLast());
    assertEquals("summary", last.get("action"));
    return last;
  }

  @Test
  void goesOnUntilNothingIsLeftAndThenCompares() throws IOException {
    Map<String, Object> first = summary("import", "--json", "site", word);
    assertEquals("3 9 2 true 3", facts(first));
    assertEquals("alpha", Files.readString(remote.resolve("a")));
    assertEquals("beta", Files.readString(remote.resolve("link")));
    assertEquals(OLD, Files.getLastModifiedTime(remote.resolve("sub/b")));
    assertEquals(
        PosixFilePermissions.fromString("rwxr-x---"),
        Files.getPosixFilePermissions(remote.resolve("sub/b")));
    assertTrue(Files.isDirectory(remote.resolve("sub/empty")));
    assertEquals("0 0 1 true 3", facts(summary("import", "--json", "site", word)));
  }

  private static String facts(Map<String, Object> summary) {
    return summary.get("copied")
        + " "
        + summary.get("bytes")
        + " "
        + summary.get("passes")
        + " "
        + summary.get("verified")
        + " "
        + summary.get("equal");
  }

  @Test
  void contentThatOnlyLooksTheSameIsFoundAndMended() throws IOException {
    ok("import", "site", word);
    Files.writeString(remote.resolve("a"), "alfha");
    Files.setLastModifiedTime(remote.resolve("a"), OLD);
    assertEquals("1 5 2 true 3", facts(summary("import", "--json", "site", word)));
    assertEquals("alpha", Files.readString(remote.resolve("a")));
  }

  @Test
  void ownersComeAlongByNumber() throws IOException {
    assumeTrue((int) Files.getAttribute(temp, "unix:uid") == 0, "needs root, to give files away");
    Path link = site.resolve("link");
    Files.setAttribute(link, "unix:uid", 35, LinkOption.NOFOLLOW_LINKS);
    for (String name : new String[] {"a", "sub", "sub/b"}) {
      Files.setAttribute(site.resolve(name), "unix:uid", 33);
      Files.setAttribute(site.resolve(name), "unix:gid", 34);
    }
    ok("import", "site", word);
    for (String name : new String[] {"a", "sub", "sub/b"}) {
      assertEquals(33, Files.getAttribute(remote.resolve(name), "unix:uid"), name);
      assertEquals(34, Files.getAttribute(remote.resolve(name), "unix:gid"), name);
    }
    Path there = remote.resolve("link");
    assertEquals(35, Files.getAttribute(there, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    Files.setAttribute(site.resolve("a"), "unix:gid", 36);
    assertEquals("0 0 2 true 3", facts(summary("import", "--json", "site", word)));
    assertEquals(36, Files.getAttribute(remote.resolve("a"), "unix:gid"));
  }

  @Test
  void whatIsGoneFromTheSourceStaysUnlessToldOtherwise() throws IOException {
    ok("import", "site", word);
    Files.delete(site.resolve("a"));
    ok("import", "site", word);
    assertTrue(Files.exists(remote.resolve("a")));
    ok("import", "--delete", "site", word);
    assertFalse(Files.exists(remote.resolve("a")));
  }

  @Test
  void aTreeThatKeepsChangingIsNotVerified() {
    TestShell.Outcome outcome = shell.run("import", "--passes=1", "site", word);
    assertEquals(ExitStatus.FAILED, outcome.status());
    assertTrue(outcome.out().contains("files were still changing"), outcome.out());
  }

  @Test
  void wrongUsesAreRefusedBeforeAnything() {
    refused(ExitStatus.NOT_STARTED, "FROM must be local", "import", word, "site");
    refused(ExitStatus.NOT_STARTED, "FROM must be local", "import", "site", "other");
    refused(ExitStatus.NOT_STARTED, "--passes is 0", "import", "--passes=0", "site", word);
    refused(ExitStatus.NOT_STARTED, "--at-once is 0", "import", "-j0", "site", word);
  }
}

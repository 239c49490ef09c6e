package io.quorate.store.conformance;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Symbolic and hard links. */
abstract class LinkCases extends Cases {
  LinkCases(Callable<Face> opener) {
    super(opener);
  }

  @Test
  void linksKeepTheirText() throws IOException {
    for (String target : new String[] {"a", "../x/./y", "/abs/olute", "grüße"}) {
      Files.deleteIfExists(at("l"));
      Files.createSymbolicLink(at("l"), path(target));
      assertEquals(target, Files.readSymbolicLink(at("l")).toString());
    }
  }

  @Test
  void linksAreFollowed() throws IOException {
    directory("d");
    file("d/f", "abc");
    Files.createSymbolicLink(at("l"), path("d"));
    Files.createSymbolicLink(at("d/up"), path("../d/f"));
    assertEquals("abc", text(at("l/f")));
    assertEquals("abc", text(at("l/up")));
    assertEquals("abc", text(elsewhere(at("d")).resolve("up")));
    assertTrue(Files.isDirectory(at("l")));
    assertFalse(Files.isDirectory(at("l"), NOFOLLOW_LINKS));
  }

  @Test
  void absoluteTargets() throws IOException {
    file("f", "abc");
    Files.createSymbolicLink(at("l"), at("f").toAbsolutePath());
    assertEquals("abc", text(at("l")));
  }

  @Test
  void danglingLinks() throws IOException {
    Files.createSymbolicLink(at("l"), path("nowhere"));
    assertFalse(Files.exists(at("l")));
    assertTrue(Files.exists(at("l"), NOFOLLOW_LINKS));
    assertThrows(NoSuchFileException.class, () -> Files.readAllBytes(at("l")));
    Files.delete(at("l"));
    assertFalse(Files.exists(at("l"), NOFOLLOW_LINKS));
  }

  @Test
  void loops() throws IOException {
    Files.createSymbolicLink(at("a"), path("b"));
    Files.createSymbolicLink(at("b"), path("a"));
    assertThrows(FileSystemException.class, () -> Files.readAllBytes(at("a")));
    assertFalse(Files.exists(at("a")));
    assertThrows(IOException.class, () -> at("a").toRealPath());
  }

  @Test
  void onlyLinksAreRead() throws IOException {
    file("f", "");
    assertThrows(NotLinkException.class, () -> Files.readSymbolicLink(at("f")));
    assertThrows(NoSuchFileException.class, () -> Files.readSymbolicLink(at("g")));
  }

  @Test
  void deletingALinkKeepsItsTarget() throws IOException {
    file("f", "abc");
    Files.createSymbolicLink(at("l"), path("f"));
    Files.delete(at("l"));
    assertEquals("abc", text(at("f")));
  }

  @Test
  void linksDoNotReplace() throws IOException {
    file("f", "");
    assertThrows(
        FileAlreadyExistsException.class, () -> Files.createSymbolicLink(at("f"), path("x")));
    file("g", "");
    FileAlreadyExistsException refused =
        assertThrows(FileAlreadyExistsException.class, () -> Files.createLink(at("f"), at("g")));
    assertEquals(at("f").toString(), refused.getFile());
  }

  @Test
  void hardLinksShareTheFile() throws IOException {
    file("f", "abc");
    Files.createLink(at("g"), at("f"));
    assertTrue(Files.isSameFile(at("f"), at("g")));
    assertEquals(2, Files.getAttribute(at("f"), "unix:nlink"));
    file("g", "changed");
    assertEquals("changed", text(at("f")));
    Files.delete(at("f"));
    assertEquals("changed", text(elsewhere(at("g"))));
    assertEquals(1, Files.getAttribute(at("g"), "unix:nlink"));
  }

  @Test
  void hardLinksToNowhere() throws IOException {
    assertThrows(NoSuchFileException.class, () -> Files.createLink(at("g"), at("f")));
    directory("d");
    assertThrows(FileSystemException.class, () -> Files.createLink(at("g"), at("d")));
  }

  @Test
  void realPaths() throws IOException {
    directory("d/e");
    file("d/f", "abc");
    Files.createSymbolicLink(at("l"), path("d/e"));
    assertEquals(at("d/f").toRealPath(), at("l/../f").toRealPath());
    assertEquals(root.toRealPath().resolve("d/e"), at("l/.").toRealPath());
    assertEquals(root.toRealPath().resolve("l"), at("d/../l").toRealPath(NOFOLLOW_LINKS));
    assertThrows(NoSuchFileException.class, () -> at("nowhere").toRealPath());
  }

  @Test
  void sameFile() throws IOException {
    file("f", "");
    file("g", "");
    Files.createSymbolicLink(at("l"), path("f"));
    assertTrue(Files.isSameFile(at("f"), at("l")));
    assertFalse(Files.isSameFile(at("f"), at("g")));
    assertTrue(Files.isSameFile(at("no"), at("no")));
    assertThrows(NoSuchFileException.class, () -> Files.isSameFile(at("f"), at("no")));
  }
}

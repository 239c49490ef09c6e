package io.quorate.store.conformance;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copying and moving. */
abstract class CopyMoveCases extends Cases {
  CopyMoveCases(Callable<Face> opener) {
    super(opener);
  }

  @Test
  void copiesAFile() throws IOException {
    byte[] content = randomBytes(1, 2_500_000);
    Files.write(at("f"), content);
    assertEquals(at("g"), Files.copy(at("f"), at("g")));
    assertArrayEquals(content, Files.readAllBytes(at("g")));
    assertArrayEquals(content, Files.readAllBytes(at("f")));
  }

  @Test
  void aCopyIsOnItsOwn() throws IOException {
    Files.copy(file("f", "abc"), at("g"));
    file("f", "changed");
    assertEquals("abc", text(at("g")));
  }

  @Test
  void copyRefusesWhatThereIs() throws IOException {
    file("f", "abc");
    file("g", "old");
    FileAlreadyExistsException refused =
        assertThrows(FileAlreadyExistsException.class, () -> Files.copy(at("f"), at("g")));
    assertEquals(at("g").toString(), refused.getFile());
    assertEquals("old", text(at("g")));
  }

  @Test
  void copyReplaces() throws IOException {
    file("f", "abc");
    file("g", "old");
    Files.copy(at("f"), at("g"), REPLACE_EXISTING);
    assertEquals("abc", text(at("g")));
  }

  @Test
  void copyReplacesAnEmptyDirectoryOnly() throws IOException {
    file("f", "abc");
    directory("empty");
    directory("full");
    file("full/x", "");
    Files.copy(at("f"), at("empty"), REPLACE_EXISTING);
    assertEquals("abc", text(at("empty")));
    assertThrows(
        DirectoryNotEmptyException.class, () -> Files.copy(at("f"), at("full"), REPLACE_EXISTING));
  }

  @Test
  void copyReplacesALinkNotItsTarget() throws IOException {
    file("f", "abc");
    file("target", "old");
    Files.createSymbolicLink(at("l"), path("target"));
    Files.copy(at("f"), at("l"), REPLACE_EXISTING);
    assertFalse(Files.isSymbolicLink(at("l")));
    assertEquals("abc", text(at("l")));
    assertEquals("old", text(at("target")));
  }

  @Test
  void copyOntoItself() throws IOException {
    file("f", "abc");
    Files.copy(at("f"), at("f"));
    Files.copy(at("f"), at("f"), REPLACE_EXISTING);
    assertEquals("abc", text(at("f")));
  }

  @Test
  void copyFollowsLinks() throws IOException {
    file("f", "abc");
    Files.createSymbolicLink(at("l"), path("f"));
    Files.copy(at("l"), at("g"));
    assertTrue(Files.isRegularFile(at("g"), NOFOLLOW_LINKS));
    Files.copy(at("l"), at("m"), NOFOLLOW_LINKS);
    assertEquals(path("f"), Files.readSymbolicLink(at("m")));
  }

  @Test
  void copyMakesADirectoryWithoutItsContent() throws IOException {
    directory("d");
    file("d/x", "");
    Files.copy(at("d"), at("e"));
    assertEquals(List.of(), names(at("e")));
  }

  @Test
  void copyOfAttributes() throws IOException {
    file("f", "abc");
    FileTime time = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(at("f"), time);
    Files.setPosixFilePermissions(at("f"), PosixFilePermissions.fromString("rwx-w---x"));
    Files.copy(at("f"), at("g"), COPY_ATTRIBUTES);
    assertEquals(time, Files.getLastModifiedTime(at("g")));
    assertEquals(
        "rwx-w---x", PosixFilePermissions.toString(Files.getPosixFilePermissions(at("g"))));
  }

  @Test
  void copyFromNowhere() {
    NoSuchFileException missing =
        assertThrows(NoSuchFileException.class, () -> Files.copy(at("f"), at("g")));
    assertEquals(at("f").toString(), missing.getFile());
    assertThrows(
        UnsupportedOperationException.class, () -> Files.copy(at("f"), at("g"), ATOMIC_MOVE));
  }

  @Test
  void copyToNowhere() throws IOException {
    file("f", "abc");
    assertThrows(NoSuchFileException.class, () -> Files.copy(at("f"), at("d/g")));
  }

  @Test
  void streamsIn() throws IOException {
    assertEquals(3, Files.copy(new ByteArrayInputStream(new byte[] {'a', 'b', 'c'}), at("f")));
    assertThrows(
        FileAlreadyExistsException.class,
        () -> Files.copy(new ByteArrayInputStream(new byte[1]), at("f")));
    Files.copy(new ByteArrayInputStream(new byte[] {'d'}), at("f"), REPLACE_EXISTING);
    assertEquals("d", text(at("f")));
  }

  @Test
  void streamsOut() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertEquals(3, Files.copy(file("f", "abc"), out));
    assertEquals("abc", out.toString());
  }

  @Test
  void toAndFromTheHost(@TempDir Path host) throws IOException {
    byte[] content = randomBytes(2, 1_500_000);
    Files.write(host.resolve("f"), content);
    Files.copy(host.resolve("f"), at("g"));
    assertArrayEquals(content, Files.readAllBytes(at("g")));
    Files.copy(at("g"), host.resolve("h"));
    assertArrayEquals(content, Files.readAllBytes(host.resolve("h")));
    Files.move(at("g"), host.resolve("i"));
    assertFalse(Files.exists(at("g")));
    Files.move(host.resolve("i"), at("j"));
    assertArrayEquals(content, Files.readAllBytes(at("j")));
  }

  @Test
  void movesAFile() throws IOException {
    file("f", "abc");
    assertEquals(at("g"), Files.move(at("f"), at("g")));
    assertFalse(Files.exists(at("f")));
    assertEquals("abc", text(elsewhere(at("g"))));
  }

  @Test
  void movesATree() throws IOException {
    directory("d/e");
    file("d/e/f", "abc");
    directory("other");
    Files.move(at("d"), at("other/d"));
    assertEquals("abc", text(at("other/d/e/f")));
    assertFalse(Files.exists(at("d")));
  }

  @Test
  void moveRefusesWhatThereIs() throws IOException {
    file("f", "abc");
    file("g", "old");
    assertThrows(FileAlreadyExistsException.class, () -> Files.move(at("f"), at("g")));
    directory("d");
    assertThrows(FileAlreadyExistsException.class, () -> Files.move(at("f"), at("d")));
    assertEquals("abc", text(at("f")));
  }

  @Test
  void moveReplaces() throws IOException {
    file("f", "abc");
    file("g", "old");
    Files.move(at("f"), at("g"), REPLACE_EXISTING);
    assertEquals("abc", text(at("g")));
    file("f", "again");
    Files.move(at("f"), at("g"), ATOMIC_MOVE);
    assertEquals("again", text(at("g")));
  }

  @Test
  void moveReplacesAnEmptyDirectoryOnly() throws IOException {
    directory("d");
    directory("empty");
    directory("full");
    file("full/x", "");
    Files.move(at("d"), at("empty"), REPLACE_EXISTING);
    assertThrows(
        DirectoryNotEmptyException.class,
        () -> Files.move(at("empty"), at("full"), REPLACE_EXISTING));
    file("f", "abc");
    Files.move(at("f"), at("empty"), REPLACE_EXISTING);
    assertEquals("abc", text(at("empty")));
    directory("e");
    Files.move(at("e"), at("empty"), REPLACE_EXISTING);
    assertTrue(Files.isDirectory(at("empty")));
  }

  @Test
  void moveOntoItself() throws IOException {
    file("f", "abc");
    Files.move(at("f"), at("f"));
    Files.createLink(at("g"), at("f"));
    Files.move(at("f"), at("g"));
    assertEquals("abc", text(at("g")));
  }

  @Test
  void moveOfALinkMovesTheLink() throws IOException {
    file("f", "abc");
    Files.createSymbolicLink(at("l"), path("f"));
    Files.move(at("l"), at("m"));
    assertTrue(Files.isSymbolicLink(at("m")));
    assertEquals("abc", text(at("f")));
  }

  @Test
  void aDirectoryDoesNotMoveIntoItself() throws IOException {
    directory("d");
    assertThrows(FileSystemException.class, () -> Files.move(at("d"), at("d/e")));
  }

  @Test
  void moveFromAndToNowhere() throws IOException {
    assertThrows(NoSuchFileException.class, () -> Files.move(at("f"), at("g")));
    file("f", "abc");
    assertThrows(NoSuchFileException.class, () -> Files.move(at("f"), at("d/g")));
  }
}

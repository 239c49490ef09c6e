package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Copying and moving: the options, and another file system at the other end. The other is the JDK's
 * zip file system, which itself keeps its file here.
 */
abstract class ForeignCases extends Cases {
  private static final FileTime TIME = FileTime.fromMillis(1_234_567_890_000L);
  private static final CopyOption UNKNOWN = new CopyOption() {};

  private FileSystem zip;

  ForeignCases(Callable<Face> opener) {
    super(opener);
  }

  @BeforeEach
  void openZip() throws IOException {
    zip = newZip();
  }

  private FileSystem newZip() throws IOException {
    return FileSystems.newFileSystem(at("other.zip"), Map.of("create", "true"));
  }

  @AfterEach
  @Override
  void closeFace() throws Exception {
    zip.close();
    super.closeFace();
  }

  private Path other(String name) {
    return zip.getPath("/" + name);
  }

  // ---- to another file system and from it

  @Test
  void keepsAZipFile() throws IOException {
    byte[] content = randomBytes(1, 300_000);
    Files.write(other("a"), content);
    Files.createDirectory(other("d"));
    Files.write(other("d/b"), "b".getBytes(UTF_8));
    zip.close();
    zip = newZip();
    assertArrayEquals(content, Files.readAllBytes(other("a")));
    assertEquals("b", text(other("d/b")));
  }

  @Test
  void copiesOutAndIn() throws IOException {
    byte[] content = randomBytes(2, 100_000);
    Files.write(at("f"), content);
    Files.copy(at("f"), other("f"));
    Files.copy(other("f"), at("g"));
    assertArrayEquals(content, Files.readAllBytes(at("g")));
    assertThrows(FileAlreadyExistsException.class, () -> Files.copy(at("f"), other("f")));
    assertThrows(FileAlreadyExistsException.class, () -> Files.copy(other("f"), at("g")));
    file("f", "new");
    Files.copy(at("f"), other("f"), REPLACE_EXISTING);
    Files.copy(other("f"), at("g"), REPLACE_EXISTING);
    assertEquals("new", text(at("g")));
    assertThrows(NoSuchFileException.class, () -> Files.copy(at("none"), other("x")));
    assertThrows(NoSuchFileException.class, () -> Files.copy(other("none"), at("x")));
  }

  @Test
  void copiesTimesOutAndIn() throws IOException {
    file("f", "f");
    Files.setLastModifiedTime(at("f"), TIME);
    Files.copy(at("f"), other("f"), COPY_ATTRIBUTES);
    Files.copy(other("f"), at("g"), COPY_ATTRIBUTES);
    assertEquals(TIME, Files.getLastModifiedTime(at("g")));
  }

  @Test
  void movesOutAndIn() throws IOException {
    file("f", "f");
    Files.move(at("f"), other("f"));
    assertFalse(Files.exists(at("f")));
    Files.move(other("f"), at("g"));
    assertEquals("f", text(at("g")));
    assertFalse(Files.exists(other("f")));
    file("h", "h");
    Files.copy(at("h"), other("h"));
    assertThrows(FileAlreadyExistsException.class, () -> Files.move(other("h"), at("g")));
    Files.move(other("h"), at("g"), REPLACE_EXISTING);
    assertEquals("h", text(at("g")));
  }

  @Test
  void nothingMovesAtomicallyBetween() throws IOException {
    file("f", "f");
    Files.copy(at("f"), other("f"));
    assertThrows(
        AtomicMoveNotSupportedException.class, () -> Files.move(at("f"), other("g"), ATOMIC_MOVE));
    assertThrows(
        AtomicMoveNotSupportedException.class, () -> Files.move(other("f"), at("g"), ATOMIC_MOVE));
    assertEquals("f", text(at("f")));
    assertEquals("f", text(other("f")));
  }

  @Test
  void directoriesOutAndIn() throws IOException {
    directory("d");
    file("d/f", "");
    Files.copy(at("d"), other("d"));
    assertTrue(Files.isDirectory(other("d")));
    assertFalse(Files.exists(other("d/f")));
    Files.createFile(other("d/x"));
    assertThrows(
        DirectoryNotEmptyException.class,
        () -> Files.copy(at("d/f"), other("d"), REPLACE_EXISTING));
    assertThrows(
        DirectoryNotEmptyException.class,
        () -> Files.copy(other("d/x"), at("d"), REPLACE_EXISTING));
  }

  @Test
  void notTheSameFile() throws IOException {
    file("f", "f");
    Files.copy(at("f"), other("f"));
    assertFalse(Files.isSameFile(at("f"), other("f")));
    assertFalse(Files.isSameFile(other("f"), at("f")));
    assertEquals(-1, Files.mismatch(at("f"), other("f")));
  }

  // ---- between two ways to one cluster

  @Test
  void anotherWayToTheSameFile() throws IOException {
    file("f", "f");
    assertThrows(
        FileAlreadyExistsException.class,
        () -> {
          file("g", "g");
          Files.copy(at("f"), elsewhere(at("g")));
        });
    Files.copy(at("f"), elsewhere(at("f")));
    Files.copy(at("f"), elsewhere(at("f")), REPLACE_EXISTING);
    Files.move(at("f"), elsewhere(at("f")), REPLACE_EXISTING);
    assertEquals("f", text(at("f")));
  }

  @Test
  void copiesAndMovesByAnotherWay() throws IOException {
    byte[] content = randomBytes(3, 200_000);
    Files.write(at("f"), content);
    Files.setLastModifiedTime(at("f"), TIME);
    Files.setPosixFilePermissions(at("f"), PosixFilePermissions.fromString("rw-rw----"));
    Files.copy(at("f"), elsewhere(at("g")), COPY_ATTRIBUTES);
    assertArrayEquals(content, Files.readAllBytes(at("g")));
    assertEquals(TIME, Files.getLastModifiedTime(at("g")));
    Files.move(at("g"), elsewhere(at("h")));
    assertFalse(Files.exists(at("g")));
    assertArrayEquals(content, Files.readAllBytes(elsewhere(at("h"))));
    assertEquals(TIME, Files.getLastModifiedTime(at("h")));
    assertEquals(
        "rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(at("h"))));
    Files.createSymbolicLink(at("l"), path("f"));
    Files.move(at("l"), elsewhere(at("m")));
    assertEquals("f", Files.readSymbolicLink(at("m")).toString());
    directory("d");
    Files.move(at("d"), elsewhere(at("e")));
    assertTrue(Files.isDirectory(at("e")));
    assertFalse(Files.exists(at("d")));
    assertThrows(NoSuchFileException.class, () -> Files.move(at("d"), elsewhere(at("x"))));
    assertThrows(
        DirectoryNotEmptyException.class,
        () -> {
          file("e/x", "");
          Files.copy(at("f"), elsewhere(at("e")), REPLACE_EXISTING);
        });
  }

  // ---- the options

  @Test
  void optionsThatDoNotGoWithACopy() throws IOException {
    file("f", "f");
    assertThrows(
        UnsupportedOperationException.class, () -> Files.copy(at("f"), at("g"), ATOMIC_MOVE));
    assertThrows(UnsupportedOperationException.class, () -> Files.copy(at("f"), at("g"), UNKNOWN));
    assertThrows(NullPointerException.class, () -> Files.copy(at("f"), at("g"), (CopyOption) null));
    assertThrows(
        NullPointerException.class, () -> Files.copy(at("f"), at("g"), REPLACE_EXISTING, null));
    assertFalse(Files.exists(at("g")));
  }

  @Test
  void optionsThatDoNotGoWithAMove() throws IOException {
    file("f", "f");
    assertThrows(
        UnsupportedOperationException.class, () -> Files.move(at("f"), at("g"), COPY_ATTRIBUTES));
    assertThrows(UnsupportedOperationException.class, () -> Files.move(at("f"), at("g"), UNKNOWN));
    assertThrows(NullPointerException.class, () -> Files.move(at("f"), at("g"), (CopyOption) null));
    Files.move(at("f"), at("g"), NOFOLLOW_LINKS);
    assertEquals("f", text(at("g")));
  }

  @Test
  void newCopiesHaveTheUmask() throws IOException {
    file("f", "f");
    Files.setPosixFilePermissions(at("f"), PosixFilePermissions.fromString("rwxrwxrwx"));
    directory("d");
    Files.setPosixFilePermissions(at("d"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.createFile(at("usual"));
    boolean masked =
        !Files.getPosixFilePermissions(at("usual")).contains(PosixFilePermission.OTHERS_WRITE);
    Files.copy(at("f"), at("g"));
    Files.copy(at("d"), at("e"));
    file("old", "old");
    Files.copy(at("f"), at("old"), REPLACE_EXISTING);
    for (String name : new String[] {"g", "e", "old"}) {
      assertEquals(
          masked,
          !Files.getPosixFilePermissions(at(name)).contains(PosixFilePermission.OTHERS_WRITE),
          name);
    }
    Files.copy(at("f"), at("all"), COPY_ATTRIBUTES);
    assertEquals(
        "rwxrwxrwx", PosixFilePermissions.toString(Files.getPosixFilePermissions(at("all"))));
  }

  @Test
  void attributesOfDirectoriesAndLinks() throws IOException {
    directory("d");
    Files.createSymbolicLink(at("l"), path("d"));
    Files.setLastModifiedTime(at("d"), TIME);
    Files.copy(at("d"), at("e"), COPY_ATTRIBUTES);
    assertEquals(TIME, Files.getLastModifiedTime(at("e")));
    Files.copy(at("l"), at("m"), COPY_ATTRIBUTES, NOFOLLOW_LINKS);
    assertEquals(path("d"), Files.readSymbolicLink(at("m")));
    Files.copy(at("l"), at("n"), COPY_ATTRIBUTES);
    assertTrue(Files.isDirectory(at("n"), NOFOLLOW_LINKS));
    assertEquals(TIME, Files.getLastModifiedTime(at("n")));
    Files.copy(at("d"), at("k"));
    assertNotEquals(TIME, Files.getLastModifiedTime(at("k")));
  }

  @Test
  void danglingLinks() throws IOException {
    Files.createSymbolicLink(at("l"), path("nowhere"));
    assertThrows(NoSuchFileException.class, () -> Files.copy(at("l"), at("m")));
    Files.copy(at("l"), at("m"), NOFOLLOW_LINKS);
    assertThrows(FileAlreadyExistsException.class, () -> Files.copy(at("other.zip"), at("m")));
    file("f", "f");
    assertThrows(FileAlreadyExistsException.class, () -> Files.move(at("f"), at("m")));
    Files.move(at("f"), at("m"), REPLACE_EXISTING);
    assertTrue(Files.isRegularFile(at("m"), NOFOLLOW_LINKS));
    Files.move(at("l"), at("k"));
    assertTrue(Files.isSymbolicLink(at("k")));
  }

  @Test
  void whatIsMissingIsSaidFirst() throws IOException {
    file("f", "f");
    directory("d/x");
    assertThrows(NoSuchFileException.class, () -> Files.move(at("none"), at("f")));
    assertThrows(NoSuchFileException.class, () -> Files.move(at("none"), at("d")));
    assertThrows(
        NoSuchFileException.class, () -> Files.move(at("none"), at("d"), REPLACE_EXISTING));
    assertThrows(NoSuchFileException.class, () -> Files.move(at("none"), at("f"), ATOMIC_MOVE));
    assertThrows(
        NoSuchFileException.class, () -> Files.copy(at("none"), at("f"), REPLACE_EXISTING));
    assertEquals("f", text(at("f")));
    assertTrue(Files.exists(at("d/x")));
    assertThrows(NoSuchFileException.class, () -> Files.move(at("none"), at("none")));
  }

  @Test
  void hardLinksAreOneFile() throws IOException {
    file("f", "f");
    Files.createLink(at("g"), at("f"));
    Files.copy(at("f"), at("g"));
    Files.move(at("f"), at("g"));
    Files.copy(at("f"), at("g"), REPLACE_EXISTING);
    assertEquals("f", text(at("f")));
    assertTrue(Files.isSameFile(at("f"), at("g")));
  }

  @Test
  void atomicMoves() throws IOException {
    file("f", "f");
    file("g", "g");
    directory("d");
    directory("empty");
    directory("full/x");
    Files.move(at("f"), at("g"), ATOMIC_MOVE);
    assertEquals("f", text(at("g")));
    Files.move(at("d"), at("empty"), ATOMIC_MOVE);
    assertThrows(IOException.class, () -> Files.move(at("empty"), at("full"), ATOMIC_MOVE));
    assertThrows(IOException.class, () -> Files.move(at("g"), at("empty"), ATOMIC_MOVE));
    assertThrows(IOException.class, () -> Files.move(at("empty"), at("g"), ATOMIC_MOVE));
    Files.move(at("g"), at("g"), ATOMIC_MOVE);
    assertEquals("f", text(at("g")));
  }

  @Test
  void errorsNameTheTarget() throws IOException {
    file("f", "f");
    directory("full/x");
    assertEquals(
        at("full").toString(),
        assertThrows(
                DirectoryNotEmptyException.class,
                () -> Files.move(at("f"), at("full"), REPLACE_EXISTING))
            .getFile());
    assertEquals(
        at("full").toString(),
        assertThrows(
                DirectoryNotEmptyException.class,
                () -> Files.copy(at("f"), at("full"), REPLACE_EXISTING))
            .getFile());
    assertEquals(
        at("full").toString(),
        assertThrows(FileAlreadyExistsException.class, () -> Files.move(at("f"), at("full")))
            .getFile());
    assertEquals(
        at("none").toString(),
        assertThrows(NoSuchFileException.class, () -> Files.copy(at("none"), at("x"))).getFile());
    assertEquals(
        at("full").toString(),
        assertThrows(DirectoryNotEmptyException.class, () -> Files.delete(at("full"))).getFile());
  }
}

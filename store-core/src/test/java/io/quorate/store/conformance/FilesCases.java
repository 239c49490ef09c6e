package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code java.nio.file.Files} builds on a provider, and the volume that files are on. */
abstract class FilesCases extends Cases {
  FilesCases(Callable<Face> opener) {
    super(opener);
  }

  // ---- content

  @ParameterizedTest
  @CsvSource({"'','',-1", "a,a,-1", "a,b,0", "ab,ac,1", "ab,a,1", "a,ab,1", "'',a,0", "abc,abd,2"})
  void mismatches(String left, String right, long expected) throws IOException {
    file("l", left);
    file("r", right);
    assertEquals(expected, Files.mismatch(at("l"), at("r")));
  }

  @Test
  void mismatchesFarIn() throws IOException {
    byte[] content = randomBytes(5, 50_000);
    Files.write(at("l"), content);
    content[49_999]++;
    Files.write(at("r"), content);
    assertEquals(49_999, Files.mismatch(at("l"), at("r")));
    assertEquals(-1, Files.mismatch(at("l"), at("l")));
    assertThrows(NoSuchFileException.class, () -> Files.mismatch(at("l"), at("none")));
  }

  @Test
  void lines() throws IOException {
    file("f", "one\ntwo\r\nthree");
    assertEquals(List.of("one", "two", "three"), Files.readAllLines(at("f")));
    try (Stream<String> lines = Files.lines(at("f"))) {
      assertEquals(3, lines.count());
    }
    file("empty", "");
    assertEquals(List.of(), Files.readAllLines(at("empty")));
    Files.write(at("latin"), new byte[] {(byte) 0xe9});
    assertThrows(MalformedInputException.class, () -> Files.readAllLines(at("latin")));
    assertThrows(MalformedInputException.class, () -> Files.readString(at("latin")));
    assertEquals("é", Files.readString(at("latin"), ISO_8859_1));
    try (Stream<String> lines = Files.lines(at("latin"))) {
      assertThrows(UncheckedIOException.class, lines::count);
    }
  }

  @Test
  void readersAndWriters() throws IOException {
    try (BufferedWriter writer = Files.newBufferedWriter(at("f"))) {
      writer.write("grüße\n");
    }
    Files.writeString(at("f"), "more\n", APPEND);
    Files.write(at("f"), List.of("a", "b"), APPEND);
    try (BufferedReader reader = Files.newBufferedReader(at("f"))) {
      assertEquals(List.of("grüße", "more", "a", "b"), reader.lines().toList());
    }
    assertThrows(
        FileAlreadyExistsException.class, () -> Files.writeString(at("f"), "x", CREATE_NEW));
  }

  // ---- making

  @Test
  void createFileRefusesWhatThereIs() throws IOException {
    Files.createFile(at("f"));
    assertEquals(0, Files.size(at("f")));
    directory("d");
    Files.createSymbolicLink(at("l"), path("nowhere"));
    for (String name : List.of("f", "d", "l")) {
      assertThrows(FileAlreadyExistsException.class, () -> Files.createFile(at(name)), name);
      assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectory(at(name)), name);
      assertThrows(
          FileAlreadyExistsException.class, () -> Files.createLink(at(name), at("f")), name);
      assertThrows(
          FileAlreadyExistsException.class,
          () -> Files.createSymbolicLink(at(name), path("f")),
          name);
    }
    assertThrows(NoSuchFileException.class, () -> Files.createFile(at("no/f")));
    assertThrows(NoSuchFileException.class, () -> Files.createDirectory(at("no/d")));
    assertThrows(NoSuchFileException.class, () -> Files.createSymbolicLink(at("no/l"), path("f")));
    assertThrows(FileSystemException.class, () -> Files.createFile(at("f/x")));
  }

  @Test
  void createDirectoriesTakesWhatThereIs() throws IOException {
    directory("a/b");
    Files.createSymbolicLink(at("l"), path("a"));
    assertEquals(at("a/b"), Files.createDirectories(at("a/b")));
    Files.createDirectories(at("l"));
    Files.createDirectories(at("l/c/d"));
    assertTrue(Files.isDirectory(at("a/c/d")));
    Files.createDirectories(at("a/x/../y"));
    assertTrue(Files.isDirectory(at("a/y")));
    file("f", "");
    assertThrows(FileAlreadyExistsException.class, () -> Files.createDirectories(at("f")));
    assertThrows(FileSystemException.class, () -> Files.createDirectories(at("f/x/y")));
  }

  @Test
  void directoriesGetThePermissionsAskedFor() throws IOException {
    Files.createDirectories(
        at("a/b"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (String name : List.of("a", "a/b")) {
      assertEquals(
          "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(at(name))));
    }
  }

  @Test
  void temporaryFiles() throws IOException {
    Path file =
        Files.createTempFile(
            root,
            "pre",
            ".post",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Path directory =
        Files.createTempDirectory(
            root,
            null,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path plain = Files.createTempFile(root, null, null);
    assertTrue(file.getFileName().toString().matches("pre.+\\.post"), file.toString());
    assertTrue(plain.getFileName().toString().endsWith(".tmp"), plain.toString());
    assertEquals(root, file.getParent());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    assertNotEquals(file, Files.createTempFile(root, "pre", ".post"));
    assertThrows(IllegalArgumentException.class, () -> Files.createTempFile(root, "../x", null));
    assertThrows(NoSuchFileException.class, () -> Files.createTempFile(at("none"), null, null));
  }

  // ---- asking

  @ParameterizedTest
  @CsvSource({".a,true", "a,false", ".a/b,false", "a/.b,true", "..,true", ".,true", "...,true"})
  void hidden(String name, boolean expected) throws IOException {
    assertEquals(expected, Files.isHidden(path(name)));
  }

  @Test
  void theRootIsNotHidden() throws IOException {
    assertFalse(Files.isHidden(path("/")));
  }

  @ParameterizedTest
  @CsvSource({"a.txt,text/plain", "a.html,text/html", "a.png,image/png"})
  void contentTypes(String name, String expected) throws IOException {
    assertEquals(expected, Files.probeContentType(at(name)));
  }

  @Test
  void existence() throws IOException {
    file("f", "");
    directory("d");
    Files.createSymbolicLink(at("l"), path("f"));
    Files.createSymbolicLink(at("gone"), path("nowhere"));
    assertTrue(Files.exists(at("l")));
    assertFalse(Files.exists(at("gone")));
    assertTrue(Files.notExists(at("gone")));
    assertTrue(Files.exists(at("gone"), NOFOLLOW_LINKS));
    assertFalse(Files.isRegularFile(at("l"), NOFOLLOW_LINKS));
    assertTrue(Files.isReadable(at("f")));
    assertTrue(Files.isWritable(at("d")));
    assertFalse(Files.isReadable(at("none")));
    assertFalse(Files.isExecutable(at("f")));
    assertTrue(Files.isExecutable(at("d")));
    assertFalse(Files.isSymbolicLink(at("none")));
    assertFalse(Files.isDirectory(at("f/x")));
    assertThrows(NoSuchFileException.class, () -> Files.size(at("gone")));
    assertThrows(
        NoSuchFileException.class,
        () -> root.getFileSystem().provider().checkAccess(at("gone"), AccessMode.READ));
    assertThrows(
        NullPointerException.class,
        () -> root.getFileSystem().provider().checkAccess(at("f"), (AccessMode) null));
  }

  @Test
  void sameFile() throws IOException {
    file("f", "");
    directory("d");
    Files.createSymbolicLink(at("l"), path("f"));
    assertTrue(Files.isSameFile(at("l"), at("f")));
    assertTrue(Files.isSameFile(at("d/../f"), at("f")));
    assertTrue(Files.isSameFile(at("none"), at("none")));
    assertFalse(Files.isSameFile(at("f"), at("d")));
    assertThrows(NoSuchFileException.class, () -> Files.isSameFile(at("f"), at("none")));
    assertThrows(NoSuchFileException.class, () -> Files.isSameFile(at("none"), at("f")));
    assertThrows(NullPointerException.class, () -> Files.isSameFile(at("f"), null));
  }

  @Test
  void realPaths() throws IOException {
    directory("d/e");
    file("d/f", "");
    Files.createSymbolicLink(at("l"), path("d/e"));
    Files.createSymbolicLink(at("m"), path("l"));
    Files.createSymbolicLink(at("abs"), at("d"));
    assertEquals(at("d/e"), at("m").toRealPath());
    assertEquals(at("d"), at("l/..").toRealPath());
    assertEquals(at("d/f"), at("l/../f").toRealPath());
    assertEquals(at("d/f"), at("abs/./e/../f").toRealPath());
    assertEquals(at("m"), at("m").toRealPath(NOFOLLOW_LINKS));
    assertEquals(at("m"), at("d/../m").toRealPath(NOFOLLOW_LINKS));
    assertEquals(path("/"), path("/").toRealPath());
    assertEquals(path("/"), path("/..").toRealPath());
    assertThrows(NoSuchFileException.class, () -> at("none").toRealPath());
    assertThrows(NoSuchFileException.class, () -> at("none/..").toRealPath());
    assertThrows(FileSystemException.class, () -> at("d/f/..").toRealPath());
    Files.createSymbolicLink(at("loop"), path("loop"));
    assertThrows(FileSystemException.class, () -> at("loop").toRealPath());
  }

  @Test
  void linksAndWhatTheyAreNot() throws IOException {
    file("f", "");
    directory("d");
    assertThrows(NotLinkException.class, () -> Files.readSymbolicLink(at("f")));
    assertThrows(NotLinkException.class, () -> Files.readSymbolicLink(at("d")));
    assertThrows(NoSuchFileException.class, () -> Files.readSymbolicLink(at("none")));
    assertThrows(FileSystemException.class, () -> Files.createLink(at("x"), at("d")));
    Files.createSymbolicLink(at("l"), path("nowhere"));
    Files.createLink(at("hard"), at("l"));
    assertEquals(path("nowhere"), Files.readSymbolicLink(at("hard")));
    assertThrows(FileSystemException.class, () -> Files.createSymbolicLink(at("x"), path("")));
    Files.createSymbolicLink(at("odd"), path("a//b/../c/"));
    assertEquals("a/b/../c", Files.readSymbolicLink(at("odd")).toString());
  }

  @Test
  void deletes() throws IOException {
    directory("d/e");
    assertThrows(DirectoryNotEmptyException.class, () -> Files.deleteIfExists(at("d")));
    assertFalse(Files.deleteIfExists(at("none")));
    assertTrue(Files.deleteIfExists(at("d/e")));
    assertThrows(NoSuchFileException.class, () -> Files.delete(at("d/e")));
    file("f", "");
    assertThrows(FileSystemException.class, () -> Files.delete(at("f/x")));
    Files.createSymbolicLink(at("l"), path("d"));
    Files.delete(at("l"));
    assertTrue(Files.isDirectory(at("d")));
  }

  // ---- the volume

  @Test
  void volumes() throws IOException {
    file("f", "");
    FileStore volume = Files.getFileStore(at("f"));
    assertEquals(volume, Files.getFileStore(root));
    assertFalse(volume.type().isEmpty());
    assertTrue(volume.getTotalSpace() > 0);
    assertTrue(volume.getUsableSpace() <= volume.getTotalSpace());
    assertTrue(volume.getUsableSpace() >= 0);
    assertTrue(volume.getUnallocatedSpace() <= volume.getTotalSpace());
    assertTrue(volume.getBlockSize() > 0);
    assertEquals(volume.getTotalSpace(), volume.getAttribute("totalSpace"));
    assertTrue((Long) volume.getAttribute("usableSpace") >= 0);
    assertTrue((Long) volume.getAttribute("unallocatedSpace") >= 0);
    assertFalse(volume.isReadOnly());
    assertThrows(UnsupportedOperationException.class, () -> volume.getAttribute("what"));
    assertThrows(NoSuchFileException.class, () -> Files.getFileStore(at("none")));
  }

  @Test
  void viewsOfAVolume() throws IOException {
    FileStore volume = Files.getFileStore(root);
    assertTrue(volume.supportsFileAttributeView(BasicFileAttributeView.class));
    assertTrue(volume.supportsFileAttributeView(PosixFileAttributeView.class));
    assertFalse(volume.supportsFileAttributeView(FileAttributeView.class));
    assertTrue(volume.supportsFileAttributeView("basic"));
    assertTrue(volume.supportsFileAttributeView("unix"));
    assertFalse(volume.supportsFileAttributeView("what"));
    assertEquals(null, volume.getFileStoreAttributeView(FileStoreAttributeView.class));
    assertThrows(NullPointerException.class, () -> volume.supportsFileAttributeView((String) null));
    assertThrows(NullPointerException.class, () -> volume.getFileStoreAttributeView(null));
    assertThrows(NullPointerException.class, () -> volume.getAttribute(null));
  }

  // ---- the file system

  @Test
  void fileSystems() {
    assertTrue(root.getFileSystem().isOpen());
    assertFalse(root.getFileSystem().isReadOnly());
    assertEquals("/", root.getFileSystem().getSeparator());
    assertEquals(path("/"), root.getFileSystem().getRootDirectories().iterator().next());
    assertTrue(root.getFileSystem().getFileStores().iterator().hasNext());
    assertSame(root.getFileSystem(), at("x").getFileSystem());
    assertThrows(
        UnsupportedOperationException.class,
        () -> root.getFileSystem().supportedFileAttributeViews().add("x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"no such user at all", ""})
  void unknownPrincipals(String name) {
    UserPrincipalLookupService service = root.getFileSystem().getUserPrincipalLookupService();
    assertThrows(UserPrincipalNotFoundException.class, () -> service.lookupPrincipalByName(name));
    assertThrows(
        UserPrincipalNotFoundException.class, () -> service.lookupPrincipalByGroupName(name));
  }

  @Test
  void principals() throws IOException {
    UserPrincipalLookupService service = root.getFileSystem().getUserPrincipalLookupService();
    assertEquals(service.lookupPrincipalByName("4711"), service.lookupPrincipalByName("4711"));
    assertNotEquals(service.lookupPrincipalByName("4711"), service.lookupPrincipalByName("4712"));
    assertNotEquals(
        service.lookupPrincipalByName("4711"), service.lookupPrincipalByGroupName("4711"));
    assertEquals("4711", service.lookupPrincipalByName("4711").getName());
    assertThrows(NullPointerException.class, () -> service.lookupPrincipalByName(null));
    assertThrows(NullPointerException.class, () -> service.lookupPrincipalByGroupName(null));
  }

  @Test
  void stringsInTheEncodingOfTheirBytes() throws IOException {
    Files.writeString(at("f"), "é", UTF_8);
    assertEquals(2, Files.size(at("f")));
  }
}

package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Attributes, by view and by name. */
abstract class AttributeCases extends Cases {
  private static final FileTime EXACT =
      FileTime.from(Instant.ofEpochSecond(1_234_567_890, 123_456_789));

  AttributeCases(Callable<Face> opener) {
    super(opener);
  }

  private BasicFileAttributes basic(String name) throws IOException {
    return Files.readAttributes(at(name), BasicFileAttributes.class, NOFOLLOW_LINKS);
  }

  @Test
  void kinds() throws IOException {
    file("f", "abc");
    directory("d");
    Files.createSymbolicLink(at("l"), path("f"));
    assertTrue(basic("f").isRegularFile());
    assertTrue(basic("d").isDirectory());
    assertTrue(basic("l").isSymbolicLink());
    for (String name : List.of("f", "d", "l")) {
      assertFalse(basic(name).isOther());
    }
    assertEquals(3, basic("f").size());
    assertFalse(basic("d").isRegularFile());
  }

  @Test
  void fileKeys() throws IOException {
    file("f", "");
    file("g", "");
    Files.createLink(at("h"), at("f"));
    assertNotNull(basic("f").fileKey());
    assertEquals(basic("f").fileKey(), basic("h").fileKey());
    assertNotEquals(basic("f").fileKey(), basic("g").fileKey());
  }

  @Test
  void ofNothing() {
    assertThrows(NoSuchFileException.class, () -> basic("f"));
    assertThrows(NoSuchFileException.class, () -> Files.setLastModifiedTime(at("f"), EXACT));
    assertThrows(NoSuchFileException.class, () -> Files.readAttributes(at("f"), "*"));
  }

  @Test
  void timesToTheNanosecond() throws IOException {
    file("f", "");
    Files.setLastModifiedTime(at("f"), EXACT);
    assertEquals(EXACT, Files.getLastModifiedTime(elsewhere(at("f"))));
    FileTime other = FileTime.from(Instant.ofEpochSecond(1_000_000_000, 1));
    Files.getFileAttributeView(at("f"), BasicFileAttributeView.class).setTimes(null, other, null);
    assertEquals(other, basic("f").lastAccessTime());
    assertEquals(EXACT, basic("f").lastModifiedTime());
  }

  @Test
  void timesBefore1970() throws IOException {
    file("f", "");
    FileTime early = FileTime.from(Instant.parse("1950-02-03T04:05:06Z"));
    Files.setLastModifiedTime(at("f"), early);
    assertEquals(early, Files.getLastModifiedTime(at("f")));
  }

  @Test
  void nothingToSet() throws IOException {
    file("f", "");
    FileTime before = Files.getLastModifiedTime(at("f"));
    Files.getFileAttributeView(at("f"), BasicFileAttributeView.class).setTimes(null, null, null);
    assertEquals(before, Files.getLastModifiedTime(at("f")));
  }

  @Test
  void writingSetsTheTime() throws IOException {
    file("f", "");
    Files.setLastModifiedTime(at("f"), EXACT);
    file("f", "x");
    assertTrue(Files.getLastModifiedTime(at("f")).compareTo(EXACT) > 0);
    Files.setLastModifiedTime(at("f"), EXACT);
    try (FileChannel channel = channel(at("f"), WRITE)) {
      channel.write(bytes("y"));
    }
    assertTrue(Files.getLastModifiedTime(at("f")).compareTo(EXACT) > 0);
  }

  @Test
  void aTimeSetAfterTheWriteStays() throws IOException {
    file("f", "");
    try (FileChannel channel = channel(at("f"), WRITE)) {
      channel.write(bytes("x"));
      Files.setLastModifiedTime(at("f"), EXACT);
      assertEquals(EXACT, Files.getLastModifiedTime(at("f")));
    }
    assertEquals(EXACT, Files.getLastModifiedTime(at("f")));
    assertEquals(EXACT, Files.getLastModifiedTime(elsewhere(at("f"))));
  }

  @Test
  void readingLeavesTheModificationTime() throws IOException {
    file("f", "abc");
    Files.setLastModifiedTime(at("f"), EXACT);
    text(at("f"));
    assertEquals(EXACT, Files.getLastModifiedTime(at("f")));
  }

  @Test
  void aNewEntrySetsTheDirectorysTime() throws IOException {
    directory("d");
    Files.setLastModifiedTime(at("d"), EXACT);
    file("d/f", "");
    assertTrue(Files.getLastModifiedTime(at("d")).compareTo(EXACT) > 0);
    Files.setLastModifiedTime(at("d"), EXACT);
    Files.delete(at("d/f"));
    assertTrue(Files.getLastModifiedTime(at("d")).compareTo(EXACT) > 0);
  }

  @Test
  void permissions() throws IOException {
    file("f", "");
    for (String text : List.of("rwxrwxrwx", "---------", "rw-r--r--", "r-x-w---x")) {
      Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(text);
      Files.setPosixFilePermissions(at("f"), wanted);
      assertEquals(wanted, Files.getPosixFilePermissions(elsewhere(at("f"))));
    }
    assertEquals(0100000 | 0521, (int) (Integer) Files.getAttribute(at("f"), "unix:mode"));
  }

  @Test
  void permissionsOfADirectory() throws IOException {
    directory("d");
    Files.setPosixFilePermissions(at("d"), EnumSet.of(PosixFilePermission.OWNER_READ));
    assertEquals(Set.of(PosixFilePermission.OWNER_READ), Files.getPosixFilePermissions(at("d")));
    assertEquals(0040400, (int) (Integer) Files.getAttribute(at("d"), "unix:mode"));
  }

  @Test
  void executing() throws IOException {
    file("f", "");
    Files.setPosixFilePermissions(at("f"), PosixFilePermissions.fromString("rw-r--r--"));
    assertFalse(Files.isExecutable(at("f")));
    assertThrows(
        AccessDeniedException.class,
        () -> root.getFileSystem().provider().checkAccess(at("f"), AccessMode.EXECUTE));
    Files.setPosixFilePermissions(at("f"), PosixFilePermissions.fromString("rwxr--r--"));
    assertTrue(Files.isExecutable(at("f")));
    assertTrue(Files.isReadable(at("f")));
    assertTrue(Files.isWritable(at("f")));
    assertFalse(Files.isReadable(at("g")));
  }

  @Test
  void owners() throws IOException {
    file("f", "");
    UserPrincipal owner = Files.getOwner(at("f"));
    assertEquals(
        owner, Files.getFileAttributeView(at("f"), FileOwnerAttributeView.class).getOwner());
    Files.setOwner(at("f"), owner);
    assertEquals(owner, Files.readAttributes(at("f"), PosixFileAttributes.class).owner());
    assertThrows(
        UserPrincipalNotFoundException.class,
        () ->
            root.getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName("no such user"));
  }

  @Test
  void ownersByNumber() throws IOException {
    file("f", "");
    assumeTrue(Files.getAttribute(at("f"), "unix:uid").equals(0), "only root gives files away");
    Files.setAttribute(at("f"), "unix:uid", 1234);
    Files.setAttribute(at("f"), "unix:gid", 5678);
    assertEquals(1234, Files.getAttribute(at("f"), "unix:uid"));
    assertEquals(5678, Files.getAttribute(at("f"), "unix:gid"));
    UserPrincipal owner =
        root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("1234");
    assertEquals(owner, Files.getOwner(at("f")));
    PosixFileAttributeView view = Files.getFileAttributeView(at("f"), PosixFileAttributeView.class);
    view.setGroup(
        root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName("77"));
    assertEquals(77, Files.getAttribute(at("f"), "unix:gid"));
  }

  @Test
  void byName() throws IOException {
    file("f", "abc");
    Map<String, Object> basic = Files.readAttributes(at("f"), "*");
    assertEquals(3L, basic.get("size"));
    assertEquals(true, basic.get("isRegularFile"));
    assertEquals(
        Set.of("size", "isDirectory"), Files.readAttributes(at("f"), "size,isDirectory").keySet());
    assertTrue(Files.readAttributes(at("f"), "posix:*").containsKey("permissions"));
    assertTrue(
        Files.readAttributes(at("f"), "unix:*")
            .keySet()
            .containsAll(Set.of("mode", "ino", "nlink", "uid", "gid", "ctime", "rdev", "dev")));
    Files.setAttribute(at("f"), "lastModifiedTime", EXACT);
    assertEquals(EXACT, Files.getAttribute(at("f"), "basic:lastModifiedTime"));
    Files.setAttribute(at("f"), "posix:permissions", PosixFilePermissions.fromString("rw-------"));
    assertEquals(
        PosixFilePermissions.fromString("rw-------"),
        Files.getAttribute(at("f"), "posix:permissions"));
    Files.setAttribute(at("f"), "unix:mode", 0640);
    assertEquals(0100640, Files.getAttribute(at("f"), "unix:mode"));
  }

  @Test
  void unknownNames() throws IOException {
    file("f", "");
    assertThrows(
        UnsupportedOperationException.class, () -> Files.readAttributes(at("f"), "what:*"));
    assertThrows(IllegalArgumentException.class, () -> Files.readAttributes(at("f"), "basic:what"));
    assertThrows(IllegalArgumentException.class, () -> Files.readAttributes(at("f"), "basic:"));
    assertThrows(
        UnsupportedOperationException.class, () -> Files.setAttribute(at("f"), "what:x", 1));
    assertThrows(
        IllegalArgumentException.class, () -> Files.setAttribute(at("f"), "basic:what", 1));
  }

  @Test
  void views() throws IOException {
    file("f", "");
    assertEquals("basic", Files.getFileAttributeView(at("f"), BasicFileAttributeView.class).name());
    assertEquals("posix", Files.getFileAttributeView(at("f"), PosixFileAttributeView.class).name());
    assertEquals("owner", Files.getFileAttributeView(at("f"), FileOwnerAttributeView.class).name());
    assertNull(Files.getFileAttributeView(at("f"), AclFileAttributeView.class));
    assertTrue(
        root.getFileSystem()
            .supportedFileAttributeViews()
            .containsAll(Set.of("basic", "posix", "owner", "unix")));
  }

  @Test
  void linksHaveTheirOwn() throws IOException {
    file("f", "abc");
    Files.createSymbolicLink(at("l"), path("f"));
    assertEquals(3, Files.size(at("l")));
    assertEquals(1, basic("l").size());
    Files.getFileAttributeView(at("l"), BasicFileAttributeView.class, NOFOLLOW_LINKS)
        .setTimes(EXACT, null, null);
    assertEquals(EXACT, basic("l").lastModifiedTime());
    assertNotEquals(EXACT, basic("f").lastModifiedTime());
  }

  @Test
  void userAttributes() throws IOException {
    file("f", "");
    assumeTrue(
        Files.getFileStore(at("f")).supportsFileAttributeView(UserDefinedFileAttributeView.class));
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(at("f"), UserDefinedFileAttributeView.class);
    assertEquals(5, view.write("mime", bytes("a/b;c")));
    assertEquals(List.of("mime"), view.list());
    assertEquals(5, view.size("mime"));
    ByteBuffer value = ByteBuffer.allocate(10);
    assertEquals(5, view.read("mime", value));
    assertEquals("a/b;c", new String(value.array(), 0, 5, UTF_8));
    view.write("mime", bytes("new"));
    assertEquals(3, view.size("mime"));
    assertArrayEquals("new".getBytes(UTF_8), (byte[]) Files.getAttribute(at("f"), "user:mime"));
    Files.setAttribute(at("f"), "user:other", bytes("x"));
    assertEquals(Set.of("mime", "other"), Set.copyOf(view.list()));
    view.delete("mime");
    assertEquals(List.of("other"), view.list());
    assertThrows(IOException.class, () -> view.read("mime", value));
    assertThrows(IOException.class, () -> view.delete("mime"));
    assertThrows(IOException.class, () -> view.read("other", ByteBuffer.allocate(0)));
  }

  @Test
  void hidden() throws IOException {
    assertTrue(Files.isHidden(file(".f", "")));
    assertFalse(Files.isHidden(file("f", "")));
  }

  @Test
  void sizesOfOpenFiles() throws IOException {
    file("f", "abc");
    try (FileChannel channel = channel(at("f"), WRITE)) {
      channel.write(bytes("xyz"), 3);
      assertEquals(6, Files.size(at("f")));
      channel.truncate(1);
      assertEquals(1, Files.size(at("f")));
    }
    assertEquals(1, Files.size(elsewhere(at("f"))));
  }
}

package io.quorate.store.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes by name: what is read, what is set, and what is refused how. */
abstract class NamedAttributeCases extends Cases {
  private static final FileTime TIME = FileTime.fromMillis(1_234_567_890_123L);

  NamedAttributeCases(Callable<Face> opener) {
    super(opener);
  }

  @BeforeEach
  void oneFile() throws IOException {
    file("f", "abc");
  }

  // ---- reading

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "size size",
        "basic:size size",
        "unix:size size",
        "posix:size size",
        "size,isOther size,isOther",
        "size, size",
        "size,size size",
        "posix:owner owner",
        "posix:owner,group,permissions owner,group,permissions",
        "owner:owner owner",
        "owner:* owner",
        "unix:mode,ino mode,ino",
        "unix:permissions permissions",
        "unix:uid,gid,nlink,dev,rdev,ctime uid,gid,nlink,dev,rdev,ctime",
        "basic:fileKey fileKey",
        "* size,creationTime,lastAccessTime,lastModifiedTime,isDirectory,isRegularFile,"
            + "isSymbolicLink,isOther,fileKey",
        "basic:*,size size,creationTime,lastAccessTime,lastModifiedTime,isDirectory,"
            + "isRegularFile,isSymbolicLink,isOther,fileKey",
        "size,* size,creationTime,lastAccessTime,lastModifiedTime,isDirectory,isRegularFile,"
            + "isSymbolicLink,isOther,fileKey",
        "posix:* size,creationTime,lastAccessTime,lastModifiedTime,isDirectory,isRegularFile,"
            + "isSymbolicLink,isOther,fileKey,owner,group,permissions"
      })
  void reads(String asked, String expected) throws IOException {
    assertEquals(
        new HashSet<>(Arrays.asList(expected.split(","))),
        Files.readAttributes(at("f"), asked).keySet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":size",
        "basic:",
        ",size",
        "basic:,,size",
        "size,what",
        "Size",
        " size",
        "size ,isOther",
        "basic:owner",
        "basic:mode",
        "posix:mode",
        "owner:size",
        "owner:group",
        "unix:what",
        "basic:size:isOther",
        "posix:*what",
        "basic:**",
        "user:"
      })
  void doesNotRead(String asked) {
    assumeTrue(!asked.startsWith("user:") || hasUserView());
    assertThrows(IllegalArgumentException.class, () -> Files.readAttributes(at("f"), asked));
  }

  @ParameterizedTest
  @ValueSource(strings = {"acl:*", "zip:size", "Basic:size", " basic:size", "what:what"})
  void noSuchView(String asked) {
    assertThrows(UnsupportedOperationException.class, () -> Files.readAttributes(at("f"), asked));
    assertThrows(UnsupportedOperationException.class, () -> Files.getAttribute(at("f"), "acl:acl"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "size", "posix:*", "unix:*", "owner:owner"})
  void ofNothing(String asked) {
    assertThrows(NoSuchFileException.class, () -> Files.readAttributes(at("none"), asked));
  }

  @Test
  void readsNothingIfAskedForNothing() throws IOException {
    assertEquals(Map.of(), Files.readAttributes(at("f"), ","));
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "size,isOther", "basic:*"})
  void getIsForOneOnly(String asked) {
    assertThrows(IllegalArgumentException.class, () -> Files.getAttribute(at("f"), asked));
  }

  @Test
  void agreesWithTheViews() throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(at("f"), PosixFileAttributes.class);
    Map<String, Object> named = Files.readAttributes(at("f"), "unix:*");
    assertEquals(attributes.size(), named.get("size"));
    assertEquals(attributes.lastModifiedTime(), named.get("lastModifiedTime"));
    assertEquals(attributes.creationTime(), named.get("creationTime"));
    assertEquals(attributes.fileKey(), named.get("fileKey"));
    assertEquals(attributes.owner(), named.get("owner"));
    assertEquals(attributes.group(), named.get("group"));
    assertEquals(attributes.permissions(), named.get("permissions"));
    assertEquals(Integer.class, named.get("mode").getClass());
    assertEquals(Long.class, named.get("ino").getClass());
    assertEquals(Long.class, named.get("dev").getClass());
    assertEquals(Long.class, named.get("rdev").getClass());
    assertEquals(Integer.class, named.get("nlink").getClass());
    assertEquals(FileTime.class, named.get("ctime").getClass());
  }

  @Test
  void ofLinks() throws IOException {
    Files.createSymbolicLink(at("l"), path("f"));
    assertEquals(true, Files.getAttribute(at("l"), "isRegularFile"));
    assertEquals(true, Files.getAttribute(at("l"), "isSymbolicLink", NOFOLLOW_LINKS));
    assertEquals(0120777, Files.getAttribute(at("l"), "unix:mode", NOFOLLOW_LINKS));
  }

  @Test
  void classesOfAttributes() {
    assertThrows(
        NullPointerException.class,
        () -> Files.readAttributes(at("f"), (Class<BasicFileAttributes>) null));
    assertThrows(
        UnsupportedOperationException.class,
        () -> Files.readAttributes(at("f"), NoSuchAttributes.class));
    assertThrows(NullPointerException.class, () -> Files.readAttributes(at("f"), (String) null));
    assertNull(Files.getFileAttributeView(at("f"), NoSuchView.class));
    assertThrows(
        NullPointerException.class,
        () -> Files.getFileAttributeView(at("f"), (Class<BasicFileAttributeView>) null));
  }

  private interface NoSuchAttributes extends DosFileAttributes {}

  private interface NoSuchView extends BasicFileAttributeView {}

  // ---- setting

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lastModifiedTime",
        "lastAccessTime",
        "basic:lastModifiedTime",
        "posix:lastAccessTime",
        "unix:lastModifiedTime"
      })
  void setsTimes(String name) throws IOException {
    Files.setAttribute(at("f"), name, TIME);
    assertEquals(TIME, Files.getAttribute(at("f"), name));
    Files.setAttribute(at("f"), name, null);
    assertEquals(TIME, Files.getAttribute(at("f"), name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "size",
        "isDirectory",
        "fileKey",
        "what",
        "",
        ":",
        ":lastModifiedTime",
        "basic:",
        "basic:owner",
        "posix:mode",
        "owner:group",
        "unix:ino",
        "unix:nlink",
        "unix:ctime",
        "*",
        "basic:*",
        "lastModifiedTime,lastAccessTime"
      })
  void doesNotSet(String name) {
    assertThrows(IllegalArgumentException.class, () -> Files.setAttribute(at("f"), name, TIME));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lastModifiedTime", "lastAccessTime", "creationTime", "posix:permissions", "posix:owner",
        "posix:group", "owner:owner", "unix:mode", "unix:uid", "unix:gid"
      })
  void valuesOfAnotherType(String name) {
    assertThrows(ClassCastException.class, () -> Files.setAttribute(at("f"), name, "text"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"posix:permissions", "posix:owner", "posix:group", "owner:owner", "unix:mode"})
  void valuesThatAreNeeded(String name) {
    assertThrows(NullPointerException.class, () -> Files.setAttribute(at("f"), name, null));
  }

  @Test
  void setsOfOtherThings() {
    assertThrows(
        ClassCastException.class,
        () -> Files.setAttribute(at("f"), "posix:permissions", Set.of("rwx")));
    Set<PosixFilePermission> hole = new HashSet<>();
    hole.add(null);
    assertThrows(
        NullPointerException.class, () -> Files.setAttribute(at("f"), "posix:permissions", hole));
    assertThrows(NullPointerException.class, () -> Files.setPosixFilePermissions(at("f"), null));
    assertThrows(NullPointerException.class, () -> Files.setPosixFilePermissions(at("f"), hole));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lastModifiedTime", "lastAccessTime", "basic:lastModifiedTime"})
  void setsNothingOfNothing(String name) {
    assertThrows(NoSuchFileException.class, () -> Files.setAttribute(at("none"), name, TIME));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "---------",
        "r--------",
        "rw-r--r--",
        "rwxrwxrwx",
        "-w--w--w-",
        "--x--x--x",
        "rwxr-x---"
      })
  void everyPermission(String text) throws IOException {
    Set<PosixFilePermission> wanted = PosixFilePermissions.fromString(text);
    Files.setAttribute(at("f"), "posix:permissions", wanted);
    assertEquals(wanted, Files.getPosixFilePermissions(at("f")));
    int mode = (Integer) Files.getAttribute(at("f"), "unix:mode");
    Files.setAttribute(at("f"), "unix:mode", 0);
    assertEquals(Set.of(), Files.getPosixFilePermissions(at("f")));
    Files.setAttribute(at("f"), "unix:mode", mode);
    assertEquals(wanted, Files.getPosixFilePermissions(at("f")));
  }

  @Test
  void permissionsReadAreTheCallersOwn() throws IOException {
    Set<PosixFilePermission> read = Files.getPosixFilePermissions(at("f"));
    read.clear();
    assertFalse(Files.getPosixFilePermissions(at("f")).isEmpty());
  }

  @Test
  void timesOneByOne() throws IOException {
    BasicFileAttributeView view = Files.getFileAttributeView(at("f"), BasicFileAttributeView.class);
    FileTime other = FileTime.fromMillis(2_000_000_000_000L);
    view.setTimes(TIME, other, null);
    view.setTimes(null, TIME, null);
    assertEquals(TIME, view.readAttributes().lastAccessTime());
    assertEquals(TIME, view.readAttributes().lastModifiedTime());
    view.setTimes(other, null, null);
    assertEquals(TIME, view.readAttributes().lastAccessTime());
    assertEquals(other, view.readAttributes().lastModifiedTime());
    view.setTimes(null, null, null);
    assertEquals(other, view.readAttributes().lastModifiedTime());
    assertThrows(NullPointerException.class, () -> Files.setLastModifiedTime(at("f"), null));
  }

  // ---- owners

  @Test
  void groupsDoNotOwn() throws IOException {
    GroupPrincipal group = Files.readAttributes(at("f"), PosixFileAttributes.class).group();
    assertThrows(IOException.class, () -> Files.setOwner(at("f"), group));
    PosixFileAttributeView view = Files.getFileAttributeView(at("f"), PosixFileAttributeView.class);
    view.setGroup(group);
    assertEquals(group, view.readAttributes().group());
  }

  @Test
  void principalsOfOthers() {
    UserPrincipal other = () -> "somebody";
    GroupPrincipal others = () -> "somebodies";
    PosixFileAttributeView view = Files.getFileAttributeView(at("f"), PosixFileAttributeView.class);
    assertThrows(ProviderMismatchException.class, () -> view.setOwner(other));
    assertThrows(ProviderMismatchException.class, () -> view.setGroup(others));
    assertThrows(NullPointerException.class, () -> view.setOwner(null));
    assertThrows(NullPointerException.class, () -> view.setGroup(null));
  }

  @Test
  void ownersAreTheSameHoweverRead() throws IOException {
    UserPrincipal owner = Files.getOwner(at("f"));
    assertEquals(owner, Files.getAttribute(at("f"), "owner:owner"));
    assertEquals(owner, Files.getAttribute(at("f"), "posix:owner"));
    assertEquals(
        owner, Files.getFileAttributeView(at("f"), FileOwnerAttributeView.class).getOwner());
    assertEquals(
        owner,
        root.getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(owner.getName()));
    assertEquals(owner.hashCode(), Files.getOwner(at("f")).hashCode());
    assertFalse(owner.getName().isEmpty());
    assertThrows(NoSuchFileException.class, () -> Files.getOwner(at("none")));
  }

  // ---- user attributes

  private boolean hasUserView() {
    try {
      return Files.getFileStore(at("f"))
          .supportsFileAttributeView(UserDefinedFileAttributeView.class);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void userAttributesByName() throws IOException {
    assumeTrue(hasUserView());
    Files.setAttribute(at("f"), "user:a", "1".getBytes(UTF_8));
    Files.setAttribute(at("f"), "user:b c", bytes("22"));
    Files.setAttribute(at("f"), "user:empty", new byte[0]);
    Map<String, Object> all = Files.readAttributes(at("f"), "user:*");
    assertEquals(Set.of("a", "b c", "empty"), all.keySet());
    assertArrayEquals("22".getBytes(UTF_8), (byte[]) all.get("b c"));
    assertArrayEquals("1".getBytes(UTF_8), (byte[]) Files.getAttribute(at("f"), "user:a"));
    assertEquals(Set.of("a"), Files.readAttributes(at("f"), "user:a").keySet());
    assertThrows(FileSystemException.class, () -> Files.readAttributes(at("f"), "user:none"));
    assertThrows(ClassCastException.class, () -> Files.setAttribute(at("f"), "user:a", "text"));
    assertThrows(NullPointerException.class, () -> Files.setAttribute(at("f"), "user:a", null));
    assertEquals(Set.of("size"), Files.readAttributes(at("f"), "size").keySet());
  }

  @Test
  void userAttributesByView() throws IOException {
    assumeTrue(hasUserView());
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(at("f"), UserDefinedFileAttributeView.class);
    ByteBuffer source = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3);
    assertEquals(3, view.write("x", source));
    assertEquals(0, source.remaining());
    assertEquals(3, view.size("x"));
    ByteBuffer target = ByteBuffer.allocateDirect(10).position(2);
    assertEquals(3, view.read("x", target));
    assertEquals(5, target.position());
    assertEquals(1, target.get(2));
    assertThrows(IOException.class, () -> view.read("x", ByteBuffer.allocate(2)));
    assertThrows(
        IllegalArgumentException.class,
        () -> view.read("x", ByteBuffer.allocate(9).asReadOnlyBuffer()));
    assertThrows(FileSystemException.class, () -> view.size("none"));
    assertThrows(FileSystemException.class, () -> view.delete("none"));
    assertThrows(FileSystemException.class, () -> view.write("n".repeat(256), bytes("")));
    assertThrows(NullPointerException.class, () -> view.write(null, bytes("")));
    view.delete("x");
    assertEquals(List.of(), view.list());
    assertThrows(
        NoSuchFileException.class,
        () -> Files.getFileAttributeView(at("none"), UserDefinedFileAttributeView.class).list());
  }

  // ---- attributes of what is made

  @Test
  void attributesThatANewFileCanNotHave() {
    FileAttribute<String> odd =
        new FileAttribute<>() {
          @Override
          public String name() {
            return "basic:what";
          }

          @Override
          public String value() {
            return "x";
          }
        };
    assertThrows(UnsupportedOperationException.class, () -> Files.createFile(at("g"), odd));
    assertThrows(UnsupportedOperationException.class, () -> Files.createDirectory(at("g"), odd));
    assertThrows(
        UnsupportedOperationException.class,
        () -> Files.createSymbolicLink(at("g"), path("f"), odd));
    assertThrows(
        NullPointerException.class, () -> Files.createFile(at("g"), (FileAttribute<?>) null));
    assertThrows(
        NullPointerException.class, () -> Files.createDirectory(at("g"), (FileAttribute<?>) null));
    assertFalse(Files.exists(at("g"), NOFOLLOW_LINKS));
    assertTrue(Files.exists(at("f")));
  }
}

package io.quorate.store.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies and moves from one cluster to another, and to and from the host's file system. */
class TwoStoresTest {
  private final RealWorld world = RealWorld.create();
  private final GatewayStore red =
      GatewayStore.over(world, new SoloGateway(world), StoreOptions.defaults());
  private final GatewayStore blue =
      GatewayStore.over(world, new SoloGateway(world), StoreOptions.defaults());

  @TempDir Path host;

  @AfterEach
  void close() {
    red.close();
    blue.close();
    world.close();
  }

  private static byte[] content() {
    byte[] content = new byte[(2 << 20) + 5];
    new Random(3).nextBytes(content);
    return content;
  }

  private static Path file(Path path, byte[] content) throws IOException {
    Files.write(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-----"));
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000_000_000L));
    return path;
  }

  private void copies(Path source, Path target) throws IOException {
    file(source, content());
    assertEquals(target, Files.copy(source, target, COPY_ATTRIBUTES));
    assertArrayEquals(content(), Files.readAllBytes(target));
    assertEquals(FileTime.fromMillis(1_000_000_000_000L), Files.getLastModifiedTime(target));
    assertThrows(FileAlreadyExistsException.class, () -> Files.copy(source, target));
    Files.writeString(source, "new");
    Files.copy(source, target, REPLACE_EXISTING);
    assertEquals("new", Files.readString(target));
  }

  @Test
  void copiesBetweenStores() throws IOException {
    copies(red.path("/f"), blue.path("/f"));
    assertEquals(
        "rwxr-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(blue.path("/f"))));
  }

  @Test
  void copiesFromTheHost() throws IOException {
    copies(host.resolve("f"), red.path("/f"));
  }

  @Test
  void copiesToTheHost() throws IOException {
    copies(red.path("/f"), host.resolve("f"));
  }

  @Test
  void copiesWhatIsNoFile() throws IOException {
    Files.createDirectory(red.path("/d"));
    Files.write(red.path("/d/f"), new byte[0]);
    Files.copy(red.path("/d"), blue.path("/d"));
    assertFalse(Files.exists(blue.path("/d/f")));
    Files.createSymbolicLink(red.path("/l"), red.path("d/f"));
    Files.copy(red.path("/l"), blue.path("/l"), NOFOLLOW_LINKS);
    assertEquals("d/f", Files.readSymbolicLink(blue.path("/l")).toString());
    assertThrows(NoSuchFileException.class, () -> Files.copy(red.path("/no"), blue.path("/no")));
    assertThrows(NoSuchFileException.class, () -> Files.copy(red.path("/d"), blue.path("/no/d")));
  }

  /** Their roots have the same inode number, which makes them no more the same file. */
  @Test
  void filesOfTwoStoresAreNotTheSame() throws IOException {
    assertFalse(Files.isSameFile(red.path("/"), blue.path("/")));
    file(red.path("/f"), content());
    Files.write(blue.path("/f"), "other".getBytes(UTF_8));
    Files.copy(red.path("/f"), blue.path("/f"), REPLACE_EXISTING);
    assertArrayEquals(content(), Files.readAllBytes(blue.path("/f")));
  }

  private void moves(Path source, Path target) throws IOException {
    file(source, content());
    assertThrows(
        AtomicMoveNotSupportedException.class, () -> Files.move(source, target, ATOMIC_MOVE));
    assertTrue(Files.exists(source));
    Files.move(source, target);
    assertFalse(Files.exists(source));
    assertArrayEquals(content(), Files.readAllBytes(target));
    assertEquals(FileTime.fromMillis(1_000_000_000_000L), Files.getLastModifiedTime(target));
    Files.createDirectories(source.resolve("sub"));
    assertThrows(
        DirectoryNotEmptyException.class, () -> Files.move(source, target, REPLACE_EXISTING));
    assertArrayEquals(content(), Files.readAllBytes(target));
    Files.delete(source.resolve("sub"));
    Files.move(source, target, REPLACE_EXISTING);
    assertTrue(Files.isDirectory(target));
    assertFalse(Files.exists(source));
  }

  @Test
  void movesBetweenStores() throws IOException {
    moves(red.path("/f"), blue.path("/f"));
  }

  @Test
  void otherPathsBelongElsewhere() {
    assertThrows(
        ProviderMismatchException.class, () -> Files.createLink(red.path("/l"), host.resolve("f")));
    assertThrows(
        ProviderMismatchException.class,
        () -> Files.createSymbolicLink(red.path("/l"), host.resolve("f")));
    assertThrows(ProviderMismatchException.class, () -> red.path("/a").resolve(host));
    assertFalse(red.path("/a").startsWith(blue.path("/a")));
    assertFalse(red.path("/a").equals(blue.path("/a")));
  }
}

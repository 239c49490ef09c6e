package io.quorate.store.world;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OverlayDiskTest {
  @TempDir Path temporary;
  private final RealWorld world = RealWorld.create();
  private Path directory;

  @BeforeEach
  void fill() throws IOException {
    directory = temporary.resolve("data");
    try (Disk disk = world.openDisk(directory)) {
      for (String name : List.of("a", "b", "c")) {
        try (DiskFile file = disk.create(name, 100)) {
          file.write(10, ByteBuffer.wrap(("this is " + name).getBytes(UTF_8)));
        }
      }
    }
  }

  @AfterEach
  void endThreads() {
    world.close();
  }

  private OverlayDisk open() throws IOException {
    return OverlayDisk.open(directory, temporary.resolve("writes"));
  }

  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.toList()) {
        files.put(
            String.valueOf(path.getFileName()),
            Files.readString(path) + Files.readAttributes(path, "unix:ctime,size,nlink"));
      }
    }
    return files;
  }

  private static String read(Disk disk, String name) throws IOException {
    try (DiskFile file = disk.open(name)) {
      ByteBuffer bytes = ByteBuffer.allocate(9);
      file.read(10, bytes);
      return new String(bytes.array(), UTF_8).replace("\0", "");
    }
  }

  @Test
  void whatIsWrittenLiesOverWhatIsThere() throws IOException {
    Map<String, String> before = files();
    try (OverlayDisk disk = open()) {
      assertEquals(List.of("a", "b", "c"), disk.list());
      try (DiskFile file = disk.open("a")) {
        file.write(18, ByteBuffer.wrap("X".getBytes(UTF_8)));
        file.sync();
        assertEquals(100, file.sizeBytes());
        ByteBuffer all = ByteBuffer.allocate(200);
        assertEquals(100, file.read(0, all));
      }
      assertEquals("this is X", read(disk, "a"));
      disk.delete("b");
      assertThrows(NoSuchFileException.class, () -> disk.open("b"));
      assertThrows(NoSuchFileException.class, () -> disk.delete("b"));
      disk.rename("c", "a");
      assertEquals("this is c", read(disk, "a"));
      try (DiskFile made = disk.create("d", 20)) {
        made.write(10, ByteBuffer.wrap("new".getBytes(UTF_8)));
      }
      assertThrows(FileAlreadyExistsException.class, () -> disk.create("d", 1));
      disk.syncDirectory();
      assertEquals(List.of("a", "d"), disk.list());
      disk.create("b", 0).close();
      assertEquals("", read(disk, "b"));
      disk.delete("b");
      assertEquals(List.of("a", "d"), disk.list());
    }
    assertEquals(before, files());
  }

  @Test
  void aFileThatIsThereIsNotMadeAnew() throws IOException {
    try (OverlayDisk disk = open()) {
      assertThrows(FileAlreadyExistsException.class, () -> disk.create("a", 1));
      assertEquals("this is a", read(disk, "a"));
    }
  }

  @Test
  void nobodyHasTheDirectoryOpenMeanwhile() throws IOException {
    try (Disk peer = world.openDisk(directory)) {
      IOException refused = assertThrows(IOException.class, this::open);
      assertTrue(refused.getMessage().contains("in use by this process"), refused.getMessage());
      assertEquals(directory, peer.directory());
    }
    try (OverlayDisk disk = open()) {
      assertThrows(IOException.class, () -> world.openDisk(directory));
      assertEquals("this is a", read(disk, "a"));
    }
    world.openDisk(directory).close();
  }

  @Test
  void aDirectoryThatIsNotThereIsNotMade() {
    assertThrows(
        NoSuchFileException.class,
        () -> OverlayDisk.open(temporary.resolve("none"), temporary.resolve("writes")));
    assertFalse(Files.exists(temporary.resolve("none")));
  }
}

package io.quorate.store.nio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.FileEntry;
import io.quorate.store.StoreOptions;
import io.quorate.store.UnixFileAttributes;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Listings with attributes. */
class StoreListTest {
  private static final int PAGE_ENTRIES = 10;

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final GatewayStore store =
      GatewayStore.over(
          world, cluster, StoreOptions.defaults().withDirectoryPageEntries(PAGE_ENTRIES));
  private Path directory;

  @BeforeEach
  void makeDirectory() throws IOException {
    directory = Files.createDirectory(store.path("/d"));
  }

  @AfterEach
  void close() {
    store.close();
    world.close();
  }

  private List<FileEntry> list(Path listed) throws IOException {
    List<FileEntry> found = new ArrayList<>();
    try (DirectoryStream<FileEntry> entries = store.list(listed)) {
      entries.forEach(found::add);
    }
    return found;
  }

  private static List<String> names(List<FileEntry> entries) {
    return entries.stream().map(entry -> entry.path().getFileName().toString()).toList();
  }

  @Test
  void aRequestPerPageBringsWhatStatTells() throws IOException {
    for (int i = 0; i < 35; i++) {
      Files.write(directory.resolve("f%02d".formatted(i)), new byte[i]);
    }
    Files.createLink(directory.resolve("g"), directory.resolve("f07"));
    Files.createSymbolicLink(directory.resolve("h"), store.path("/nowhere"));
    Files.createDirectory(directory.resolve("i"));
    Files.setAttribute(directory.resolve("f07"), "unix:uid", 1001);
    Files.setAttribute(directory.resolve("f07"), "unix:mode", 04751);
    long before = cluster.queries();
    List<FileEntry> entries = list(directory);
    assertEquals(4, cluster.queries() - before);
    assertEquals(38, entries.size());
    assertEquals(names(entries).stream().sorted().toList(), names(entries));
    for (FileEntry entry : entries) {
      UnixFileAttributes read =
          Files.readAttributes(entry.path(), UnixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      assertEquals(read, entry.attributes());
      for (var expected :
          Files.readAttributes(entry.path(), "unix:*", LinkOption.NOFOLLOW_LINKS).entrySet()) {
        assertEquals(
            expected.getValue(), byName(entry.attributes(), expected.getKey()), expected.getKey());
      }
    }
    UnixFileAttributes linked = entries.get(7).attributes();
    assertEquals(0104751, linked.mode());
    assertEquals(2, linked.links());
    assertEquals(1001, linked.uid());
    assertEquals(linked.inode(), entries.get(35).attributes().inode());
    assertTrue(entries.get(36).attributes().isSymbolicLink());
    assertTrue(entries.get(37).attributes().isDirectory());
  }

  private static Object byName(UnixFileAttributes attributes, String name) {
    return switch (name) {
      case "size" -> attributes.size();
      case "creationTime" -> attributes.creationTime();
      case "lastAccessTime" -> attributes.lastAccessTime();
      case "lastModifiedTime" -> attributes.lastModifiedTime();
      case "ctime" -> attributes.changeTime();
      case "isDirectory" -> attributes.isDirectory();
      case "isRegularFile" -> attributes.isRegularFile();
      case "isSymbolicLink" -> attributes.isSymbolicLink();
      case "isOther" -> attributes.isOther();
      case "fileKey" -> attributes.fileKey();
      case "permissions" -> attributes.permissions();
      case "owner" -> attributes.owner();
      case "group" -> attributes.group();
      case "mode" -> attributes.mode();
      case "ino" -> attributes.inode();
      case "dev" -> 0L;
      case "rdev" -> attributes.device();
      case "nlink" -> attributes.links();
      case "uid" -> attributes.uid();
      case "gid" -> attributes.gid();
      default -> throw new AssertionError(name);
    };
  }

  @Test
  void whatThisProcessHasNotPublishedShows() throws IOException {
    Path file = directory.resolve("f");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(123));
      assertEquals(123, list(directory).getFirst().attributes().size());
    }
  }

  @Test
  void aDirectoryThatChangesMeanwhile() throws IOException {
    IntStream.range(0, 25)
        .forEach(
            i -> {
              try {
                Files.createFile(directory.resolve("f%02d".formatted(i)));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    try (DirectoryStream<FileEntry> entries = store.list(directory)) {
      Iterator<FileEntry> iterator = entries.iterator();
      assertThrows(IllegalStateException.class, entries::iterator);
      iterator.next();
      Files.delete(directory.resolve("f20"));
      Files.createFile(directory.resolve("f245"));
      Files.move(directory, store.path("/elsewhere"));
      List<FileEntry> rest = new ArrayList<>();
      iterator.forEachRemaining(rest::add);
      assertEquals(24, rest.size());
      assertFalse(names(rest).contains("f20"));
      assertEquals("f245", names(rest).getLast());
      assertThrows(NoSuchElementException.class, iterator::next);
    }
    Path renamed = store.path("/elsewhere");
    try (DirectoryStream<FileEntry> entries = store.list(renamed)) {
      Iterator<FileEntry> iterator = entries.iterator();
      for (FileEntry entry : list(renamed)) {
        Files.delete(entry.path());
      }
      Files.delete(renamed);
      List<FileEntry> rest = new ArrayList<>();
      iterator.forEachRemaining(rest::add);
      assertEquals(
          PAGE_ENTRIES, rest.size(), "one page was there; a deleted directory has no more");
    }
    assertThrows(NoSuchFileException.class, () -> store.list(renamed));
    Path file = Files.createFile(store.path("/file"));
    assertThrows(NotDirectoryException.class, () -> store.list(file));
  }
}

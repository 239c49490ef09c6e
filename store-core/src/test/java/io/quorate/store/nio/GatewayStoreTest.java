package io.quorate.store.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.ConditionFailedException;
import io.quorate.store.FileVersion;
import io.quorate.store.PutCondition;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the store offers beyond a file system, and what is its own about the file system. */
class GatewayStoreTest {
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final GatewayStore store = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final GatewayStore other = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final Path file = store.path("/f");

  @AfterEach
  void close() {
    store.close();
    other.close();
    world.close();
  }

  private static InputStream in(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  @Test
  void putsAndGets() throws IOException {
    byte[] content = new byte[(5 << 20) + 7];
    new Random(1).nextBytes(content);
    assertEquals(content.length, store.put(file, new ByteArrayInputStream(content)));
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    assertEquals(content.length, other.get(other.path("/f"), sink));
    assertArrayEquals(content, sink.toByteArray());
    ByteBuffer part = other.readAsync(other.path("/f"), (1 << 20) - 1, 2).join();
    assertEquals(content[(1 << 20) - 1], part.get(part.position()));
  }

  @Test
  void conditions() throws IOException {
    FileVersion first = store.put(file, in("1"), PutCondition.ifAbsent());
    assertThrows(
        FileAlreadyExistsException.class, () -> store.put(file, in("2"), PutCondition.ifAbsent()));
    assertEquals(first, other.version(other.path("/f")));
    FileVersion second = other.put(other.path("/f"), in("22"), PutCondition.ifVersion(first));
    assertTrue(second.version() > first.version());
    assertThrows(
        ConditionFailedException.class,
        () -> store.put(file, in("3"), PutCondition.ifVersion(first)));
    assertEquals("22", Files.readString(file));
  }

  @Test
  void aFailingSourceLeavesNothing() throws IOException {
    InputStream failing =
        new InputStream() {
          private int left = 3 << 20;

          @Override
          public int read() throws IOException {
            if (left-- == 0) {
              throw new IOException("the source broke");
            }
            return 1;
          }
        };
    IOException broke = assertThrows(IOException.class, () -> store.put(file, failing));
    assertEquals("the source broke", broke.getMessage());
    assertFalse(Files.exists(file));
  }

  @Test
  void putAttributes() throws IOException {
    FileTime time = FileTime.fromMillis(12_345);
    FileAttribute<FileTime> attribute =
        new FileAttribute<>() {
          @Override
          public String name() {
            return "lastModifiedTime";
          }

          @Override
          public FileTime value() {
            return time;
          }
        };
    store.put(file, in("x"), attribute);
    assertEquals(time, Files.getLastModifiedTime(file));
    assertEquals(1, cluster.rounds().size());
  }

  @Test
  void manyAtOnceWithoutThreads() throws IOException {
    List<CompletableFuture<FileVersion>> puts = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      puts.add(
          store.putAsync(
              store.path("/" + i),
              ByteBuffer.wrap(("content " + i).getBytes(UTF_8)),
              PutCondition.always()));
    }
    puts.forEach(CompletableFuture::join);
    assertEquals("content 1999", Files.readString(store.path("/1999")));
  }

  @Test
  void asynchronousFailures() {
    CompletionException missing =
        assertThrows(CompletionException.class, () -> store.readAsync(file, 0, 1).join());
    assertInstanceOf(NoSuchFileException.class, missing.getCause());
    assertThrows(IllegalArgumentException.class, () -> store.readAsync(file, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> store.readAsync(file, 0, 2 << 20));
  }

  @Test
  void othersSeeTheOldFileUntilTheNewIsComplete() throws IOException {
    Files.writeString(file, "old");
    Path there = other.path("/f");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(new byte[3 << 20]);
      assertEquals("old", Files.readString(there));
    }
    assertEquals(3 << 20, Files.size(there));
    Path fresh = store.path("/fresh");
    try (OutputStream out = Files.newOutputStream(fresh, StandardOpenOption.CREATE_NEW)) {
      out.write(1);
      assertFalse(Files.exists(other.path("/fresh")));
    }
    assertTrue(Files.exists(other.path("/fresh")));
  }

  @Test
  void anOpenReaderKeepsTheReplacedFile() throws IOException {
    Files.writeString(file, "old");
    try (FileChannel reader = FileChannel.open(file, StandardOpenOption.READ)) {
      Files.writeString(other.path("/f"), "new content");
      ByteBuffer read = ByteBuffer.allocate(20);
      assertEquals(3, reader.read(read, 0));
      assertEquals("old", new String(read.array(), 0, 3, UTF_8));
    }
    assertEquals("new content", Files.readString(file));
  }

  @Test
  void locksAreKnownElsewhere() throws IOException {
    Files.writeString(file, "x");
    try (FileChannel one = FileChannel.open(file, StandardOpenOption.WRITE);
        FileChannel two = FileChannel.open(other.path("/f"), StandardOpenOption.WRITE)) {
      var lock = one.lock(0, 10, false);
      assertEquals(null, two.tryLock(5, 1, false));
      lock.release();
      assertTrue(two.tryLock(5, 1, false).isValid());
    }
  }

  @Test
  void namesThatAreNotUtf8Survive() throws IOException {
    store.tree().makeDirectory(At.path(Bytes.wrap(new byte[] {'d', (byte) 0xff, 'e'}), true), 0755);
    List<Path> found = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(store.path("/"))) {
      entries.forEach(found::add);
    }
    assertTrue(Files.isDirectory(found.getFirst()));
    assertEquals(found.getFirst(), Path.of(found.getFirst().toUri()));
    Files.delete(found.getFirst());
  }

  @Test
  void urisFindTheStore() {
    assertEquals(file, Path.of(file.toUri()));
    assertEquals(store.fileSystem(), FileSystems.getFileSystem(file.toUri()));
    assertThrows(
        FileSystemNotFoundException.class,
        () -> FileSystems.getFileSystem(URI.create("quorate://nobody/")));
    assertThrows(
        IllegalArgumentException.class,
        () -> FileSystems.newFileSystem(URI.create("quorate://host:1/"), Map.of()));
  }

  @Test
  void closing() throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.write(ByteBuffer.wrap(new byte[] {'a'}));
    OutputStream upload = Files.newOutputStream(store.path("/g"));
    upload.write(1);
    store.close();
    store.close();
    assertFalse(store.fileSystem().isOpen());
    assertThrows(ClosedFileSystemException.class, () -> Files.exists(file));
    assertThrows(ClosedFileSystemException.class, () -> Files.readString(file));
    assertThrows(ClosedChannelException.class, () -> channel.write(ByteBuffer.allocate(1)));
    assertEquals("a", Files.readString(other.path("/f")));
    assertFalse(Files.exists(other.path("/g")));
    // The store's own has ended, and the other store needed none to read.
    assertEquals(0, cluster.metadata().sessions().size());
  }
}

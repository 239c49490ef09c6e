package io.quorate.store.nio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.file.SoloGateway;
import io.quorate.store.world.RealWorld;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many requests a call of {@code Files} costs, and that saving them shows nothing stale. */
class OneRequestTest {
  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final GatewayStore store = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final GatewayStore other = GatewayStore.over(world, cluster, StoreOptions.defaults());
  private final Path file = store.path("/f");
  private final byte[] content = new byte[16 << 10];
  private long before;

  @BeforeEach
  void writeFile() throws IOException {
    new SplittableRandom(1).nextBytes(content);
    Files.write(other.path("/f"), content);
    // Opens the session, which is not to be counted.
    Files.write(store.path("/first"), content);
    before = requests();
  }

  @AfterEach
  void close() {
    store.close();
    other.close();
    world.close();
  }

  private long requests() {
    return cluster.queries() + cluster.rounds().size();
  }

  private void expect(int requests) {
    long now = requests();
    assertEquals(requests, now - before);
    before = now;
  }

  @Test
  void wholeSmallFiles() throws IOException {
    assertArrayEquals(content, Files.readAllBytes(file));
    expect(1);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    assertEquals(content.length, store.get(file, sink));
    assertArrayEquals(content, sink.toByteArray());
    expect(1);
    Files.write(file, new byte[] {'n', 'e', 'w'});
    expect(1);
    assertEquals("new", Files.readString(file));
    expect(1);
    store.put(file, new ByteArrayInputStream(content));
    expect(1);
    Files.readAttributes(file, BasicFileAttributes.class);
    expect(1);
    Files.size(file);
    expect(1);
  }

  @Test
  void streamsShowWhatWasWrittenSince() throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {7, 7}), 0);
        byte[] seen = stream.readNBytes(2);
        assertArrayEquals(new byte[] {7, 7}, seen, "unpublished, in this process");
      }
    }
    try (InputStream stream = Files.newInputStream(file)) {
      Files.write(file, content);
      Files.write(file, new byte[] {8}, StandardOpenOption.APPEND);
      assertEquals(7, stream.read(), "a replaced file is read as it was opened");
    }
    Files.write(file, content);
    try (InputStream stream = Files.newInputStream(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {8}));
      }
      assertEquals(8, stream.read(), "published, in this process");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] all = stream.readAllBytes();
      try (FileChannel channel = FileChannel.open(other.path("/f"), StandardOpenOption.APPEND)) {
        channel.write(ByteBuffer.wrap(new byte[] {9}));
      }
      assertEquals(content.length, all.length);
      assertEquals(9, stream.read(), "appended elsewhere, after the end was met");
    }
  }

  @Test
  void aLargeFileIsReadAhead() throws IOException {
    byte[] large = new byte[(5 << 20) + 17];
    new SplittableRandom(2).nextBytes(large);
    Files.write(other.path("/large"), large);
    before = requests();
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    assertEquals(large.length, store.get(store.path("/large"), sink));
    assertArrayEquals(large, sink.toByteArray());
    // The beginning, and a mebibyte at a time of the rest.
    expect(1 + 5);
  }

  private Map<String, Long> walk(LinkOption... options) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    Files.walkFileTree(
        store.path("/d"),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path visited, BasicFileAttributes attributes) {
            sizes.put(visited.getFileName().toString(), attributes.size());
            return FileVisitResult.CONTINUE;
          }
        });
    return sizes;
  }

  @Test
  void aWalkAsksForAPageAtATime() throws IOException {
    Files.createDirectory(store.path("/d"));
    for (int i = 0; i < 50; i++) {
      Files.write(store.path("/d/f" + i), new byte[i]);
    }
    before = requests();
    Map<String, Long> sizes = walk();
    assertEquals(50, sizes.size());
    sizes.forEach((name, size) -> assertEquals("f" + size, name));
    // The directory itself, and one page of it.
    expect(2);
    try (Stream<Path> walked = Files.find(store.path("/d"), 1, (path, a) -> a.isRegularFile())) {
      assertEquals(50, walked.count());
    }
    expect(2);
  }

  @Test
  void aWalkShowsWhatWasWrittenSince() throws IOException {
    Files.createDirectory(store.path("/d"));
    for (int i = 0; i < 3; i++) {
      Files.write(store.path("/d/f" + i), new byte[1]);
    }
    Map<String, Long> sizes = new TreeMap<>();
    Files.walkFileTree(
        store.path("/d"),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path visited, BasicFileAttributes attributes)
              throws IOException {
            sizes.put(visited.getFileName().toString(), attributes.size());
            Files.write(store.path("/d/f2"), new byte[77]);
            return FileVisitResult.CONTINUE;
          }
        });
    assertEquals(Map.of("f0", 1L, "f1", 1L, "f2", 77L), sizes);
    try (Stream<Path> walked = Files.walk(store.path("/d"))) {
      Path last = walked.filter(path -> path.endsWith("f2")).findFirst().orElseThrow();
      Files.write(other.path("/d/f2"), new byte[5]);
      assertEquals(5, Files.size(last), "attributes of the walk are the walk's only");
      assertTrue(Files.isRegularFile(last));
    }
  }
}

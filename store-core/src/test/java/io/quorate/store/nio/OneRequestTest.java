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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
  private final List<GatewayStore> readers = new ArrayList<>();
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
    readers.forEach(GatewayStore::close);
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

  /**
   * Streams as they are when each read has to ask, and when each is served for as long as can be.
   */
  private InputStream stream(Duration reuse, String name) throws IOException {
    GatewayStore reader =
        GatewayStore.over(world, cluster, StoreOptions.defaults().withReuse(reuse));
    readers.add(reader);
    return Files.newInputStream(reader.path(name));
  }

  private void overwrite(String name, long offset, int value) throws IOException {
    try (FileChannel channel = FileChannel.open(other.path(name), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {(byte) value}), offset);
    }
  }

  @Test
  void eachReadAsksWhereNothingMayBeReused() throws IOException {
    byte[] large = new byte[300 << 10];
    Files.write(other.path("/large"), large);
    for (String name : new String[] {"/f", "/large"}) {
      try (InputStream stream = stream(Duration.ZERO, name)) {
        for (int i = 0; i < 5; i++) {
          overwrite(name, i, 100 + i);
          assertEquals(100 + i, stream.read(), name);
        }
        assertEquals(10, stream.skip(10));
        overwrite(name, 15, 99);
        assertEquals(99, stream.read());
      }
    }
  }

  @Test
  void whatWasReadAheadOfALargeFileIsNotServedForever() throws Exception {
    byte[] large = new byte[3 << 20];
    Files.write(other.path("/large"), large);
    try (InputStream stream = stream(Duration.ofNanos(2_000_000), "/large")) {
      stream.readNBytes(200 << 10);
      overwrite("/large", 200 << 10, 77);
      long written = System.nanoTime();
      while (System.nanoTime() - written <= 2_000_000) {
        Thread.onSpinWait();
      }
      assertEquals(77, stream.read());
    }
  }

  @Test
  void writesOfThisProcessShowInLargeFilesAtOnce() throws IOException {
    byte[] large = new byte[3 << 20];
    Files.write(other.path("/large"), large);
    try (InputStream stream = stream(Duration.ofSeconds(1), "/large");
        FileChannel channel =
            FileChannel.open(readers.getLast().path("/large"), StandardOpenOption.WRITE)) {
      stream.readNBytes(200 << 10);
      channel.write(ByteBuffer.wrap(new byte[] {55}), 200 << 10);
      assertEquals(55, stream.read(), "unpublished");
      channel.truncate((200 << 10) + 1);
      assertEquals(-1, stream.read(), "cut");
    }
  }

  @Test
  void anOpenedFileThatIsReplacedOrDeletedIsReadToItsEnd() throws IOException {
    byte[] large = new byte[3 << 20];
    new SplittableRandom(3).nextBytes(large);
    for (boolean delete : new boolean[] {false, true}) {
      for (byte[] whole : new byte[][] {content, large}) {
        Files.write(other.path("/old"), whole);
        try (InputStream stream = stream(Duration.ofSeconds(1), "/old")) {
          byte[] head = stream.readNBytes(100);
          if (delete) {
            Files.delete(other.path("/old"));
          } else {
            Files.write(other.path("/old"), new byte[] {1});
          }
          byte[] rest = stream.readAllBytes();
          assertEquals(whole.length, head.length + rest.length);
          assertArrayEquals(Arrays.copyOfRange(whole, 100, whole.length), rest);
          assertEquals(-1, stream.read());
        }
      }
    }
  }

  @Test
  void skippingWithinAndBeyondWhatWasReadAhead() throws IOException {
    byte[] large = new byte[3 << 20];
    new SplittableRandom(4).nextBytes(large);
    Files.write(other.path("/large"), large);
    try (InputStream stream = stream(Duration.ofSeconds(1), "/large")) {
      long position = 0;
      SplittableRandom random = new SplittableRandom(5);
      for (int i = 0; i < 300; i++) {
        long far = random.nextInt(4) == 0 ? large.length : 200_000;
        long moved = stream.skip(random.nextLong(-far, far));
        position += moved;
        assertTrue(position >= 0 && position <= large.length);
        assertEquals(large.length - position, stream.available());
        byte[] read = stream.readNBytes(random.nextInt(3_000));
        int end = (int) Math.min(large.length, position + read.length);
        assertArrayEquals(Arrays.copyOfRange(large, (int) position, end), read);
        position = end;
      }
    }
  }

  @Test
  void aStreamThatManyThreadsReadGivesEachByteOnce() throws Exception {
    byte[] large = new byte[1 << 20];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i / 4_096);
    }
    Files.write(other.path("/large"), large);
    int[] counts = new int[256];
    try (InputStream stream = stream(Duration.ofNanos(2_000_000), "/large");
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> ended = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        ended.add(
            threads.submit(
                () -> {
                  int[] mine = new int[256];
                  byte[] piece = new byte[1_000];
                  int count = stream.read(piece);
                  while (count >= 0) {
                    for (int i = 0; i < count; i++) {
                      mine[piece[i] & 0xff]++;
                    }
                    count = stream.read(piece);
                  }
                  synchronized (counts) {
                    Arrays.setAll(counts, i -> counts[i] + mine[i]);
                  }
                  return null;
                }));
      }
      for (Future<?> one : ended) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
    for (int count : counts) {
      assertEquals(4_096, count);
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

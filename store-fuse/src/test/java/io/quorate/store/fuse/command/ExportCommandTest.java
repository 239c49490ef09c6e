package io.quorate.store.fuse.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.file.FileTree;
import io.quorate.store.fuse.command.TestShell.Outcome;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.FileType;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.server.LocalCluster;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export} of a peer that was stopped, while the two others go on. */
class ExportCommandTest {
  private static final int CHUNK = 1 << 20;
  private static final int BIG = 2 * CHUNK + 500_000;
  private static final int PIECES = 5000;
  private static final String MARK = "here a byte is going to rot";

  private static LocalCluster cluster;
  private static Path data;

  /** What the store said of its tree. */
  private static SortedMap<String, String> tree;

  private static boolean root;
  @TempDir static Path shared;

  @TempDir Path temp;
  private TestShell shell;

  @BeforeAll
  static void makeTree() throws Exception {
    cluster = LocalCluster.start(shared.resolve("cluster"), 3);
    data = data(2);
    try (RealWorld world = RealWorld.create();
        FileTree files = FileTree.over(world, cluster.connect(world), StoreOptions.defaults())) {
      files.makeNode(At.path(Bytes.utf8("/pipe"), false), FileType.FIFO, 0640, 0);
      files.makeNode(At.path(Bytes.utf8("/device"), false), FileType.CHARACTER_DEVICE, 0600, 0x105);
    }
    Path here = shared.resolve("user");
    root = Files.getAttribute(Files.createFile(here), "unix:uid").equals(0);
    try (Store store =
        new NetConnector()
            .connect(cluster.files().client(), StoreOptions.defaults(), Duration.ofSeconds(10))) {
      fill(store);
      while (!store.status().healthy()) {
        // The peer that is to be stopped must have all of it.
        Thread.sleep(10);
      }
      tree = TreeFacts.of(store.path("/"), TreeFacts.takesAttributes(shared));
    }
    cluster.stopPeer(2);
  }

  private static Path data(int peer) throws IOException {
    return PeerConfig.read(cluster.files().peers().get(peer - 1)).dataDirectory();
  }

  private static void fill(Store store) throws IOException {
    Path d = Files.createDirectory(store.path("/d"));
    Files.createDirectories(d.resolve("e/f/g"));
    Files.writeString(d.resolve("small"), "some text");
    Files.write(d.resolve("empty"), new byte[0]);
    byte[] big = new byte[BIG];
    for (int i = 0; i < BIG; i++) {
      big[i] = (byte) (i * 31 + i / 1000);
    }
    System.arraycopy(MARK.getBytes(UTF_8), 0, big, CHUNK + 1000, MARK.length());
    Files.write(d.resolve("big"), big);
    Files.createLink(store.path("/other name"), d.resolve("small"));
    Files.createLink(d.resolve("e/third name"), d.resolve("small"));
    Files.createSymbolicLink(store.path("/relative"), store.path("d/small"));
    Files.createSymbolicLink(d.resolve("nowhere"), store.path("/not/there"));
    try (FileChannel sparse =
        FileChannel.open(
            d.resolve("sparse"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      sparse.write(ByteBuffer.wrap("begin".getBytes(UTF_8)), 0);
      sparse.write(ByteBuffer.wrap("end".getBytes(UTF_8)), 50L << 20);
    }
    try (FileChannel pieces =
        FileChannel.open(
            d.resolve("pieces"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < PIECES; i++) {
        pieces.write(ByteBuffer.wrap(new byte[] {(byte) (i % 100 + 1)}), i * 9L);
      }
    }
    Path many = Files.createDirectory(store.path("/many"));
    for (int i = 0; i < 1100; i++) {
      Files.writeString(many.resolve("file" + i), "content " + i);
    }
    Files.setAttribute(d.resolve("small"), "user:mime", "text/plain".getBytes(UTF_8));
    Files.setAttribute(d.resolve("e"), "user:note", new byte[] {0, 1, -1});
    Files.setPosixFilePermissions(d.resolve("small"), PosixFilePermissions.fromString("r--rw-r-x"));
    Files.setAttribute(d.resolve("big"), "unix:mode", 04755);
    if (root) {
      Files.setAttribute(d.resolve("small"), "unix:uid", 1234);
      Files.setAttribute(d.resolve("small"), "unix:gid", 2345);
      Files.setAttribute(d.resolve("e"), "unix:uid", 99);
    }
    times(d.resolve("small"), 1_234_567_890_123_456_789L);
    times(d.resolve("big"), -1_500_000_001L);
    times(d.resolve("e"), 999_999_999L);
    Files.setPosixFilePermissions(d.resolve("e"), PosixFilePermissions.fromString("r-x------"));
    times(store.path("/"), 1_000_000_000_000_000_001L);
  }

  private static void times(Path path, long nanos) throws IOException {
    FileTime time = FileTime.from(nanos, TimeUnit.NANOSECONDS);
    Files.getFileAttributeView(path, BasicFileAttributeView.class)
        .setTimes(time, FileTime.from(nanos + 12_000_000_007L, TimeUnit.NANOSECONDS), null);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void open() {
    shell = new TestShell(temp, new NetConnector());
  }

  private SortedMap<String, String> exported() throws IOException {
    return TreeFacts.of(temp.resolve("out"), TreeFacts.takesAttributes(temp));
  }

  /** The store's tree as far as this user can make it. */
  private static SortedMap<String, String> expected() {
    return new TreeMap<>(tree);
  }

  private void refused(String message, String... words) {
    Outcome outcome = shell.run(words);
    assertTrue(outcome.err().contains(message), outcome.err());
    assertEquals(ExitStatus.NOT_STARTED, outcome.status(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
  }

  @Test
  void everythingComesOutAndNothingIsChanged() throws Exception {
    assumeTrue(root, "owners and devices need root");
    SortedMap<String, String> before = TreeFacts.disk(data);
    Outcome outcome = shell.run("export", data.toString(), "out");
    assertEquals("", outcome.err());
    assertEquals(ExitStatus.DONE, outcome.status());
    assertTrue(outcome.out().startsWith("exported 1,107 files ("), outcome.out());
    assertEquals(expected(), exported());
    assertEquals(before, TreeFacts.disk(data));
    long blocks = blocks(temp.resolve("out/d/sparse"));
    assertTrue(blocks <= 512, "50 MiB with two words take " + blocks + " blocks");
  }

  private static long blocks(Path path) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", path.toString()).start();
    String out = new String(stat.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, stat.waitFor());
    return Long.parseLong(out.strip());
  }

  @Test
  void aReadOnlyMountWillDo() throws Exception {
    assumeTrue(root, "mounting needs root");
    Path mount = Files.createDirectory(temp.resolve("mount"));
    assumeTrue(run("mount", "--bind", data.toString(), mount.toString()) == 0, "no bind mounts");
    try {
      assumeTrue(run("mount", "-o", "remount,ro,bind", mount.toString()) == 0, "not read-only");
      assertFalse(Files.isWritable(mount));
      Outcome outcome = shell.run("export", "-q", "mount", "out");
      assertEquals("", outcome.out() + outcome.err());
      assertEquals(ExitStatus.DONE, outcome.status());
    } finally {
      run("umount", mount.toString());
    }
    assertEquals(expected(), exported());
  }

  private static int run(String... words) throws Exception {
    return new ProcessBuilder(words).inheritIO().start().waitFor();
  }

  @Test
  void aRunningPeerIsRefusedByName() throws Exception {
    Path running = data(1);
    refused(
        "is in use by this process (pid " + ProcessHandle.current().pid() + "); stop that peer",
        "export",
        running.toString(),
        "out");
    assertFalse(Files.exists(temp.resolve("out")));
  }

  @Test
  void aPlaceThatIsTakenIsRefused() throws Exception {
    Path out = Files.createDirectory(temp.resolve("out"));
    Files.writeString(out.resolve("there"), "already");
    refused("not empty", "export", data.toString(), "out");
    refused("not a directory", "export", data.toString(), "out/there");
    refused("OUT is in DATA_DIR", "export", data.toString(), data.resolve("metadata/x").toString());
    assertEquals("already", Files.readString(out.resolve("there")));
    Files.delete(out.resolve("there"));
    assertEquals(ExitStatus.DONE, shell.run("export", "-q", data.toString(), "out").status());
    assertTrue(Files.exists(out.resolve("d/small")));
  }

  @Test
  void whatIsNoDataDirectoryIsNamed() throws Exception {
    Files.createDirectories(temp.resolve("some/where"));
    refused("there is no directory", "export", "nowhere", "out");
    refused("it has no OWNER file", "export", "some", "out");
    Path copy = copy();
    Files.writeString(copy.resolve("OWNER"), "format 2 cluster x peer 1\n");
    refused("has format 2, newer than this version reads", "export", "copy", "out");
    Files.write(copy.resolve("OWNER"), new byte[] {-1, -2, 0, 17});
    refused("unreadable OWNER", "export", "copy", "out");
    assertFalse(Files.exists(temp.resolve("out")));
  }

  private Path copy() throws IOException {
    Path copy = temp.resolve("copy");
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.toList()) {
        Files.copy(
            file,
            copy.resolve(data.relativize(file).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return copy;
  }

  private static List<Path> segments(Path directory) throws IOException {
    List<Path> segments = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "journal-*.seg")) {
      files.forEach(segments::add);
    }
    segments.sort(null);
    return segments;
  }

  private static void flip(Path file, long offset) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, offset);
      one.put(0, (byte) ~one.get(0));
      channel.write(one.flip(), offset);
    }
  }

  /** Lets a byte of the big file rot, wherever this disk has it. */
  private static void rot(Path directory) throws IOException {
    boolean found = false;
    for (Path segment : segments(directory)) {
      String bytes = new String(Files.readAllBytes(segment), ISO_8859_1);
      for (int at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
        flip(segment, at + 3);
        found = true;
      }
    }
    assertTrue(found, "no segment has the content");
  }

  @Test
  void aDamagedChunkLeavesAHoleThatIsListed() throws Exception {
    Path copy = copy();
    byte[] whole = content(temp.resolve("whole"), data);
    rot(copy);
    Outcome outcome = shell.run("export", "copy", "out");
    assertEquals(ExitStatus.FAILED, outcome.status());
    assertTrue(
        outcome
            .err()
            .startsWith("quorate: /d/big: bytes 1048576 to 2097151 are a hole: damaged record in "),
        outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.out().contains("; 1 hole"), outcome.out());
    byte[] left = Files.readAllBytes(temp.resolve("out/d/big"));
    Arrays.fill(whole, CHUNK, 2 * CHUNK, (byte) 0);
    assertArrayEquals(whole, left);
    SortedMap<String, String> others = exported();
    SortedMap<String, String> expected = expected();
    others.remove("/d/big");
    expected.remove("/d/big");
    if (root) {
      assertEquals(expected, others);
    }
  }

  private byte[] content(Path out, Path from) throws IOException {
    assertEquals(
        ExitStatus.DONE, shell.run("export", "-q", from.toString(), out.toString()).status());
    return Files.readAllBytes(out.resolve("d/big"));
  }

  @Test
  void programsAreToldTheSame() throws Exception {
    rot(copy());
    Outcome outcome = shell.run("export", "--json", "copy", "out");
    assertEquals(ExitStatus.FAILED, outcome.status());
    List<Map<String, Object>> lines = outcome.out().lines().map(JsonReader::object).toList();
    Map<String, Object> hole = lines.getFirst();
    assertEquals("hole", hole.get("action"));
    assertEquals("/d/big", hole.get("path"));
    assertEquals((long) CHUNK, ((Number) hole.get("offset")).longValue());
    assertEquals((long) CHUNK, ((Number) hole.get("bytes")).longValue());
    Map<String, Object> summary = lines.getLast();
    assertEquals("summary", summary.get("action"));
    assertEquals(1107, ((Number) summary.get("files")).intValue());
    assertEquals(1, ((Number) summary.get("holes")).intValue());
    assertEquals(0, ((Number) summary.get("failed")).intValue());
    refusedAsJson("not-empty", "export", "--json", "copy", "out");
  }

  private void refusedAsJson(String kind, String... words) {
    Outcome outcome = shell.run(words);
    assertEquals(ExitStatus.NOT_STARTED, outcome.status());
    assertEquals(kind, JsonReader.object(outcome.err()).get("error"));
  }

  @Test
  void databasesThatAreLostAreBuiltAnewFromTheJournal() throws Exception {
    assumeTrue(root, "owners and devices need root");
    Path copy = copy();
    for (String name : List.of("metadata", "index")) {
      try (Stream<Path> files = Files.list(copy.resolve(name))) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    Outcome outcome = shell.run("export", "-q", "copy", "out");
    assertEquals("", outcome.err());
    assertEquals(expected(), exported());
  }

  @Test
  void damageThatLeavesNoTreeNamesTheFile() throws Exception {
    Path copy = copy();
    Path newest = segments(copy).stream().filter(ExportCommandTest::hasHeader).toList().getLast();
    for (int at = 0; at < 8192; at += 7) {
      flip(newest, at);
    }
    Outcome outcome = shell.run("export", "copy", "out");
    assertEquals(ExitStatus.NOT_STARTED, outcome.status(), outcome.err());
    assertTrue(outcome.err().contains(newest.getFileName().toString()), outcome.err());
    assertFalse(outcome.err().contains("remove the peer's data"), outcome.err());
    assertFalse(Files.exists(temp.resolve("out")));
  }

  private static boolean hasHeader(Path segment) {
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ)) {
      ByteBuffer start = ByteBuffer.allocate(8);
      channel.read(start, 0);
      return start.flip().getLong() != 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

package io.quorate.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.StoreOptions;
import io.quorate.store.VersionGoneException;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.AttributeChange;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Bytes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import io.quorate.store.world.RealWorld;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Versions, their checksums, and conditions on them. */
class VersionsTest {
  private static final At FILE = At.path(Bytes.utf8("f"), true);
  private static final OpenMode CREATE = OpenMode.create(OpenMode.Create.IF_ABSENT, false, 0644);

  private final RealWorld world = RealWorld.create();
  private final SoloGateway cluster = new SoloGateway(world);
  private final FileTree tree = FileTree.over(world, cluster, StoreOptions.defaults());
  private final FileTree other = FileTree.over(world, cluster, StoreOptions.defaults());

  @AfterEach
  void close() {
    tree.close();
    other.close();
    world.close();
  }

  private static PutRequest put() {
    return new PutRequest(
        FILE, 0644, new Caller(0, 0), AttributeChange.NOW, Command.PutCondition.ALWAYS);
  }

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] content(OpenVersion version) {
    ByteBuffer all = ByteBuffer.allocate((int) version.attributes().sizeBytes());
    while (all.hasRemaining()) {
      all.put(version.read(all.position(), Math.min(all.remaining(), 1 << 20)).join());
    }
    return all.array();
  }

  // ---- one version

  @Test
  void aReplacedVersionIsReadToItsEndAndThenForgotten() throws IOException {
    byte[] old = random(1, 3 << 20);
    other.putAsync(put(), ByteBuffer.wrap(old)).join();
    OpenVersion version = tree.versions().open(FILE).join();
    other.putAsync(put(), ByteBuffer.wrap(random(2, 2 << 20))).join();
    other.unlink(FILE);
    assertArrayEquals(old, content(version));
    version.close();
    CompletionException closed =
        assertThrows(CompletionException.class, () -> version.read(0, 1).join());
    assertInstanceOf(ClosedChannelException.class, closed.getCause());
  }

  @Test
  void aWriteInPlaceTakesTheVersionAway() throws IOException {
    other.putAsync(put(), ByteBuffer.wrap(random(1, 3 << 20))).join();
    OpenVersion version = tree.versions().open(FILE).join();
    version.read(1 << 20, 10).join();
    try (FileHandle handle = other.open(FILE, CREATE)) {
      handle.write(5, ByteBuffer.wrap(new byte[] {1}));
    }
    expectGone(version);
    version.close();
  }

  /** The hard case: written in place, then replaced, so that the present version is a third. */
  @Test
  void aWriteInPlaceBeforeAReplacementIsNoticedToo() throws IOException {
    other.putAsync(put(), ByteBuffer.wrap(random(1, 3 << 20))).join();
    OpenVersion version = tree.versions().open(FILE).join();
    try (FileHandle handle = other.open(FILE, CREATE)) {
      handle.write(5, ByteBuffer.wrap(new byte[] {1}));
    }
    other.putAsync(put(), ByteBuffer.wrap(new byte[0])).join();
    expectGone(version);
    version.close();
  }

  private static void expectGone(OpenVersion version) {
    CompletionException gone =
        assertThrows(CompletionException.class, () -> version.read(2 << 20, 10).join());
    assertInstanceOf(VersionGoneException.class, gone.getCause());
  }

  @Test
  void changesOfAttributesLeaveTheVersion() throws IOException {
    other.putAsync(put(), ByteBuffer.wrap(random(1, 1 << 20))).join();
    OpenVersion version = tree.versions().open(FILE).join();
    other.setAttributes(FILE, AttributeChange.ofPermissions(0600));
    other.rename(FILE, At.path(Bytes.utf8("g"), true), Command.RenameMode.REPLACE);
    assertEquals(10, version.read(500_000, 10).join().remaining());
    version.close();
  }

  @Test
  void aSmallFileComesInOneRequestAndNeedsNoHold() throws IOException {
    other.putAsync(put(), ByteBuffer.wrap("small".getBytes(UTF_8))).join();
    tree.versions().open(FILE).join().close();
    long before = cluster.queries();
    OpenVersion version = tree.versions().open(FILE).join();
    assertEquals("small", UTF_8.decode(version.read(0, 100).join()).toString());
    assertEquals(0, version.read(5, 1).join().remaining());
    assertEquals(0, version.read(Long.MAX_VALUE, 1).join().remaining());
    assertEquals(1, cluster.queries() - before);
    version.close();
  }

  @Test
  void directoriesAndMissingFiles() throws IOException {
    tree.makeDirectory(At.path(Bytes.utf8("d"), true), 0755);
    for (String name : List.of("d", "none", "")) {
      At at = At.path(Bytes.utf8(name), true);
      CompletionException refused =
          assertThrows(CompletionException.class, () -> tree.versions().open(at).join());
      assertInstanceOf(RefusedException.class, refused.getCause());
      assertThrows(RefusedException.class, () -> tree.versions().checksum(at));
    }
  }

  // ---- checksums

  /** Puts, overwrites, holes and truncations, against the JDK's checksum of the same bytes. */
  @Test
  void checksumsOfRandomExtents() throws IOException {
    FileTree small =
        FileTree.over(
            world, cluster, StoreOptions.defaults().withContentBytes(4_096, 1 << 20, 1 << 20));
    Random random = new Random(7);
    byte[] model = new byte[0];
    for (int round = 0; round < 120; round++) {
      if (random.nextInt(8) == 0) {
        model = random(round, random.nextInt(60_000));
        small.putAsync(put(), ByteBuffer.wrap(model)).join();
      } else {
        model = change(small, random, model);
      }
      Versions.Checksum sum = small.versions().checksum(FILE);
      CRC32C expected = new CRC32C();
      expected.update(model);
      assertEquals((int) expected.getValue(), sum.crc32c(), "round " + round);
      assertEquals(model.length, sum.attributes().sizeBytes());
    }
    small.close();
  }

  private static byte[] change(FileTree tree, Random random, byte[] before) throws IOException {
    byte[] model = before;
    try (FileHandle handle = tree.open(FILE, CREATE)) {
      for (int i = 0; i <= random.nextInt(4); i++) {
        int offset = random.nextInt(70_000);
        if (random.nextInt(3) == 0) {
          handle.truncate(offset);
          model = Arrays.copyOf(model, offset);
        } else {
          byte[] bytes = random(random.nextInt(), 1 + random.nextInt(9_000));
          handle.write(offset, ByteBuffer.wrap(bytes));
          model = Arrays.copyOf(model, Math.max(model.length, offset + bytes.length));
          System.arraycopy(bytes, 0, model, offset, bytes.length);
        }
      }
    }
    return model;
  }

  @Test
  void aChecksumReadsNoContentUnlessAChunkIsUsedInPart() throws IOException {
    byte[] bytes = random(3, 5_000_000);
    other.putAsync(put(), ByteBuffer.wrap(bytes)).join();
    long before = cluster.queries();
    tree.versions().checksum(FILE);
    assertEquals(1, cluster.queries() - before, "one look at the extents");
    try (FileHandle handle = other.open(FILE, CREATE)) {
      handle.write(2_000_000, ByteBuffer.wrap(new byte[] {1}));
    }
    before = cluster.queries();
    tree.versions().checksum(FILE);
    assertEquals(3, cluster.queries() - before, "and the two parts around what was overwritten");
  }

  // ---- conditions

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 20);
  }

  /**
   * A counter in a file, raised by compare-and-set over a gateway that loses, repeats and refuses:
   * each success must count once, and no success may be reported as a failed condition.
   */
  @ParameterizedTest
  @MethodSource("seeds")
  void compareAndSetCountsEachSuccessOnce(long seed) {
    Simulation.run(
        seed,
        simulation -> {
          SimWorld sim = simulation.node(1).boot();
          SoloGateway solo = new SoloGateway(sim);
          FaultyGateway faulty = new FaultyGateway(sim, solo);
          faulty.unavailable = 50;
          faulty.answersLost = 100;
          faulty.commandsLost = 50;
          faulty.repeated = 200;
          List<FileTree> trees = new ArrayList<>();
          AtomicInteger successes = new AtomicInteger();
          List<World.Task> workers = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            FileTree one = FileTree.over(sim, faulty, StoreOptions.defaults());
            trees.add(one);
            workers.add(sim.spawn("worker-" + i, () -> raise(one, successes, 10)));
          }
          for (World.Task worker : workers) {
            worker.join();
          }
          faulty.unavailable = 0;
          faulty.answersLost = 0;
          faulty.commandsLost = 0;
          assertEquals(40, successes.get());
          assertEquals("40", text(trees.getFirst()));
          trees.forEach(FileTree::close);
        });
  }

  private static String text(FileTree tree) {
    OpenVersion version = tree.versions().open(FILE).join();
    return UTF_8.decode(version.read(0, 100).join()).toString();
  }

  private static void raise(FileTree tree, AtomicInteger successes, int times) {
    int done = 0;
    while (done < times) {
      Command.PutCondition condition;
      int value = 0;
      try {
        OpenVersion version = tree.versions().open(FILE).join();
        value = Integer.parseInt(UTF_8.decode(version.read(0, 100).join()).toString());
        condition = new Command.PutCondition(false, version.attributes().contentVersion());
      } catch (CompletionException absent) {
        assertEquals(ErrorCode.NOT_FOUND, ((RefusedException) absent.getCause()).code());
        condition = new Command.PutCondition(true, -1);
      }
      try {
        Attributes after =
            tree.putAsync(
                    new PutRequest(FILE, 0644, new Caller(0, 0), AttributeChange.NOW, condition),
                    ByteBuffer.wrap(Integer.toString(value + 1).getBytes(UTF_8)))
                .join();
        assertTrue(after.contentVersion() > condition.ifVersion());
        successes.incrementAndGet();
        done++;
      } catch (CompletionException lost) {
        ErrorCode code = ((RefusedException) lost.getCause()).code();
        assertEquals(condition.ifAbsent() ? ErrorCode.EXISTS : ErrorCode.CONDITION_FAILED, code);
      }
    }
  }
}

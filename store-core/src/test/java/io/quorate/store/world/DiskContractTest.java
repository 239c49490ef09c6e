package io.quorate.store.world;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.sim.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the real disk and the simulated one have in common: one suite, run on both. */
final class DiskContractTest {
  @TempDir Path temporary;

  /** One clause of the contract. */
  private interface Clause {
    void check(World world, Path directory) throws Exception;
  }

  private static Map<String, Clause> clauses() {
    Map<String, Clause> clauses = new TreeMap<>();
    clauses.put("a new file has its size and reads as zeros", DiskContractTest::zeros);
    clauses.put("writes of several buffers are read back", DiskContractTest::readsBack);
    clauses.put("reads end at the file's end", DiskContractTest::shortReads);
    clauses.put("names are listed in order", DiskContractTest::lists);
    clauses.put("files are deleted and renamed over others", DiskContractTest::renames);
    clauses.put("names must be plain and files must exist", DiskContractTest::refuses);
    clauses.put("a directory is opened once", DiskContractTest::opensOnce);
    clauses.put("a file stays usable when the directory is closed", DiskContractTest::outlives);
    clauses.put("truncating gives up the end", DiskContractTest::truncates);
    clauses.put("what is too large leaves nothing behind", DiskContractTest::tooLarge);
    return clauses;
  }

  @TestFactory
  Stream<DynamicTest> realDisk() {
    return clauses().entrySet().stream()
        .map(
            clause ->
                DynamicTest.dynamicTest(
                    clause.getKey(),
                    () -> {
                      try (RealWorld world = RealWorld.create()) {
                        Path directory = temporary.resolve(clause.getKey().replace(' ', '-'));
                        clause.getValue().check(world, directory);
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> simulatedDisk() {
    return clauses().entrySet().stream()
        .map(
            clause ->
                DynamicTest.dynamicTest(
                    clause.getKey(),
                    () ->
                        Simulation.run(
                            1,
                            simulation ->
                                clause
                                    .getValue()
                                    .check(simulation.node(1).boot(), Path.of("/data")))));
  }

  private static byte[] read(DiskFile file, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    int count = file.read(offset, target);
    assertEquals(count, target.position());
    return java.util.Arrays.copyOf(target.array(), count);
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length);
    for (int value : values) {
      buffer.put((byte) value);
    }
    return buffer.flip();
  }

  private static void zeros(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory);
        DiskFile file = disk.create("a", 300_000)) {
      assertEquals(300_000, file.sizeBytes());
      assertArrayEquals(new byte[300_000], read(file, 0, 300_000));
    }
  }

  private static void readsBack(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory);
        DiskFile file = disk.create("a", 10_000)) {
      ByteBuffer direct = ByteBuffer.allocateDirect(2).put((byte) 7).put((byte) 8).flip();
      ByteBuffer empty = ByteBuffer.allocate(0);
      file.write(5_000, bytes(1, 2, 3), empty, direct, bytes(9, 9, 4).slice(2, 1), empty);
      file.sync();
      assertArrayEquals(new byte[] {0, 1, 2, 3, 7, 8, 4, 0}, read(file, 4_999, 8));
      file.write(5_001, bytes(6));
      try (DiskFile again = disk.open("a")) {
        assertArrayEquals(new byte[] {1, 6, 3}, read(again, 5_000, 3));
      }
      ByteBuffer[] many = new ByteBuffer[3_000];
      java.util.Arrays.setAll(many, i -> bytes(i % 100));
      file.write(100, many);
      assertArrayEquals(new byte[] {98, 99, 0, 1}, read(file, 100 + 2_898, 4));
    }
  }

  private static void shortReads(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory);
        DiskFile file = disk.create("a", 100)) {
      assertEquals(10, read(file, 90, 50).length);
      assertEquals(0, read(file, 100, 50).length);
      assertEquals(0, read(file, 1_000, 50).length);
    }
  }

  private static void lists(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory)) {
      assertEquals(List.of(), disk.list());
      for (String name : List.of("b", "c", "a")) {
        disk.create(name, 1).close();
      }
      disk.syncDirectory();
      assertEquals(List.of("a", "b", "c"), disk.list());
    }
    try (Disk disk = world.openDisk(directory)) {
      assertEquals(List.of("a", "b", "c"), disk.list());
    }
  }

  private static void renames(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory)) {
      disk.create("a", 1).close();
      disk.create("b", 2).close();
      disk.create("c", 3).close();
      disk.rename("a", "b");
      disk.delete("c");
      disk.syncDirectory();
      assertEquals(List.of("b"), disk.list());
      try (DiskFile file = disk.open("b")) {
        assertEquals(1, file.sizeBytes());
      }
    }
  }

  private static void refuses(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory)) {
      disk.create("a", 1).close();
      assertThrows(FileAlreadyExistsException.class, () -> disk.create("a", 1));
      assertThrows(NoSuchFileException.class, () -> disk.open("b"));
      assertThrows(NoSuchFileException.class, () -> disk.delete("b"));
      assertThrows(IllegalArgumentException.class, () -> disk.create("../a", 1));
      assertThrows(IllegalArgumentException.class, () -> disk.open(""));
      assertThrows(IllegalArgumentException.class, () -> disk.delete(".."));
    }
  }

  private static void opensOnce(World world, Path directory) throws Exception {
    Disk disk = world.openDisk(directory);
    IOException refused = assertThrows(IOException.class, () -> world.openDisk(directory));
    assertTrue(refused.getMessage().contains(directory.toString()), refused.getMessage());
    assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
    disk.close();
    world.openDisk(directory).close();
  }

  private static void outlives(World world, Path directory) throws Exception {
    Disk disk = world.openDisk(directory);
    try (DiskFile file = disk.create("a", 10)) {
      disk.close();
      file.write(0, bytes(5));
      assertArrayEquals(new byte[] {5}, read(file, 0, 1));
    }
  }

  private static void truncates(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory);
        DiskFile file = disk.create("a", 100_000)) {
      file.write(0, bytes(1, 2, 3));
      file.truncate(2);
      file.sync();
      assertArrayEquals(new byte[] {1, 2}, read(file, 0, 10));
    }
  }

  private static void tooLarge(World world, Path directory) throws Exception {
    try (Disk disk = world.openDisk(directory)) {
      assertTrue(disk.usableBytes() <= disk.totalBytes());
      long tooMuch = disk.usableBytes() + (1L << 40);
      assertThrows(NoSpaceException.class, () -> disk.create("a", tooMuch));
      assertEquals(List.of(), disk.list());
      disk.create("a", 10).close();
    }
  }
}

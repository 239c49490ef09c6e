package io.quorate.store.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import io.quorate.store.world.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a simulated disk keeps, and what it may lose. */
final class SimDiskTest {
  private static final Path DIRECTORY = Path.of("/data");

  @Test
  void readsBackWhatWasWrittenAcrossPages() {
    Simulation.run(
        1,
        simulation -> {
          Disk disk = simulation.node(1).boot().openDisk(DIRECTORY);
          DiskFile file = disk.create("a", 20_000);
          byte[] content = simulation.random().bytes(9_000);
          file.write(
              4_000, ByteBuffer.wrap(content, 0, 5_000), ByteBuffer.wrap(content, 5_000, 4_000));
          assertArrayEquals(content, read(file, 4_000, 9_000));
          assertArrayEquals(new byte[4_000], read(file, 0, 4_000));
          assertEquals(20_000, file.sizeBytes());
          ByteBuffer atEnd = ByteBuffer.allocate(100);
          assertEquals(10, file.read(19_990, atEnd));
          assertEquals(0, file.read(20_000, ByteBuffer.allocate(1)));
          assertThrows(FileAlreadyExistsException.class, () -> disk.create("a", 1));
          assertThrows(NoSuchFileException.class, () -> disk.open("b"));
          assertThrows(IllegalArgumentException.class, () -> disk.open("../a"));
        });
  }

  @Test
  void syncedContentSurvivesEveryCrash() {
    for (long seed = 0; seed < 200; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            SimNode node = simulation.node(1);
            Disk disk = node.boot().openDisk(DIRECTORY);
            DiskFile file = disk.create("a", 16_384);
            disk.syncDirectory();
            byte[] old = simulation.random().bytes(10_000);
            file.write(0, ByteBuffer.wrap(old));
            file.sync();
            byte[] update = simulation.random().bytes(3_000);
            file.write(1_000, ByteBuffer.wrap(update));
            file.write(7_000, ByteBuffer.wrap(update));
            node.crash();
            byte[] after = read(node.boot().openDisk(DIRECTORY).open("a"), 0, 16_384);
            for (int i = 0; i < after.length; i++) {
              byte before = i < 10_000 ? old[i] : 0;
              byte updated =
                  i >= 1_000 && i < 4_000
                      ? update[i - 1_000]
                      : i >= 7_000 && i < 10_000 ? update[i - 7_000] : before;
              assertTrue(after[i] == before || after[i] == updated, "byte " + i);
            }
          });
    }
  }

  /** All of: nothing lost, all lost, only the later write there, a write torn. */
  @Test
  void unsyncedWritesAreLostInEveryWay() {
    Set<String> outcomes = new HashSet<>();
    for (long seed = 0; seed < 100; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            SimNode node = simulation.node(1);
            Disk disk = node.boot().openDisk(DIRECTORY);
            DiskFile file = disk.create("a", 8_192);
            disk.syncDirectory();
            file.sync();
            byte[] ones = new byte[2_048];
            Arrays.fill(ones, (byte) 1);
            file.write(0, ByteBuffer.wrap(ones));
            file.write(4_096, ByteBuffer.wrap(ones));
            node.crash();
            DiskFile again = node.boot().openDisk(DIRECTORY).open("a");
            outcomes.add(state(read(again, 0, 2_048)) + "," + state(read(again, 4_096, 2_048)));
          });
    }
    for (String expected :
        List.of("kept,kept", "lost,lost", "lost,kept", "kept,lost", "torn,kept", "torn,lost")) {
      assertTrue(outcomes.contains(expected), expected + " never seen in " + outcomes);
    }
  }

  private static String state(byte[] bytes) {
    int ones = 0;
    for (byte b : bytes) {
      ones += b;
    }
    return ones == 0 ? "lost" : ones == bytes.length ? "kept" : "torn";
  }

  @Test
  void directoryOperationsNeedASync() {
    Set<List<String>> outcomes = new HashSet<>();
    for (long seed = 0; seed < 60; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            SimNode node = simulation.node(1);
            Disk disk = node.boot().openDisk(DIRECTORY);
            disk.create("synced", 10);
            disk.syncDirectory();
            disk.create("new", 10);
            disk.rename("synced", "renamed");
            node.crash();
            outcomes.add(node.boot().openDisk(DIRECTORY).list());
          });
    }
    assertEquals(
        Set.of(
            List.of("synced"),
            List.of("new", "synced"),
            List.of("renamed"),
            List.of("new", "renamed")),
        outcomes);
  }

  @Test
  void aSyncThatFailedCoversNothingEvenWhenRepeated() {
    boolean lost = false;
    for (long seed = 0; seed < 20 && !lost; seed++) {
      boolean[] seen = {false};
      Simulation.run(
          seed,
          simulation -> {
            SimNode node = simulation.node(1);
            Disk disk = node.boot().openDisk(DIRECTORY);
            DiskFile file = disk.create("a", 1_024);
            disk.syncDirectory();
            file.sync();
            file.write(0, ByteBuffer.wrap("hello".getBytes(UTF_8)));
            node.disk(DIRECTORY).faults().syncErrorChance = 1;
            assertThrows(IOException.class, file::sync);
            node.disk(DIRECTORY).faults().syncErrorChance = 0;
            file.sync();
            node.crash();
            seen[0] = read(node.boot().openDisk(DIRECTORY).open("a"), 0, 1)[0] == 0;
            assertEquals(1, simulation.counted("disk EIO on fdatasync"));
          });
      lost = seen[0];
    }
    assertTrue(lost, "content under a failed sync always survived");
  }

  @Test
  void aKilledProcessLosesNothing() {
    Simulation.run(
        1,
        simulation -> {
          SimNode node = simulation.node(1);
          node.boot().openDisk(DIRECTORY).create("a", 10).write(0, ByteBuffer.wrap(new byte[] {7}));
          node.kill();
          assertEquals(7, read(node.boot().openDisk(DIRECTORY).open("a"), 0, 1)[0]);
        });
  }

  @Test
  void theDirectoryIsLockedUntilClosedOrCrashed() {
    Simulation.run(
        1,
        simulation -> {
          SimNode node = simulation.node(1);
          SimWorld world = node.boot();
          Disk disk = world.openDisk(DIRECTORY);
          IOException refused = assertThrows(IOException.class, () -> world.openDisk(DIRECTORY));
          assertTrue(refused.getMessage().contains("/data"), refused.getMessage());
          disk.close();
          world.openDisk(DIRECTORY);
          node.crash();
          node.boot().openDisk(DIRECTORY);
        });
  }

  @Test
  void aFullDiskRefusesAndLeavesNothing() {
    Simulation.run(
        1,
        simulation -> {
          SimNode node = simulation.node(1);
          node.diskCapacity(1_000);
          Disk disk = node.boot().openDisk(DIRECTORY);
          DiskFile file = disk.create("a", 600);
          assertEquals(400, disk.usableBytes());
          assertThrows(NoSpaceException.class, () -> disk.create("b", 401));
          assertEquals(List.of("a"), disk.list());
          assertThrows(
              NoSpaceException.class, () -> file.write(599, ByteBuffer.wrap(new byte[402])));
          disk.delete("a");
          assertEquals(1_000, disk.usableBytes());
        });
  }

  @Test
  void rotAndMisdirectionDamageContent() {
    Simulation.run(
        1,
        simulation -> {
          SimNode node = simulation.node(1);
          Disk disk = node.boot().openDisk(DIRECTORY);
          DiskFile file = disk.create("a.seg", 1 << 20);
          node.disk(DIRECTORY).damage().rot("a.seg", 100, 200, 1);
          assertEquals(1, count(read(file, 100, 100)));
          node.disk(DIRECTORY).faults().misdirectedWriteChance = 1;
          file.write(500_000, ByteBuffer.wrap(new byte[] {1}));
          assertEquals(0, read(file, 500_000, 1)[0]);
          assertEquals(1, simulation.counted("disk misdirected write"));
        });
  }

  @Test
  void aWriteToOneSegmentMayLandInAnother() {
    Simulation.run(
        1,
        simulation -> {
          SimNode node = simulation.node(1);
          Disk disk = node.boot().openDisk(DIRECTORY);
          DiskFile other = disk.create("b.seg", 1 << 20);
          DiskFile small = disk.create("a.seg", 1_000);
          node.disk(DIRECTORY).faults().misdirectedWriteChance = 1;
          for (int i = 0; simulation.counted("disk misdirected write") == 0; i++) {
            small.write(i, ByteBuffer.wrap(new byte[] {(byte) (i + 1)}));
          }
          assertEquals(1, count(read(other, 0, 1_000)));
        });
  }

  @Test
  void onlyWhatHadProvenDurableIsLost() {
    for (long seed = 0; seed < 50; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            SimNode node = simulation.node(1);
            DiskFile file = node.boot().openDisk(DIRECTORY).create("a.seg", 1 << 20);
            byte[] ones = new byte[4 * SimFile.SECTOR_BYTES];
            Arrays.fill(ones, (byte) 1);
            SimDamage damage = node.disk(DIRECTORY).damage();
            for (int batch = 0; batch < 2; batch++) {
              file.write(batch * ones.length, ByteBuffer.wrap(ones));
              damage.loseSectorsSomewhere(simulation.random(), 0);
              file.sync();
              damage.loseSectorsSomewhere(simulation.random(), 0);
            }
            int left = count(read(file, 0, 2 * ones.length));
            assertTrue(left < 2 * ones.length, "nothing was lost");
            assertEquals(ones.length, count(read(file, ones.length, ones.length)));
          });
    }
  }

  @Test
  void operationsTakeTimeAndASlowDiskMore() {
    Simulation.run(
        1,
        simulation -> {
          SimNode node = simulation.node(1);
          DiskFile file = node.boot().openDisk(DIRECTORY).create("a", 10);
          long begin = simulation.now();
          file.sync();
          long healthy = simulation.now() - begin;
          node.disk(DIRECTORY).faults().slowness = 100;
          begin = simulation.now();
          file.sync();
          long slow = simulation.now() - begin;
          assertTrue(healthy > 100_000 && slow > 10 * healthy, healthy + " and " + slow);
        });
  }

  private static int count(byte[] bytes) {
    int nonZero = 0;
    for (byte b : bytes) {
      nonZero += b == 0 ? 0 : 1;
    }
    return nonZero;
  }

  private static byte[] read(DiskFile file, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    file.read(offset, buffer);
    return buffer.array();
  }
}

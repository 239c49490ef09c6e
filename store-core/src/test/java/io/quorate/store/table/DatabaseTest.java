package io.quorate.store.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies of a database as files, of both kinds. */
class DatabaseTest {
  private enum Rows implements Table {
    ONE,
    TWO
  }

  enum Kind {
    ROCKS,
    MEMORY
  }

  @TempDir Path directory;
  private RealWorld world;
  private Disk disk;

  @BeforeEach
  void open() throws IOException {
    world = RealWorld.create();
    disk = world.openDisk(directory);
  }

  @AfterEach
  void close() throws IOException {
    disk.close();
    world.close();
  }

  private static Database database(Kind kind) {
    return switch (kind) {
      case ROCKS -> new RocksDatabase("rows", Rows.values(), RocksSettings.SMALL);
      case MEMORY ->
          new MemoryDatabase("rows", Rows.values(), new MemoryTables(Rows.values()), "identity");
    };
  }

  private static byte[] b(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void fill(OrderedTables tables) {
    TableBatch batch = new TableBatch();
    for (int i = 0; i < 1_000; i++) {
      batch.put(Rows.ONE, b("key" + i), b("value" + i));
    }
    tables.write(batch.put(Rows.TWO, b(""), b("")));
  }

  private static SortedMap<String, Long> files(Disk directory) throws IOException {
    SortedMap<String, Long> files = new TreeMap<>();
    for (String name : directory.list()) {
      try (DiskFile file = directory.open(name)) {
        files.put(name, file.sizeBytes());
      }
    }
    return files;
  }

  @ParameterizedTest
  @EnumSource
  void aCopyHoldsWhatWasThereAndNothingLater(Kind kind) throws IOException {
    Database database = database(kind);
    try (OrderedTables tables = database.open(disk)) {
      fill(tables);
      database.copy(tables, disk, "copy");
      SortedMap<String, Long> before = files(disk.subdirectory("copy"));
      tables.write(new TableBatch().put(Rows.ONE, b("later"), b("x")).delete(Rows.ONE, b("key1")));
      tables.flush();
      try (OrderedTables copy = database.openCopy(disk, "copy")) {
        assertArrayEquals(b("value1"), copy.get(Rows.ONE, b("key1")));
        assertArrayEquals(b("value999"), copy.get(Rows.ONE, b("key999")));
        assertArrayEquals(b(""), copy.get(Rows.TWO, b("")));
        assertNull(copy.get(Rows.ONE, b("later")));
      }
      assertEquals(before, files(disk.subdirectory("copy")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCopyThatLacksSomethingIsRefused(Kind kind) throws IOException {
    Database database = database(kind);
    try (OrderedTables tables = database.open(disk)) {
      fill(tables);
      database.copy(tables, disk, "copy");
      Disk copy = disk.subdirectory("copy");
      String name =
          copy.list().stream()
              .filter(each -> each.endsWith(".sst") || each.endsWith("one.rows"))
              .findFirst()
              .orElseThrow();
      copy.delete(name);
      assertThrows(TableException.class, () -> database.openCopy(disk, "copy"));
      copy.create(name, 10).close();
      assertThrows(TableException.class, () -> readAll(database.openCopy(disk, "copy")));
    }
  }

  private static void readAll(OrderedTables copy) {
    try (copy;
        Cursor cursor = copy.scan(Rows.ONE, new byte[0], null)) {
      while (cursor.next()) {
        ByteBuffer.wrap(cursor.value());
      }
    }
  }
}

package io.quorate.store.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real one. */
class RocksTablesTest extends OrderedTablesContract {
  @TempDir Path directory;

  @Override
  OrderedTables open() {
    return RocksTables.open(directory, Db.values(), RocksSettings.SMALL);
  }

  @Override
  OrderedTables crash(OrderedTables old) {
    old.close();
    return open();
  }

  @Test
  void itIsHeldAgainstASecondOpening() {
    TableException e = assertThrows(TableException.class, () -> open());
    assertTrue(e.getMessage().contains(directory.toString()), e.getMessage());
  }

  @Test
  void itLeavesNoLogFiles() throws IOException {
    put(tables, "a");
    tables.flush();
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(
          List.of(),
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.startsWith("LOG") && !name.equals("LOCK"))
              .toList());
    }
  }

  @Test
  void itFlushesByItselfWhenTheBufferIsFull() {
    byte[] value = new byte[64 << 10];
    int written = 0;
    while (tables.getFlushed(Db.RED, b("0")) == null) {
      assertTrue(written < 4096, "256 MiB written and nothing flushed");
      Arrays.fill(value, (byte) written);
      tables.write(
          new TableBatch()
              .put(Db.RED, b("" + written), value.clone())
              .put(Db.GREEN, b("" + written), b("x")));
      written++;
    }
    assertNotNull(tables.getFlushed(Db.GREEN, b("0")), "flushes are atomic over tables");
    assertTrue(written > 200, "flushed after " + written + " rows of 64 KiB already");
  }

  @Test
  void aCopyIsWrittenToAndTheOriginalStaysAsItWas(@TempDir Path temporary) throws IOException {
    Path source = temporary.resolve("source");
    try (OrderedTables first = RocksTables.open(source, Db.values(), RocksSettings.SMALL)) {
      put(first, "a");
      first.flush();
      put(first, "lost with the process");
    }
    SortedMap<String, String> before = files(source);
    try (OrderedTables copy =
        RocksTables.openCopy(source, temporary.resolve("copy"), Db.values(), RocksSettings.SMALL)) {
      assertNotNull(copy.get(Db.RED, b("a")));
      assertNull(copy.get(Db.RED, b("lost with the process")));
      copy.write(new TableBatch().delete(Db.RED, b("a")).put(Db.GREEN, b("b"), b("v")));
      copy.flush();
      assertNull(copy.get(Db.RED, b("a")));
    }
    assertEquals(before, files(source));
    try (OrderedTables again = RocksTables.open(source, Db.values(), RocksSettings.SMALL)) {
      assertNotNull(again.get(Db.RED, b("a")));
      assertNull(again.get(Db.GREEN, b("b")));
    }
  }

  private static SortedMap<String, String> files(Path directory) throws IOException {
    SortedMap<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory)) {
      for (Path path : paths.toList()) {
        files.put(
            String.valueOf(path.getFileName()),
            Arrays.hashCode(Files.readAllBytes(path))
                + " "
                + new TreeMap<>(Files.readAttributes(path, "unix:ctime,size,nlink")));
      }
    }
    return files;
  }

  @Test
  void aCopyOfADamagedDatabaseNamesTheOriginal(@TempDir Path temporary) throws IOException {
    Path source = temporary.resolve("source");
    try (OrderedTables whole = RocksTables.open(source, Db.values(), RocksSettings.SMALL)) {
      put(whole, "a");
      whole.flush();
    }
    try (Stream<Path> paths = Files.list(source)) {
      for (Path path : paths.filter(file -> file.toString().endsWith(".sst")).toList()) {
        Files.delete(path);
      }
    }
    TableException e =
        assertThrows(
            TableException.class,
            () ->
                RocksTables.openCopy(
                    source, temporary.resolve("copy"), Db.values(), RocksSettings.SMALL));
    assertTrue(e.getMessage().contains(source.toString()), e.getMessage());
    assertFalse(e.getMessage().contains(temporary.resolve("copy").toString()), e.getMessage());
  }

  private static void put(OrderedTables tables, String key) {
    tables.write(new TableBatch().put(Db.RED, b(key), b("v")));
  }
}

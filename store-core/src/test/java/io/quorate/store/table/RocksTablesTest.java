package io.quorate.store.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

  private static void put(OrderedTables tables, String key) {
    tables.write(new TableBatch().put(Db.RED, b(key), b("v")));
  }
}

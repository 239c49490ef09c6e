package io.quorate.store.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What both kinds of tables promise; one subclass for each. */
abstract class OrderedTablesContract {
  enum Db implements Table {
    RED,
    GREEN
  }

  OrderedTables tables;

  abstract OrderedTables open();

  /** Loses what was not flushed and opens again. */
  abstract OrderedTables crash(OrderedTables old);

  @BeforeEach
  void openTables() {
    tables = open();
  }

  @AfterEach
  void closeTables() {
    tables.close();
  }

  static byte[] b(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void put(Db table, String key, String value) {
    tables.write(new TableBatch().put(table, b(key), b(value)));
  }

  static List<String> rows(Cursor cursor) {
    List<String> rows = new ArrayList<>();
    try (cursor) {
      while (cursor.next()) {
        rows.add(
            new String(cursor.key(), StandardCharsets.ISO_8859_1)
                + "="
                + new String(cursor.value(), StandardCharsets.ISO_8859_1));
      }
    }
    return rows;
  }

  @Test
  void aRowIsReadBackFromItsTableOnly() {
    put(Db.RED, "k", "v");
    assertArrayEquals(b("v"), tables.get(Db.RED, b("k")));
    assertNull(tables.get(Db.GREEN, b("k")));
    assertNull(tables.get(Db.RED, b("kk")));
  }

  @Test
  void emptyKeysAndValuesAreRows() {
    put(Db.RED, "", "");
    assertArrayEquals(new byte[0], tables.get(Db.RED, new byte[0]));
    assertEquals(List.of("="), rows(tables.scan(Db.RED, new byte[0], null)));
  }

  @Test
  void aBatchAppliesInOrderOverAllTables() {
    put(Db.RED, "gone", "1");
    tables.write(
        new TableBatch()
            .delete(Db.RED, b("gone"))
            .put(Db.RED, b("a"), b("1"))
            .put(Db.RED, b("a"), b("2"))
            .put(Db.GREEN, b("b"), b("3"))
            .delete(Db.GREEN, b("b"))
            .delete(Db.GREEN, b("never")));
    assertEquals(List.of("a=2"), rows(tables.scan(Db.RED, b(""), null)));
    assertEquals(List.of(), rows(tables.scan(Db.GREEN, b(""), null)));
  }

  @Test
  void keysOrderAsUnsignedBytes() {
    for (String key : List.of("\u00ff", "\u007f", "\u0080", "a", "\u0000", "aa", "a\u0000")) {
      put(Db.RED, key, "");
    }
    assertEquals(
        List.of("\u0000=", "a=", "a\u0000=", "aa=", "\u007f=", "\u0080=", "\u00ff="),
        rows(tables.scan(Db.RED, b(""), null)));
  }

  @Test
  void scansTakeTheirLowerBoundAndLeaveTheUpper() {
    for (String key : List.of("a", "b", "c", "d")) {
      put(Db.RED, key, "");
    }
    assertEquals(List.of("b=", "c="), rows(tables.scan(Db.RED, b("b"), b("d"))));
    assertEquals(List.of("c=", "d="), rows(tables.scan(Db.RED, b("bb"), null)));
    assertEquals(List.of(), rows(tables.scan(Db.RED, b("c"), b("c"))));
    assertEquals(List.of(), rows(tables.scan(Db.RED, b("x"), null)));
  }

  @Test
  void prefixesEndWhereTheyShould() {
    for (String key : List.of("a", "a\u00ff", "a\u00ff\u00ff", "b", "\u00ff", "\u00ff\u00ff")) {
      put(Db.RED, key, "");
    }
    assertEquals(
        List.of("a=", "a\u00ff=", "a\u00ff\u00ff="), rows(tables.scanPrefix(Db.RED, b("a"))));
    assertEquals(List.of("\u00ff=", "\u00ff\u00ff="), rows(tables.scanPrefix(Db.RED, b("\u00ff"))));
  }

  @Test
  void lastFindsTheGreatestKeyWithinBothBounds() {
    for (String key : List.of("b", "d", "f")) {
      put(Db.RED, key, key);
    }
    assertArrayEquals(b("d"), tables.last(Db.RED, b("a"), b("e")).key());
    assertArrayEquals(b("d"), tables.last(Db.RED, b("d"), b("d")).value());
    assertNull(tables.last(Db.RED, b("e"), b("e")));
    assertNull(tables.last(Db.RED, b("a"), b("a")));
    assertArrayEquals(b("f"), tables.last(Db.RED, b("a"), b("z")).key());
  }

  @Test
  void aSnapshotKeepsItsMoment() {
    put(Db.RED, "a", "1");
    try (OrderedTables.Snapshot before = tables.snapshot()) {
      tables.write(new TableBatch().put(Db.RED, b("a"), b("2")).put(Db.GREEN, b("g"), b("3")));
      assertArrayEquals(b("1"), before.get(Db.RED, b("a")));
      assertNull(before.get(Db.GREEN, b("g")));
      assertEquals(List.of("a=1"), rows(before.scan(Db.RED, b(""), null)));
      assertNull(before.last(Db.GREEN, b(""), b("z")));
    }
    assertArrayEquals(b("2"), tables.get(Db.RED, b("a")));
  }

  @Test
  void aCursorKeepsItsMoment() {
    put(Db.RED, "a", "1");
    try (Cursor cursor = tables.scan(Db.RED, b(""), null)) {
      put(Db.RED, "b", "2");
      assertTrue(cursor.next());
      assertFalse(cursor.next());
    }
  }

  @Test
  void aCrashRevertsAllTablesToTheLastFlush() {
    tables.write(new TableBatch().put(Db.RED, b("a"), b("1")).put(Db.GREEN, b("b"), b("1")));
    tables.flush();
    tables.write(
        new TableBatch()
            .put(Db.RED, b("a"), b("2"))
            .delete(Db.GREEN, b("b"))
            .put(Db.GREEN, b("c"), b("2")));
    assertArrayEquals(b("1"), tables.getFlushed(Db.RED, b("a")));
    assertNull(tables.getFlushed(Db.GREEN, b("c")));
    tables = crash(tables);
    assertArrayEquals(b("1"), tables.get(Db.RED, b("a")));
    assertArrayEquals(b("1"), tables.get(Db.GREEN, b("b")));
    assertNull(tables.get(Db.GREEN, b("c")));
  }

  @Test
  void aFlushOfOneTableCoversTheOthers() {
    put(Db.RED, "a", "1");
    tables.flush();
    put(Db.GREEN, "b", "2");
    tables.flush();
    assertArrayEquals(b("1"), tables.getFlushed(Db.RED, b("a")));
    assertArrayEquals(b("2"), tables.getFlushed(Db.GREEN, b("b")));
  }

  @Test
  void closedTablesSaySo() {
    tables.close();
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> tables.get(Db.RED, b("a")));
    assertTrue(e.getMessage().contains("closed"), e.getMessage());
    assertThrows(IllegalStateException.class, () -> tables.write(new TableBatch()));
    assertThrows(IllegalStateException.class, () -> tables.snapshot());
    tables = open();
  }

  @Test
  void randomBatchesAgreeWithATreeMap() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      Map<Db, TreeMap<String, String>> model = new TreeMap<>();
      Map<Db, TreeMap<String, String>> flushed = new TreeMap<>();
      for (Db db : Db.values()) {
        try (Cursor all = tables.scan(db, b(""), null)) {
          TableBatch wipe = new TableBatch();
          while (all.next()) {
            wipe.delete(db, all.key());
          }
          tables.write(wipe);
        }
        model.put(db, new TreeMap<>());
        flushed.put(db, new TreeMap<>());
      }
      tables.flush();
      for (int step = 0; step < 200; step++) {
        TableBatch batch = new TableBatch();
        for (int i = random.nextInt(8); i >= 0; i--) {
          Db db = Db.values()[random.nextInt(2)];
          String key = HexFormat.of().toHexDigits(random.nextInt(64), 2).repeat(random.nextInt(3));
          if (random.nextInt(3) == 0) {
            batch.delete(db, b(key));
            model.get(db).remove(key);
          } else {
            batch.put(db, b(key), b("" + step));
            model.get(db).put(key, "" + step);
          }
        }
        tables.write(batch);
        if (random.nextInt(50) == 0) {
          tables.flush();
          model.forEach((db, rows) -> flushed.put(db, new TreeMap<>(rows)));
        } else if (random.nextInt(80) == 0) {
          tables = crash(tables);
          flushed.forEach((db, rows) -> model.put(db, new TreeMap<>(rows)));
        }
        check(seed, step, model, random);
      }
    }
  }

  private void check(long seed, int step, Map<Db, TreeMap<String, String>> model, Random random) {
    for (Db db : Db.values()) {
      String context = "seed " + seed + " step " + step;
      List<String> expected = new ArrayList<>();
      model.get(db).forEach((key, value) -> expected.add(key + "=" + value));
      assertEquals(expected, rows(tables.scan(db, b(""), null)), context);
      String at = HexFormat.of().toHexDigits(random.nextInt(64), 2);
      String floor = model.get(db).floorKey(at);
      TableReader.Row last = tables.last(db, b(""), b(at));
      assertArrayEquals(floor == null ? null : b(floor), last == null ? null : last.key(), context);
    }
  }
}

package io.quorate.store.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The twin. */
class MemoryTablesTest extends OrderedTablesContract {
  @Override
  OrderedTables open() {
    return new MemoryTables(Db.values());
  }

  @Override
  OrderedTables crash(OrderedTables old) {
    return ((MemoryTables) old).revertToLastFlush();
  }

  @Test
  void theHookDecidesWhenToFlush() {
    boolean[] flush = {false};
    MemoryTables twin = new MemoryTables(Db.values(), () -> flush[0]);
    twin.write(new TableBatch().put(Db.RED, b("a"), b("1")));
    flush[0] = true;
    twin.write(new TableBatch().put(Db.RED, b("b"), b("1")));
    flush[0] = false;
    twin.write(new TableBatch().put(Db.RED, b("c"), b("1")));
    MemoryTables survivor = twin.revertToLastFlush();
    assertEquals(List.of("a=1", "b=1"), rows(survivor.scan(Db.RED, b(""), null)));
    assertThrows(IllegalStateException.class, () -> twin.write(new TableBatch()));
  }
}

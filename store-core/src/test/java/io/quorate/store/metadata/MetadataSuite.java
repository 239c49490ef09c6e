package io.quorate.store.metadata;

import io.quorate.store.table.MemoryTables;
import io.quorate.store.table.OrderedTables;
import io.quorate.store.table.RocksSettings;
import io.quorate.store.table.RocksTables;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Each test of a subclass runs over both kinds of tables, and leaves a sound state behind. */
@ParameterizedClass
@EnumSource(MetadataSuite.Storage.class)
abstract class MetadataSuite {
  enum Storage {
    MEMORY,
    ROCKS
  }

  @Parameter Storage storage;

  @TempDir Path directory;

  Cluster c;

  @BeforeEach
  void openCluster() {
    c = new Cluster(open());
  }

  OrderedTables open() {
    return switch (storage) {
      case MEMORY -> new MemoryTables(MetadataTable.values());
      case ROCKS -> RocksTables.open(directory, MetadataTable.values(), RocksSettings.SMALL);
    };
  }

  /** Loses what was not flushed, as a crash does; the log survives in {@link Cluster#log}. */
  void crash() {
    if (c.tables instanceof MemoryTables memory) {
      c.tables = memory.revertToLastFlush();
    } else {
      c.tables.close();
      c.tables = open();
    }
    c.metadata = Metadata.open(c.tables, Genesis.DEFAULT);
  }

  @AfterEach
  void checkAndClose() {
    c.check();
    c.close();
  }
}

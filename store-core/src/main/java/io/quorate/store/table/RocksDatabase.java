package io.quorate.store.table;

import io.quorate.store.world.Disk;
import java.io.IOException;

/** {@link RocksTables} in a sub-directory; copies are hard links to RocksDB's immutable files. */
public final class RocksDatabase implements Database {
  private final String name;
  private final Table[] tables;
  private final RocksSettings settings;

  /**
   * Describes a database.
   *
   * @param tables all its tables, as {@code values()} of the enum that declares them
   */
  public RocksDatabase(String name, Table[] tables, RocksSettings settings) {
    this.name = name;
    this.tables = tables.clone();
    this.settings = settings;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public RocksTables open(Disk disk) {
    return RocksTables.open(disk.directory().resolve(name), tables, settings);
  }

  @Override
  public void copy(OrderedTables from, Disk disk, String directory) throws IOException {
    ((RocksTables) from).copyTo(disk.directory().resolve(directory));
  }

  @Override
  public RocksTables openCopy(Disk disk, String directory) {
    return RocksTables.openReadOnly(disk.directory().resolve(directory), tables, settings);
  }
}

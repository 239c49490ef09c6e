package io.quorate.store.table;

import io.quorate.store.world.Disk;
import java.io.IOException;

/**
 * A kind of {@link OrderedTables} and where they lie: each database is a sub-directory of a peer's
 * data directory, so that one can be copied as files and replaced as a whole.
 */
public interface Database {

  /** The sub-directory in which the present database lies. */
  String name();

  /**
   * Opens the present database, or makes an empty one.
   *
   * @throws TableException if it is damaged, in use, or can not be read or written
   */
  OrderedTables open(Disk disk);

  /**
   * Copies all that is in {@code tables}, as of one moment, into files of a new sub-directory. What
   * they are is this kind's own business. Not durable.
   */
  void copy(OrderedTables tables, Disk disk, String directory) throws IOException;

  /**
   * Opens a copy for reading; its files do not change.
   *
   * @throws TableException if it is not a whole and sound copy
   */
  OrderedTables openCopy(Disk disk, String directory);
}

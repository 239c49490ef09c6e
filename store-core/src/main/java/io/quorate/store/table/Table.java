package io.quorate.store.table;

/**
 * One table (column family) of a database. A database declares its tables as an enum that
 * implements this; ordinals are positions in memory only, what is stored is the name.
 */
public interface Table {

  /** Position among the tables of the same database, from 0. */
  int ordinal();

  /** Name, stable for ever. */
  String name();
}

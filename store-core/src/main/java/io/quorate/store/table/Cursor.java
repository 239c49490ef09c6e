package io.quorate.store.table;

/** A walk over rows in ascending order of unsigned keys. Used by one thread; must be closed. */
public interface Cursor extends AutoCloseable {

  /** Moves to the next row, the first one to begin with; false when there is none. */
  boolean next();

  /** Key of the present row; the caller must not change it. */
  byte[] key();

  /** Value of the present row; the caller must not change it. */
  byte[] value();

  @Override
  void close();
}

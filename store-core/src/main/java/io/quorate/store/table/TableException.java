package io.quorate.store.table;

/** The storage under the tables failed or is damaged. A peer cannot go on without it. */
public final class TableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TableException(String message, Throwable cause) {
    super(message, cause);
  }
}

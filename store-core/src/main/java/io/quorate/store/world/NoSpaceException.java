package io.quorate.store.world;

import java.io.IOException;

/** The disk has no room for an allocation. Nothing was written; deleting data helps. */
public final class NoSpaceException extends IOException {
  private static final long serialVersionUID = 1L;

  public NoSpaceException(String message) {
    super(message);
  }
}

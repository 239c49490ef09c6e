package io.quorate.store.gateway;

import java.io.IOException;

/** The command may or may not be applied. A retry with the same sequence number is safe. */
public final class OutcomeUnknownException extends IOException {
  private static final long serialVersionUID = 1L;

  public OutcomeUnknownException(String message) {
    super(message);
  }
}

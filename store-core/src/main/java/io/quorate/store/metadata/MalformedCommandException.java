package io.quorate.store.metadata;

import java.io.IOException;

/**
 * Bytes that are no command, result, query or answer: truncated, of an unknown version or kind, or
 * with a value out of range. The message says which.
 */
public final class MalformedCommandException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedCommandException(String message) {
    super(message);
  }
}

package io.quorate.store;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a write was sent and no answer came within the deadline: it may or may not have
 * happened, or happen yet. Look before retrying.
 */
public final class IndeterminateWriteException extends QuorateException {
  private static final long serialVersionUID = 1L;

  public IndeterminateWriteException(@Nullable String file, String reason) {
    super(file, reason);
  }
}

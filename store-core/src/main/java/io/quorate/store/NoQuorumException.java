package io.quorate.store;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when no quorum of peers could be reached within the deadline. Nothing was attempted, or
 * what was attempted can not take effect any more: retrying is safe.
 */
public final class NoQuorumException extends QuorateException {
  private static final long serialVersionUID = 1L;

  public NoQuorumException(@Nullable String file, String reason) {
    super(file, reason);
  }
}

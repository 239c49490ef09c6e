package io.quorate.store.fuse.cluster;

import java.io.IOException;

/**
 * Thrown when a peer's process has ended by itself, or when the peers did not do in time what was
 * awaited. The message has the ends of their logs.
 */
public final class ClusterFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  ClusterFailedException(String message) {
    super(message);
  }
}

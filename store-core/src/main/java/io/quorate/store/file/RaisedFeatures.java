package io.quorate.store.file;

import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Features;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.ErrorCode;
import java.io.IOException;

/**
 * Raises the cluster's feature level when something is wanted that needs it, so that a cluster that
 * uses nothing new can still go back to the version before. Thread-safe.
 */
final class RaisedFeatures {
  private final Status status;
  private final Configure configure;
  private volatile int known;

  /** Asks for the cluster's state. */
  interface Status {
    ClusterStatus get() throws IOException;
  }

  /** Has the cluster change its settings. */
  interface Configure {
    void submit(Command.Configure settings) throws IOException;
  }

  RaisedFeatures(Status status, Configure configure) {
    this.status = status;
    this.configure = configure;
  }

  /**
   * Returns when the level is in force.
   *
   * @throws RefusedException if a member does not know it, as far as was heard
   */
  void require(int level) throws IOException {
    if (known >= level) {
      return;
    }
    Features now = status.get().features();
    if (now.inForce() < level) {
      if (now.known() < level) {
        throw new RefusedException(
            ErrorCode.NOT_SUPPORTED,
            null,
            null,
            "a member of the cluster runs an earlier version, or was not heard from yet: update"
                + " all peers");
      }
      configure.submit(new Command.Configure(null, level));
    }
    known = level;
  }
}

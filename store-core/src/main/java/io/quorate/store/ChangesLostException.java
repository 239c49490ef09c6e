package io.quorate.store;

import java.io.IOException;

/**
 * Changes that were asked for are no longer kept: the peers keep the newest in a bounded memory. To
 * be in step again, subscribe from {@link #resumeAfter} on, then look at the tree.
 */
public final class ChangesLostException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long resumeAfter;

  public ChangesLostException(long after, long resumeAfter) {
    super(
        "changes after version "
            + after
            + " are no longer kept: go on after version "
            + resumeAfter
            + ", and look at the tree for what was missed");
    this.resumeAfter = resumeAfter;
  }

  /** A version whose changes, and all before, have been made by now. */
  public long resumeAfter() {
    return resumeAfter;
  }
}

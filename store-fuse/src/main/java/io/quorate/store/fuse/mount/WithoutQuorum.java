package io.quorate.store.fuse.mount;

import io.quorate.store.StoreOptions;
import java.time.Duration;

/** What a call gets when the cluster has no quorum for it within the request's time. */
public enum WithoutQuorum {
  /** An input/output error. */
  EIO,
  /** What would change something is told that the file system is read-only; reads get EIO. */
  EROFS,
  /** Nothing: it waits until there is a quorum, or until its process is told to end. */
  WAIT;

  private static final Duration LONGEST = Duration.ofMinutes(10);

  /** What the store must be like: who waits needs requests that take as long as they may. */
  public StoreOptions of(StoreOptions store) {
    return this == WAIT ? store.withDeadline(LONGEST) : store;
  }
}

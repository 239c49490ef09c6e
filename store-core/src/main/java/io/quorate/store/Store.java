package io.quorate.store;

import io.quorate.store.gateway.ClusterStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.Path;

/**
 * A Quorate store: the tree through {@code java.nio.file}, plus what a file system has no word for.
 *
 * <p>Thread-safe. Closing it closes its file system, ends its session and all its threads.
 */
public interface Store extends AutoCloseable {

  /** The tree as a file system; the same object every time. */
  FileSystem fileSystem();

  /** Shorthand for {@code fileSystem().getPath(first, more)}. */
  default Path path(String first, String... more) {
    return fileSystem().getPath(first, more);
  }

  /**
   * Replaces (or makes) a whole file atomically from a stream of any length. Nobody sees it until it
   * is complete and durable on a quorum; if {@code content} fails, nothing has happened.
   *
   * @return bytes written
   * @throws NoQuorumException if no quorum was reached; nothing happened
   * @throws IndeterminateWriteException if the outcome is unknown
   */
  long put(Path path, InputStream content) throws IOException;

  /** How the cluster looks from the peer that this store uses. */
  ClusterStatus status() throws IOException;

  @Override
  void close();
}

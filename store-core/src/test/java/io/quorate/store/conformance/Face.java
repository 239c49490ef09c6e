package io.quorate.store.conformance;

import java.nio.file.Path;

/** A way into a file system under test. */
public interface Face extends AutoCloseable {

  /** An empty directory, for one test to work in. */
  Path root();

  /**
   * Another way to the same directory, as a program on another server has; the same one if none.
   */
  default Path elsewhere() {
    return root();
  }

  @Override
  void close() throws Exception;
}

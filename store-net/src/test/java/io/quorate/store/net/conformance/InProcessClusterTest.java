package io.quorate.store.net.conformance;

import io.quorate.store.Store;
import io.quorate.store.conformance.Face;
import io.quorate.store.conformance.FileSystemConformance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The suite over {@code Store.inProcess}, as a program's own tests use it. */
final class InProcessClusterTest extends FileSystemConformance {
  private static StoreFaces faces;

  @BeforeAll
  static void start() throws Exception {
    Store store = Store.inProcess(4);
    // There is no way to another of its peers; its one store is both ways.
    faces = new StoreFaces(store, store, () -> {});
  }

  @AfterAll
  static void stop() {
    faces.close();
  }

  @Override
  protected Face openFace() throws Exception {
    return faces.open();
  }
}

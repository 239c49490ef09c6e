package io.quorate.store.net.conformance;

import io.quorate.store.conformance.Face;
import io.quorate.store.conformance.FileSystemConformance;
import io.quorate.store.net.server.LocalCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The suite over a client of a cluster of four, with a second client at another peer. */
final class RemoteClientTest extends FileSystemConformance {
  private static StoreFaces faces;

  @BeforeAll
  static void start() throws Exception {
    LocalCluster cluster = LocalCluster.start(4);
    faces =
        new StoreFaces(
            StoreFaces.client(cluster, 1), StoreFaces.client(cluster, 3), cluster::close);
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

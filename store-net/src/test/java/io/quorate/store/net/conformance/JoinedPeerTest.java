package io.quorate.store.net.conformance;

import io.quorate.store.Store;
import io.quorate.store.StoreLauncher;
import io.quorate.store.conformance.Face;
import io.quorate.store.conformance.FileSystemConformance;
import io.quorate.store.net.server.LocalCluster;
import java.nio.file.Path;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The suite over a peer that runs in the program itself; the program elsewhere is a client. */
final class JoinedPeerTest extends FileSystemConformance {
  private static StoreFaces faces;

  @BeforeAll
  static void start() throws Exception {
    LocalCluster cluster = LocalCluster.start(4);
    cluster.stopPeer(2);
    Path configuration = cluster.files().peers().get(1);
    Store peer =
        ServiceLoader.load(StoreLauncher.class)
            .findFirst()
            .orElseThrow()
            .join(configuration, StoreFaces.OPTIONS);
    faces = new StoreFaces(peer, StoreFaces.client(cluster, 3), cluster::close);
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

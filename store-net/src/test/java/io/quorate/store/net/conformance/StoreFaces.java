package io.quorate.store.net.conformance;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.conformance.Face;
import io.quorate.store.net.server.LocalCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Faces of one cluster, which all cases of a suite share: each case works in a directory of its
 * own. What a case looks at from elsewhere, it looks at through another peer.
 */
final class StoreFaces implements AutoCloseable {
  /** A machine that is busy with other tests may take long; a case is not about that. */
  static final StoreOptions OPTIONS = StoreOptions.defaults().withDeadline(Duration.ofSeconds(60));

  private final Store here;
  private final Store there;
  private final Runnable end;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * Faces over two stores of one cluster.
   *
   * @param end stops the cluster, after the stores are closed
   */
  StoreFaces(Store here, Store there, Runnable end) {
    this.here = here;
    this.there = there;
    this.end = end;
  }

  /** A client of one peer of a cluster. */
  static Store client(LocalCluster cluster, int peer) throws IOException {
    String address = "127.0.0.1:" + cluster.peer(peer).address().getPort();
    return Store.connect(cluster.files().key(), List.of(address), OPTIONS);
  }

  Face open() throws IOException {
    String name = "/case-" + next.incrementAndGet();
    Path root = Files.createDirectory(here.path(name));
    return new Face() {
      @Override
      public Path root() {
        return root;
      }

      @Override
      public Path elsewhere() {
        return there.path(name);
      }

      @Override
      public void close() {
        // The directory goes with the cluster.
      }
    };
  }

  @Override
  public void close() {
    there.close();
    here.close();
    end.run();
  }
}

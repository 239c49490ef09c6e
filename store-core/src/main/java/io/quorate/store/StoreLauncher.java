package io.quorate.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes stores: the way from {@link Store}'s static methods to the module that has a network. Found
 * through {@link java.util.ServiceLoader}; {@code store-net} provides the one there is.
 */
public interface StoreLauncher {

  /**
   * Connects to a cluster as a client.
   *
   * @param clusterKey file with the cluster key that {@code quorate init} wrote
   * @param peers addresses as host:port; those that do not answer are passed over
   */
  Store connect(Path clusterKey, List<String> peers, StoreOptions options) throws IOException;

  /**
   * Runs the peer that {@code configuration} describes in this process, and opens a store on it.
   */
  Store join(Path configuration, StoreOptions options) throws IOException;

  /** Runs a cluster of {@code peers} peers in this process, for tests and for trying out. */
  Store inProcess(int peers, StoreOptions options) throws IOException;
}

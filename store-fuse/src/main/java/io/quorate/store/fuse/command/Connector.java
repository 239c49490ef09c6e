package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** The ways into a cluster that commands use. */
public interface Connector {

  /**
   * Connects as a client to whichever peer answers, and fails over between them.
   *
   * @param clusterFile the client's configuration file, as {@code init} wrote it
   * @param opening for so long peers that can not be reached are tried again
   * @throws IOException if the file can not be used, or no peer answers
   */
  Store connect(Path clusterFile, StoreOptions options, Duration opening) throws IOException;

  /** Connects as a client to one peer and never to another. */
  Store connectTo(Path clusterFile, int peer, StoreOptions options, Duration opening)
      throws IOException;
}

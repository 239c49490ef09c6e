package io.quorate.store.fuse.command;

import io.quorate.store.Store;
import io.quorate.store.StoreOptions;
import io.quorate.store.net.config.ClientConfig;
import io.quorate.store.net.config.ConfigException;
import io.quorate.store.net.server.NetStoreLauncher;
import io.quorate.store.net.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The real way: over TCP. */
public final class NetConnector implements Connector {

  @Override
  public Store connect(Path clusterFile, StoreOptions options, Duration opening)
      throws IOException {
    ClientConfig config = ClientConfig.read(clusterFile);
    return open(config, config.peers(), options, opening);
  }

  @Override
  public Store connectTo(Path clusterFile, int peer, StoreOptions options, Duration opening)
      throws IOException {
    ClientConfig config = ClientConfig.read(clusterFile);
    if (peer < 1 || peer > config.peers().size()) {
      throw new ConfigException(clusterFile, 0, "it lists no peer " + peer);
    }
    return open(config, List.of(config.peers().get(peer - 1)), options, opening);
  }

  private static Store open(
      ClientConfig config, List<Endpoint> peers, StoreOptions options, Duration opening)
      throws IOException {
    return NetStoreLauncher.connect(new ClientConfig(config.cluster(), peers), options, opening);
  }
}

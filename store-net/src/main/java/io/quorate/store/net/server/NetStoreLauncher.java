package io.quorate.store.net.server;

import io.quorate.store.Store;
import io.quorate.store.StoreLauncher;
import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.net.client.RemoteGateway;
import io.quorate.store.net.client.RemoteOptions;
import io.quorate.store.net.config.ClientConfig;
import io.quorate.store.net.config.PeerConfig;
import io.quorate.store.net.metrics.Metering;
import io.quorate.store.nio.GatewayStore;
import io.quorate.store.world.RealWorld;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Makes stores that have a network. Used through the static methods of {@link Store}. */
public final class NetStoreLauncher implements StoreLauncher {

  /** For {@link java.util.ServiceLoader}. */
  public NetStoreLauncher() {}

  @Override
  public Store connect(Path clusterKey, List<String> peers, StoreOptions options)
      throws IOException {
    return connect(ClientConfig.of(clusterKey, peers), options);
  }

  /** Connects as a client's configuration says; opening may take as long as a call. */
  public static Store connect(ClientConfig client, StoreOptions options) throws IOException {
    return connect(client, options, Duration.ofMillis(options.deadlineMillis()));
  }

  /**
   * The same where opening has a time of its own.
   *
   * @param opening for so long peers that can not be reached are tried again
   */
  public static Store connect(ClientConfig client, StoreOptions options, Duration opening)
      throws IOException {
    RemoteOptions remote =
        RemoteOptions.within(options.deadlineMillis()).withOpening(opening.toMillis());
    RealWorld world = RealWorld.create();
    return open(
        world,
        world::close,
        () -> RemoteGateway.open(world, client.cluster(), client.peers(), remote),
        options);
  }

  @Override
  public Store join(Path configuration, StoreOptions options) throws IOException {
    PeerServer server = PeerServer.start(PeerConfig.read(configuration));
    return open(server.world(), server::close, server::gateway, options);
  }

  @Override
  public Store inProcess(int peers, StoreOptions options) throws IOException {
    LocalCluster cluster = LocalCluster.start(peers);
    PeerServer first = cluster.peer(1);
    return open(first.world(), cluster::close, first::gateway, options);
  }

  private interface Opening {
    Gateway open() throws IOException;
  }

  private static Store open(World world, Runnable end, Opening opening, StoreOptions options)
      throws IOException {
    boolean opened = false;
    try {
      Gateway gateway = Metering.of(opening.open());
      Store store = GatewayStore.over(world, new OwningGateway(gateway, end), options);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        end.run();
      }
    }
  }
}

package io.quorate.store.net.transport;

import io.netty.channel.EventLoop;
import io.quorate.store.net.wire.FrameWriter;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Connects a client to peers, on one event loop. */
public final class ClientDialer {
  private final NettyNetwork network;
  private final World world;
  private final ClusterIdentity cluster;
  private final TransportOptions options;
  private final long instance;

  public ClientDialer(
      NettyNetwork network, World world, ClusterIdentity cluster, TransportOptions options) {
    this.network = network;
    this.world = world;
    this.cluster = cluster;
    this.options = options;
    instance = world.randomLong();
  }

  /** Where everything happens. */
  public EventLoop loop() {
    return network.linkLoop();
  }

  /** The clock of the loop. */
  public long nanoTime() {
    return network.nanoTime();
  }

  /** An attempt under way. */
  public interface Attempt {
    void cancel(String reason);
  }

  /**
   * Tries one peer; called on the loop, and so are both callbacks, in a later turn.
   *
   * @param attempt which of a name's addresses to take
   * @param succeeded names the connection's owner
   * @param failed told why not: a {@link RefusedException} if the peer refused
   */
  public Attempt dial(
      Endpoint endpoint,
      int attempt,
      Function<Connection, Connection.Owner> succeeded,
      Consumer<IOException> failed) {
    Dialing dialing =
        Dialing.begin(
            network,
            loop(),
            endpoint,
            attempt,
            options,
            new FrameWriter(network.allocator(), options.frame(), false),
            new Handshake.Dialer(cluster, 0, 0, instance, world),
            succeeded,
            failed);
    return dialing::cancel;
  }
}

package io.quorate.store.net.metrics;

import io.quorate.store.gateway.Gateway;
import io.quorate.store.peer.Peer;
import io.quorate.store.world.World;

/** Puts meters before a gateway, where the application has Micrometer. */
public final class Metering {
  private static final boolean PRESENT = isPresent();

  private Metering() {}

  /** The gateway with meters in Micrometer's global registry; itself if there is no Micrometer. */
  public static Gateway of(Gateway gateway) {
    return PRESENT ? MeteredGateway.inGlobalRegistry(gateway) : gateway;
  }

  /** Meters of a peer of this process, until what is returned is closed. */
  public static AutoCloseable of(World world, Peer peer, String cluster, int id)
      throws InterruptedException {
    return PRESENT ? PeerMeters.inGlobalRegistry(world, peer, cluster, id) : () -> {};
  }

  private static boolean isPresent() {
    try {
      Class.forName(
          "io.micrometer.core.instrument.Metrics", false, Metering.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}

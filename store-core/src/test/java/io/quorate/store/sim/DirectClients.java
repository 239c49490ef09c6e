package io.quorate.store.sim;

import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.peer.Peer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Clients that call the peers' gateways as objects, after a delay. */
final class DirectClients implements ClientNetwork {
  private final List<SimPeer> peers;
  private final double duplicateChance;

  DirectClients(List<SimPeer> peers, double duplicateChance) {
    this.peers = peers;
    this.duplicateChance = duplicateChance;
  }

  @Override
  public boolean needsProcesses() {
    return false;
  }

  @Override
  public void booted(int peer, SimWorld world) {}

  @Override
  public void serves(int peer, Peer running) {}

  @Override
  public CompletableFuture<Gateway> connect(
      SimWorld world, StoreOptions options, SimRandom random) {
    return CompletableFuture.completedFuture(new SimGateway(world, peers, random, duplicateChance));
  }

  @Override
  public void moveTo(Gateway gateway, int peer) {
    ((SimGateway) gateway).moveTo(peers.get(peer - 1));
  }

  @Override
  public void startFaults() {}

  @Override
  public void stopFaults() {}

  @Override
  public void judge() {}
}

package io.quorate.store.peer;

import io.quorate.store.sim.SimNetwork;
import io.quorate.store.sim.SimWorld;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/** A peer's transport on the simulated network. */
public final class SimTransport implements Transport {
  private final SimNetwork<PeerMessage> network;
  private final SimWorld world;
  private final int self;
  private final Set<Integer> others;

  public SimTransport(
      SimNetwork<PeerMessage> network, SimWorld world, int self, Set<Integer> members) {
    this.network = network;
    this.world = world;
    this.self = self;
    this.others = new ConcurrentSkipListSet<>(members);
    this.others.remove(self);
  }

  @Override
  public void start(Receiver receiver) {
    network.attach(self, world, receiver::received, receiver::linkChanged);
  }

  @Override
  public void reach(SortedMap<Integer, String> members) {
    others.clear();
    others.addAll(members.keySet());
  }

  @Override
  public void send(int peer, PeerMessage message) {
    network.send(self, peer, message);
  }

  @Override
  public Set<Integer> connected() {
    Set<Integer> connected = new TreeSet<>();
    for (int peer : others) {
      if (network.isConnected(self, peer)) {
        connected.add(peer);
      }
    }
    return connected;
  }

  @Override
  public long queuedBytes(int peer) {
    return 0;
  }

  /** The process's end closes its links. */
  @Override
  public void close() {}
}

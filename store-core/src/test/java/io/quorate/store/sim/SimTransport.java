package io.quorate.store.sim;

import io.quorate.store.peer.PeerMessage;
import io.quorate.store.peer.Transport;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** A peer's links over the simulated network, for the life of one process. */
final class SimTransport implements Transport {
  private final SimNetwork<PeerMessage> network;
  private final SimWorld world;
  private final int id;
  private final Set<Integer> others;
  private final UnaryOperator<PeerMessage> rewriting;
  private boolean closed;

  SimTransport(
      SimNetwork<PeerMessage> network,
      SimWorld world,
      int id,
      Set<Integer> members,
      UnaryOperator<PeerMessage> rewriting) {
    this.network = network;
    this.world = world;
    this.id = id;
    this.others = new TreeSet<>(members);
    others.remove(id);
    this.rewriting = rewriting;
  }

  @Override
  public void start(Receiver receiver) {
    network.attach(
        id,
        world,
        (from, message) -> {
          if (!closed) {
            receiver.received(from, message);
          }
        },
        (from, up) -> {
          if (!closed) {
            receiver.linkChanged(from, up);
          }
        });
  }

  @Override
  public void send(int peer, PeerMessage message) {
    if (!closed) {
      network.send(id, peer, rewriting.apply(message));
    }
  }

  @Override
  public Set<Integer> connected() {
    Set<Integer> connected = new TreeSet<>();
    for (int other : others) {
      if (network.isConnected(id, other)) {
        connected.add(other);
      }
    }
    return connected;
  }

  @Override
  public long queuedBytes(int peer) {
    return 0;
  }

  @Override
  public void close() {
    closed = true;
  }
}

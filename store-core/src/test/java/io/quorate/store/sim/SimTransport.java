package io.quorate.store.sim;

import io.quorate.store.peer.Carrier;
import io.quorate.store.peer.PeerMessage;
import io.quorate.store.peer.Transport;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A peer's links over the simulated network, for the life of one process. What a stranger sends is
 * not taken, and the stranger is told, as by a refused connection.
 */
final class SimTransport implements Transport {
  private final SimNetwork<PeerMessage> network;
  private final SimWorld world;
  private final int id;
  private final Set<Integer> others;
  private final UnaryOperator<PeerMessage> rewriting;
  private final Map<Integer, SimTransport> newest;
  private @Nullable Receiver receiver;
  private boolean closed;

  SimTransport(
      SimNetwork<PeerMessage> network,
      SimWorld world,
      int id,
      Set<Integer> members,
      UnaryOperator<PeerMessage> rewriting,
      Map<Integer, SimTransport> newest) {
    this.newest = newest;
    this.network = network;
    this.world = world;
    this.id = id;
    this.others = new TreeSet<>(members);
    others.remove(id);
    this.rewriting = rewriting;
  }

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
    newest.put(id, this);
    network.attach(
        id,
        world,
        (from, message) -> {
          if (closed) {
            return;
          }
          if (others.contains(from)) {
            newReceiver.received(from, message);
          } else {
            SimTransport stranger = newest.get(from);
            if (stranger != null) {
              stranger.refused(id);
            }
          }
        },
        (from, up) -> {
          if (!closed) {
            newReceiver.linkChanged(from, up);
          }
        });
  }

  private void refused(int by) {
    Receiver told = receiver;
    if (told != null && !closed && world.isAlive()) {
      told.refused(by, "peer " + by + " knows of no member " + id);
    }
  }

  @Override
  public void reach(SortedMap<Integer, String> members) {
    others.clear();
    others.addAll(members.keySet());
  }

  @Override
  public void send(int peer, PeerMessage message) {
    if (!closed && others.contains(peer)) {
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

  /** Half of the peers have one: both ways of running turns talk to each other in every run. */
  @Override
  public @Nullable Carrier carrier() {
    return id % 2 == 0 ? new SimCarrier(world) : null;
  }

  @Override
  public void close() {
    closed = true;
  }
}

package io.quorate.store.net.sim;

import io.quorate.store.sim.SimRandom;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is between the sockets of all machines: the kernels' side of connections, and the wire.
 *
 * <p>A link that is cut loses packets, which are sent again later, as TCP does: a connection stays
 * open until one of its ends gives it up, and what one end had written before may arrive long after
 * that. A process that is killed leaves its kernel to close its connections; a machine that loses
 * its power says nothing until it is back and is sent something that it knows nothing of.
 */
final class SimTcp {
  static final int PORT = 7_400;
  private static final long MIN_DELAY_NANOS = 20_000;
  private static final long MAX_DELAY_NANOS = 200_000;
  private static final long RESEND_NANOS = 200_000_000;
  private static final long MOST_RESEND_NANOS = 1_600_000_000;
  private static final long CONNECT_AGAIN_NANOS = 1_000_000_000;

  private record Link(int from, int to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      return from != other.from ? Integer.compare(from, other.from) : Integer.compare(to, other.to);
    }
  }

  private final Simulation simulation;
  private final SimRandom random;
  private final TreeSet<Link> cut = new TreeSet<>();
  private final TreeSet<Integer> withoutPower = new TreeSet<>();
  private final SortedMap<Integer, SimListening> listening = new TreeMap<>();
  private final Set<SimEnd> ends = new LinkedHashSet<>();
  private long channels;
  private double resetChance;
  private double lateChance;

  SimTcp(Simulation simulation) {
    this.simulation = simulation;
    this.random = simulation.random().fork();
  }

  Simulation simulation() {
    return simulation;
  }

  SimRandom random() {
    return random;
  }

  /** Sets how often a connection breaks when it carries something, and how often that is late. */
  void faults(double newResetChance, double newLateChance) {
    resetChance = newResetChance;
    lateChance = newLateChance;
  }

  double resetChance() {
    return resetChance;
  }

  static InetSocketAddress address(int node) {
    return new InetSocketAddress("10.0." + (node >> 8) + "." + (node & 255), PORT);
  }

  private static int node(InetSocketAddress address) {
    byte[] bytes = address.getAddress().getAddress();
    return (bytes[2] & 255) << 8 | bytes[3] & 255;
  }

  long nextChannel() {
    return ++channels;
  }

  /** Loses all that {@code from} sends to {@code to}, from now on. */
  void cut(int from, int to) {
    cut.add(new Link(from, to));
    simulation.trace("tcp " + from + " → " + to + " is cut");
  }

  void mend(int from, int to) {
    if (cut.remove(new Link(from, to))) {
      simulation.trace("tcp " + from + " → " + to + " is mended");
      List.copyOf(ends).forEach(end -> end.mended(from, to));
    }
  }

  void mendAll() {
    for (Link link : List.copyOf(cut)) {
      mend(link.from, link.to);
    }
  }

  boolean passes(int from, int to) {
    return !cut.contains(new Link(from, to))
        && !withoutPower.contains(from)
        && !withoutPower.contains(to);
  }

  long delayNanos() {
    long delay = random.between(MIN_DELAY_NANOS, MAX_DELAY_NANOS);
    if (lateChance > 0 && random.chance(lateChance)) {
      simulation.count("tcp segment late");
      delay += random.between(0, 300_000_000);
    }
    return delay;
  }

  static long resendNanos(int tries) {
    return Math.min(MOST_RESEND_NANOS, RESEND_NANOS << Math.min(tries, 3));
  }

  void begins(SimWorld world) {
    withoutPower.remove(world.node().id());
  }

  /** The process of {@code sockets} has ended. */
  void ended(SimSockets sockets, boolean powerLoss) {
    int node = sockets.node();
    if (powerLoss) {
      withoutPower.add(node);
    }
    SimListening listener = listening.get(node);
    if (listener != null && listener.sockets() == sockets) {
      listening.remove(node);
    }
    for (SimEnd end : List.copyOf(ends)) {
      if (end.sockets() == sockets) {
        if (powerLoss) {
          end.vanish();
        } else {
          end.close();
        }
      }
    }
  }

  void listen(int node, SimListening socket) {
    listening.put(node, socket);
  }

  void listenNoMore(SimListening socket) {
    listening.values().remove(socket);
  }

  void add(SimEnd end) {
    ends.add(end);
  }

  void forget(SimEnd end) {
    ends.remove(end);
  }

  /** Connections that stand, each by one of its ends. */
  List<SimEnd> established() {
    List<SimEnd> standing = new ArrayList<>();
    for (SimEnd end : ends) {
      if (end.dialed() && end.isEstablished() && !end.isClosed()) {
        standing.add(end);
      }
    }
    return standing;
  }

  /** Begins to connect; the end is told when it is established or refused. */
  SimEnd connect(SimSockets sockets, InetSocketAddress address) {
    SimEnd end = new SimEnd(this, sockets, node(address), null);
    ends.add(end);
    simulation.after(delayNanos(), () -> synArrives(end));
    return end;
  }

  private void synArrives(SimEnd dialer) {
    int here = dialer.node();
    int there = dialer.remoteNode();
    if (dialer.isClosed()) {
      return;
    }
    if (!passes(here, there)) {
      simulation.count("tcp connection attempt lost");
      simulation.after(CONNECT_AGAIN_NANOS, () -> synArrives(dialer));
      return;
    }
    SimListening listener = listening.get(there);
    if (listener != null && dialer.other() == null) {
      SimEnd accepted = new SimEnd(this, listener.sockets(), here, dialer);
      ends.add(accepted);
      dialer.meets(accepted);
      listener.arrived(accepted);
    }
    simulation.after(delayNanos(), () -> answerArrives(dialer));
  }

  private void answerArrives(SimEnd dialer) {
    if (dialer.isClosed()) {
      return;
    }
    if (!passes(dialer.remoteNode(), dialer.node())) {
      simulation.after(CONNECT_AGAIN_NANOS, () -> synArrives(dialer));
    } else if (dialer.other() == null) {
      dialer.broken("Connection refused");
    } else {
      dialer.established();
    }
  }

  /** Ends a connection as a middlebox does: with a reset to both. */
  void reset(SimEnd one) {
    SimEnd other = one.other();
    simulation.count("tcp connection reset");
    if (one.isInFrame() || (other != null && other.isInFrame())) {
      simulation.count("tcp connection reset in the middle of a frame");
    }
    simulation.trace("tcp " + one.node() + " - " + one.remoteNode() + " is reset");
    one.broken("Connection reset by peer");
    if (other != null) {
      other.broken("Connection reset by peer");
    }
  }

  /** Connections of a process that it has not closed. */
  int open(SimSockets sockets) {
    int open = 0;
    for (SimEnd end : ends) {
      open += end.sockets() == sockets ? 1 : 0;
    }
    return open;
  }
}

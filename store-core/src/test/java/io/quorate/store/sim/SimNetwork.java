package io.quorate.store.sim;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * Carries messages between nodes, badly when told to.
 *
 * <p>Messages are handed over as objects; what is sent must never change afterwards. Each (sender,
 * receiver) pair has a reader thread in the receiving process. Two ways of carrying:
 *
 * <ul>
 *   <li>{@link Mode#DATAGRAM}: each message for itself may be lost, repeated and overtaken.
 *   <li>{@link Mode#STREAM}: as TCP: in order and once, until the connection breaks; a break (at
 *       random in place of a loss, or by a partition) loses what is under way.
 * </ul>
 *
 * @param <M> the messages
 */
public final class SimNetwork<M> {

  /** How messages travel. */
  public enum Mode {
    DATAGRAM,
    STREAM
  }

  /** Receives messages, on a thread of the receiving process. */
  @FunctionalInterface
  public interface Deliver<M> {
    void deliver(int from, M message);
  }

  /** Sees what is sent. */
  @FunctionalInterface
  public interface Observer<M> {
    void sent(int from, int to, M message);
  }

  /** Hears of connections that come and go, on the thread that receives from that node. */
  @FunctionalInterface
  public interface LinkListener {
    void changed(int node, boolean up);
  }

  /** Rates and times; change them at any time. */
  public static final class Faults {
    /** Chance that a message is lost (in a stream: that the connection breaks). */
    public double lossChance;

    /** Chance that a datagram arrives twice. */
    public double duplicateChance;

    /** Chance that a message is late by up to {@link #lateNanos}. */
    public double lateChance;

    /** The shortest and the longest usual time under way. */
    public long minDelayNanos = 20_000;

    public long maxDelayNanos = 200_000;

    /** The most by which a late message is late. */
    public long lateNanos = 300_000_000;
  }

  private record Link(int from, int to) implements Comparable<Link> {
    @Override
    public int compareTo(Link other) {
      return from != other.from ? Integer.compare(from, other.from) : Integer.compare(to, other.to);
    }
  }

  /** A link's connection: its number grows at each break. */
  private static final class Connection {
    private long number;
    private long lastArrivalNanos;
  }

  /** Where a node's messages go: one lane for each sender. */
  private final class Endpoint {
    private final SimWorld world;
    private final Deliver<M> receiver;
    private final LinkListener listener;
    private final SortedMap<Integer, SimLane> lanes = new TreeMap<>();

    Endpoint(SimWorld world, Deliver<M> receiver, LinkListener listener) {
      this.world = world;
      this.receiver = receiver;
      this.listener = listener;
    }

    void post(int from, Runnable task) {
      lanes.computeIfAbsent(from, id -> world.lane("from-" + id)).post(task);
    }
  }

  private final Simulation simulation;
  private final Mode mode;
  private final SimRandom random;
  private final Faults faults = new Faults();
  private final SortedMap<Integer, Endpoint> endpoints = new TreeMap<>();
  private final SortedMap<Link, Connection> connections = new TreeMap<>();
  private final TreeSet<Link> cut = new TreeSet<>();
  private ToDoubleFunction<M> extraLossChance = message -> 0;
  private Observer<M> observer = (from, to, message) -> {};
  private Observer<M> arrivals = (from, to, message) -> {};

  public SimNetwork(Simulation simulation, Mode mode) {
    this.simulation = simulation;
    this.mode = mode;
    this.random = simulation.random().fork();
  }

  public Faults faults() {
    return faults;
  }

  /** Sees each message as it is sent, whatever becomes of it: for checkers. */
  public void observe(Observer<M> observer) {
    this.observer = observer;
  }

  /** Sees each message that reaches a process. */
  public void observeArrivals(Observer<M> observer) {
    this.arrivals = observer;
  }

  /** Loses messages of some kinds more often; the connection stays. */
  public void loseMore(ToDoubleFunction<M> chance) {
    extraLossChance = chance;
  }

  /** Whether {@code to} has a process and the way there and back is not cut. */
  public boolean isConnected(int from, int to) {
    Endpoint endpoint = endpoints.get(to);
    return endpoint != null
        && endpoint.world.isAlive()
        && !cut.contains(new Link(from, to))
        && !cut.contains(new Link(to, from));
  }

  /** As {@link #attach(int, SimWorld, Deliver, LinkListener)}, with nobody to hear of links. */
  public void attach(int id, SimWorld world, Deliver<M> receiver) {
    attach(id, world, receiver, (node, up) -> {});
  }

  /**
   * From now on messages to {@code id} go to {@code receiver}, for as long as {@code world} lives.
   * All other nodes see the connection to {@code id} come up, and it sees theirs.
   */
  public void attach(int id, SimWorld world, Deliver<M> receiver, LinkListener listener) {
    connections.forEach(
        (link, connection) -> {
          if (link.from == id || link.to == id) {
            connection.number++;
          }
        });
    endpoints.put(id, new Endpoint(world, receiver, listener));
    for (int other : endpoints.keySet()) {
      if (other != id) {
        reconnect(id, other);
      }
    }
  }

  /** Tells both ends that their connection went down, and soon after that it is up again. */
  private void reconnect(int one, int other) {
    tell(one, other, false);
    tell(other, one, false);
    simulation.at(
        simulation.now() + random.between(100_000, 50_000_000),
        () -> {
          if (isConnected(one, other) && isConnected(other, one)) {
            tell(one, other, true);
            tell(other, one, true);
          }
        });
  }

  /** The process of node {@code id} has ended in order, and with it its connections. */
  public void closed(int id) {
    for (int other : endpoints.keySet()) {
      if (other != id) {
        tell(other, id, false);
      }
    }
  }

  private void tell(int node, int about, boolean up) {
    Endpoint endpoint = endpoints.get(node);
    if (endpoint != null && endpoint.world.isAlive()) {
      endpoint.post(about, () -> endpoint.listener.changed(about, up));
    }
  }

  /** Sends; never blocks. */
  public void send(int from, int to, M message) {
    observer.sent(from, to, message);
    Link link = new Link(from, to);
    Connection connection = connections.computeIfAbsent(link, key -> new Connection());
    if (cut.contains(link)) {
      simulation.count("net message into partition");
      connection.number++;
      return;
    }
    double extraLoss = extraLossChance.applyAsDouble(message);
    if (extraLoss > 0 && random.chance(extraLoss)) {
      simulation.count("net message of a chosen kind lost");
      return;
    }
    if (random.chance(faults.lossChance)) {
      simulation.count(mode == Mode.STREAM ? "net connection broken" : "net message lost");
      connection.number++;
      if (mode == Mode.STREAM) {
        reconnect(from, to);
      }
      return;
    }
    carry(link, connection, message);
    if (mode == Mode.DATAGRAM && random.chance(faults.duplicateChance)) {
      simulation.count("net message repeated");
      carry(link, connection, message);
    }
  }

  private void carry(Link link, Connection connection, M message) {
    long arrival = simulation.now() + random.between(faults.minDelayNanos, faults.maxDelayNanos);
    if (random.chance(faults.lateChance)) {
      simulation.count("net message late");
      arrival += random.between(0, faults.lateNanos);
    }
    if (mode == Mode.STREAM) {
      arrival = Math.max(arrival, connection.lastArrivalNanos + 1);
    } else if (arrival < connection.lastArrivalNanos) {
      simulation.count("net message overtaken");
    }
    connection.lastArrivalNanos = Math.max(arrival, connection.lastArrivalNanos);
    long number = connection.number;
    simulation.at(arrival, () -> arrive(link, connection, number, message));
  }

  private void arrive(Link link, Connection connection, long number, M message) {
    Endpoint endpoint = endpoints.get(link.to);
    if (cut.contains(link) || (mode == Mode.STREAM && connection.number != number)) {
      simulation.count("net message lost under way");
      return;
    }
    if (endpoint == null || !endpoint.world.isAlive()) {
      simulation.count("net message to nobody");
      return;
    }
    simulation.mix(link.from * 31L + link.to);
    if (simulation.isTracing()) {
      simulation.print(link.from + " → " + link.to + "  " + message);
    }
    arrivals.sent(link.from, link.to, message);
    endpoint.post(link.from, () -> endpoint.receiver.deliver(link.from, message));
  }

  /** Cuts one direction. */
  public void cut(int from, int to) {
    cut.add(new Link(from, to));
    simulation.count("net one-way cut");
    simulation.trace("link " + from + " → " + to + " is cut");
  }

  /** Cuts both directions between every node of {@code side} and every other attached node. */
  public void isolate(java.util.Set<Integer> side) {
    for (int inside : endpoints.keySet()) {
      for (int outside : endpoints.keySet()) {
        if (side.contains(inside) && !side.contains(outside)) {
          cut.add(new Link(inside, outside));
          cut.add(new Link(outside, inside));
        }
      }
    }
    simulation.count("net partition");
    simulation.trace("partition: " + new TreeSet<>(side) + " against the rest");
  }

  /** Mends all links. */
  public void heal() {
    TreeSet<Link> mended = new TreeSet<>(cut);
    cut.clear();
    simulation.trace("network heals");
    for (Link link : mended) {
      reconnect(link.from, link.to);
    }
  }
}

package io.quorate.store.net.transport;

import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.FrameWriter;
import io.quorate.store.net.wire.PeerCodec;
import io.quorate.store.peer.Carrier;
import io.quorate.store.peer.PeerMessage;
import io.quorate.store.peer.Transport;
import io.quorate.store.world.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of a peer over TCP, and the port at which clients reach it too.
 *
 * <p>{@link #open} binds the port, so that a peer whose port is taken fails before it touches its
 * data; {@link #start} begins to talk.
 */
public final class PeerTransport implements Transport {
  private static final Logger LOG = LoggerFactory.getLogger(PeerTransport.class);
  private static final long RECHECK_MILLIS = 2;

  /** Serves clients that have proved that they hold the key. */
  public interface ClientReception {
    /** Owns a client's connection from now on; throws to refuse it. */
    Connection.Owner admit(Connection connection) throws RefusedException;
  }

  private final NettyNetwork network;
  private final World world;
  private final ClusterIdentity cluster;
  private final int self;
  private final TransportOptions options;
  private final BooleanSupplier congested;
  private final long instance;
  private final FrameWriter writer;
  private final Carrier carrier;
  private final Map<Integer, PeerLink> links = new ConcurrentSkipListMap<>();
  private final Map<Integer, Voice> voices = new ConcurrentSkipListMap<>();
  private final Listener listener;
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Receiver receiver;
  private volatile @Nullable ClientReception clientReception;

  private PeerTransport(
      NettyNetwork network,
      World world,
      ClusterIdentity cluster,
      int self,
      Map<Integer, Endpoint> peers,
      Endpoint listen,
      TransportOptions options,
      BooleanSupplier congested)
      throws IOException {
    this.network = network;
    this.world = world;
    this.cluster = cluster;
    this.self = self;
    this.options = options;
    this.congested = congested;
    instance = world.randomLong();
    carrier = new LoopCarrier(network.linkLoop());
    writer = new FrameWriter(network.allocator(), options.frame(), true);
    peers.forEach(
        (peer, endpoint) -> {
          if (peer != self) {
            links.put(peer, new PeerLink(this, network.linkLoop(), peer, endpoint));
            voices.put(peer, new Voice(peer));
          }
        });
    listener =
        new Listener(
            network,
            world,
            listen,
            options,
            () -> new Handshake.Acceptor(cluster, self, voices.keySet(), instance, world),
            this::admit);
  }

  /**
   * Binds the peer's port.
   *
   * @param peers where each peer is reached, by id; the own entry is not used
   * @param congested asked often, from event loops: whether the core has more than it can keep up
   *     with; while it says so, nothing is read from peers and clients
   * @throws IOException if the port can not be had
   */
  public static PeerTransport open(
      NettyNetwork network,
      World world,
      ClusterIdentity cluster,
      int self,
      Map<Integer, Endpoint> peers,
      Endpoint listen,
      TransportOptions options,
      BooleanSupplier congested)
      throws IOException {
    return new PeerTransport(network, world, cluster, self, peers, listen, options, congested);
  }

  /** Where this peer listens. */
  public InetSocketAddress address() {
    return listener.address();
  }

  @Override
  public void start(Receiver newReceiver) {
    receiver = newReceiver;
    listener.accept();
    links.values().forEach(PeerLink::dialNow);
  }

  @Override
  public void reach(SortedMap<Integer, String> members) {
    for (int peer : List.copyOf(links.keySet())) {
      if (!members.containsKey(peer)) {
        drop(peer, "peer " + peer + " is no member of the cluster any more");
      }
    }
    members.forEach(
        (peer, address) -> {
          PeerLink link = links.get(peer);
          if (address.isEmpty() || peer == self) {
            return; // it stays where the configuration says, if that knows it
          }
          try {
            Endpoint endpoint = Endpoint.parse(address);
            if (link == null || !link.endpoint().equals(endpoint)) {
              drop(peer, "peer " + peer + " is at " + endpoint + " now");
              open(peer, endpoint);
            }
          } catch (IllegalArgumentException e) {
            LOG.error("peer {} has an address of no use: {}", peer, e.getMessage());
          }
        });
  }

  private void open(int peer, Endpoint endpoint) {
    PeerLink link = new PeerLink(this, network.linkLoop(), peer, endpoint);
    links.put(peer, link);
    voices.put(peer, new Voice(peer));
    if (receiver != null && !closed.get()) {
      link.dialNow();
    }
  }

  private void drop(int peer, String why) {
    PeerLink link = links.remove(peer);
    Voice voice = voices.remove(peer);
    if (link != null) {
      link.close(why);
    }
    if (voice != null) {
      voice.close(why);
    }
  }

  /** Another peer takes this one for a stranger. */
  void refused(int peer, String why) {
    Receiver told = receiver;
    if (told != null && links.containsKey(peer)) {
      told.refused(peer, why);
    }
  }

  /** Lets clients in. */
  public void serveClients(ClientReception reception) {
    clientReception = reception;
  }

  @Override
  public void send(int peer, PeerMessage message) {
    PeerLink link = links.get(peer);
    if (link != null) {
      link.send(message);
    }
  }

  @Override
  public Carrier carrier() {
    return carrier;
  }

  @Override
  public Set<Integer> connected() {
    Set<Integer> up = new TreeSet<>();
    links.forEach(
        (peer, link) -> {
          if (link.isUp()) {
            up.add(peer);
          }
        });
    return up;
  }

  @Override
  public long queuedBytes(int peer) {
    PeerLink link = links.get(peer);
    return link == null ? 0 : link.queuedBytes();
  }

  /** Messages to {@code peer} that were dropped because its queue was full. */
  public long dropped(int peer) {
    PeerLink link = links.get(peer);
    return link == null ? 0 : link.dropped();
  }

  /** Clients connected now. */
  public int clients() {
    return clients.get();
  }

  /** Stops listening and closes all links; connections of clients close with the network. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    clientReception = null;
    listener.close();
    links.values().forEach(link -> link.close("this peer stops"));
    voices.values().forEach(voice -> voice.close("this peer stops"));
    network.linkLoop().submit(writer::forget).awaitUninterruptibly(1_000);
  }

  /**
   * Stops reading from {@code connection} while the core is behind, and looks again soon. Owners
   * call it after each batch that they received.
   */
  public void yieldToCore(Connection connection) {
    if (!connection.isPaused(Connection.Pause.CORE_BEHIND) && congested.getAsBoolean()) {
      connection.pause(Connection.Pause.CORE_BEHIND);
      lookAgain(connection);
    }
  }

  private void lookAgain(Connection connection) {
    connection
        .loop()
        .schedule(
            () -> {
              if (congested.getAsBoolean()) {
                lookAgain(connection);
              } else {
                connection.resume(Connection.Pause.CORE_BEHIND);
              }
            },
            RECHECK_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  NettyNetwork network() {
    return network;
  }

  TransportOptions options() {
    return options;
  }

  FrameWriter writer() {
    return writer;
  }

  Handshake.Dialer dialTo(int peer) {
    return new Handshake.Dialer(cluster, self, peer, instance, world);
  }

  /** A random number from 0 to {@code bound} − 1. */
  long random(long bound) {
    return Math.floorMod(world.randomLong(), bound);
  }

  void linkChanged(int peer, boolean up) {
    Receiver told = receiver;
    if (told != null) {
      told.linkChanged(peer, up);
    }
  }

  private Connection.Owner admit(Connection connection, Handshake.Party party)
      throws RefusedException {
    if (!party.isClient()) {
      Voice voice = voices.get(party.peer());
      PeerLink link = links.get(party.peer());
      if (voice == null || link == null) {
        throw new RefusedException(
            Refusal.UNKNOWN_PEER, "peer " + party.peer() + " has just ceased to be a member");
      }
      voice.replace(connection);
      link.dialNow();
      return voice;
    }
    ClientReception reception = clientReception;
    if (reception == null) {
      throw new RefusedException(
          Refusal.NOT_READY, "peer " + self + " is starting or stopping; try another or again");
    }
    if (clients.incrementAndGet() > options.maxClients()) {
      clients.decrementAndGet();
      throw new RefusedException(
          Refusal.TOO_MANY,
          "peer " + self + " already serves " + options.maxClients() + " clients");
    }
    try {
      return new Counted(reception.admit(connection));
    } catch (RefusedException e) {
      clients.decrementAndGet();
      throw e;
    }
  }

  /** What another peer says: the newest connection that it dialed. */
  private final class Voice implements Connection.Owner {
    private final int peer;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private @Nullable Connection current;

    Voice(int peer) {
      this.peer = peer;
    }

    void replace(Connection connection) {
      Connection old;
      oneAtATime.lock();
      try {
        old = current;
        current = connection;
      } finally {
        oneAtATime.unlock();
      }
      if (old != null) {
        old.close("peer " + peer + " has dialed again");
      }
    }

    void close(String why) {
      oneAtATime.lock();
      try {
        if (current != null) {
          current.close(why);
        }
      } finally {
        oneAtATime.unlock();
      }
    }

    @Override
    public void received(Connection connection, Frame frame) throws FrameException {
      PeerMessage message = PeerCodec.decode(frame);
      Receiver to = receiver;
      oneAtATime.lock();
      try {
        if (current == connection && to != null) {
          to.received(peer, message);
        }
      } finally {
        oneAtATime.unlock();
      }
    }

    @Override
    public void drained(Connection connection) {
      yieldToCore(connection);
    }

    @Override
    public void closed(Connection connection, String reason) {
      oneAtATime.lock();
      try {
        if (current == connection) {
          current = null;
        }
      } finally {
        oneAtATime.unlock();
      }
      LOG.info("peer {} at {} is heard no more: {}", peer, connection.remote(), reason);
    }
  }

  /** A client's connection, counted while it lasts. */
  private final class Counted implements Connection.Owner {
    private final Connection.Owner owner;

    Counted(Connection.Owner owner) {
      this.owner = owner;
    }

    @Override
    public void opened(Connection connection) {
      owner.opened(connection);
    }

    @Override
    public void received(Connection connection, Frame frame) throws FrameException {
      owner.received(connection, frame);
    }

    @Override
    public void drained(Connection connection) {
      owner.drained(connection);
    }

    @Override
    public void writabilityChanged(Connection connection) {
      owner.writabilityChanged(connection);
    }

    @Override
    public void closed(Connection connection, String reason) {
      clients.decrementAndGet();
      owner.closed(connection, reason);
    }
  }
}

package io.quorate.store.net.sim;

import io.quorate.store.StoreOptions;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.net.client.RemoteGateway;
import io.quorate.store.net.client.RemoteOptions;
import io.quorate.store.net.server.ClientService;
import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.ClusterKey;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.transport.NettyNetwork;
import io.quorate.store.net.transport.PeerTransport;
import io.quorate.store.net.transport.TransportOptions;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import io.quorate.store.peer.Transport;
import io.quorate.store.sim.ClientNetwork;
import io.quorate.store.sim.SimRandom;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Puts the client's gateway and the peers' client service, as they ship, on simulated sockets. The
 * peers talk to each other as in the simulation of store-core.
 */
final class NetClients implements ClientNetwork {
  private static final ClusterIdentity CLUSTER =
      new ClusterIdentity("simulated", "simulated", ClusterKey.of(new byte[ClusterKey.BYTES]));

  /** As in a peer's configuration by default. */
  private static final long QUEUE_BYTES = 4 << 20;

  /** A peer's port for clients. */
  private static final class Port {
    private final PeerTransport transport;
    private @Nullable Peer running;

    Port(PeerTransport transport) {
      this.transport = transport;
    }
  }

  private final Simulation simulation;
  private final List<Integer> peers;
  private final SimTcp tcp;
  private final CallChecks checks;
  private final ClientFaults faults;
  private final Map<Integer, Port> ports = new HashMap<>();
  private final TreeMap<Integer, SimWorld> clients = new TreeMap<>();

  NetClients(Simulation simulation, List<Integer> peers, boolean calm) {
    this.simulation = simulation;
    this.peers = peers;
    this.tcp = new SimTcp(simulation);
    this.checks = new CallChecks(simulation);
    this.faults = new ClientFaults(simulation, tcp, peers, clients, calm);
  }

  @Override
  public boolean needsProcesses() {
    return true;
  }

  private static Endpoint endpoint(int peer) {
    return new Endpoint(SimTcp.address(peer).getAddress().getHostAddress(), SimTcp.PORT);
  }

  @Override
  public void booted(int peer, SimWorld world) throws IOException {
    NettyNetwork network = NettyNetwork.over("peer", new SimSockets(tcp, world));
    PeerTransport[] opened = {null};
    PeerTransport transport =
        PeerTransport.open(
            network,
            world,
            CLUSTER,
            peer,
            new TreeMap<>(Map.of(peer, endpoint(peer))),
            endpoint(peer),
            TransportOptions.DEFAULTS,
            () -> isBehind(peer, opened[0]));
    opened[0] = transport;
    ports.put(peer, new Port(transport));
    transport.start(new NoPeers());
  }

  private boolean isBehind(int peer, @Nullable PeerTransport transport) {
    Port port = ports.get(peer);
    return port != null
        && port.transport == transport
        && port.running != null
        && port.running.queuedBytes() > QUEUE_BYTES;
  }

  @Override
  public void serves(int peer, Peer running) {
    Port port = ports.get(peer);
    if (port == null) {
      throw new IllegalStateException("peer " + peer + " has no port");
    }
    port.running = running;
    Gateway watched = checks.atPeer(running.gateway(), () -> faults.silence(peer));
    port.transport.serveClients(
        new ClientService(port.transport, watched, TransportOptions.DEFAULTS));
  }

  @Override
  public CompletableFuture<Gateway> connect(
      SimWorld world, StoreOptions options, SimRandom random) {
    CompletableFuture<Gateway> opened = new CompletableFuture<>();
    clients.put(world.node().id(), world);
    List<Endpoint> order = new ArrayList<>();
    for (int peer : peers) {
      order.add(random.below(order.size() + 1), endpoint(peer));
    }
    Bystander bystander = new Bystander(random.fork());
    RemoteOptions remote = RemoteOptions.within(options.deadlineMillis());
    world.spawn(
        "connect",
        () -> {
          SimSockets sockets = new SimSockets(tcp, world);
          NettyNetwork network = NettyNetwork.over("client", sockets);
          try {
            Gateway gateway =
                checks.atClient(
                    world,
                    sockets,
                    RemoteGateway.open(network, world, CLUSTER, order, remote),
                    remote.requestMillis());
            world.spawn("bystander", () -> bystander.ask(world, gateway, sockets));
            opened.complete(gateway);
          } catch (IOException e) {
            simulation.count("client could not connect");
            opened.completeExceptionally(e);
          }
        });
    return opened;
  }

  @Override
  public void moveTo(Gateway gateway, int peer) {}

  @Override
  public void startFaults() {
    faults.start();
  }

  @Override
  public void stopFaults() {
    faults.stop();
  }

  @Override
  public void judge() {}

  /** Nobody but clients comes to this port. */
  private static final class NoPeers implements Transport.Receiver {
    @Override
    public void received(int from, PeerMessage message) {
      throw new AssertionError("peers do not talk here");
    }

    @Override
    public void refused(int peer, String why) {}

    @Override
    public void linkChanged(int peer, boolean up) {}
  }
}

package io.quorate.store.net.sim;

import io.quorate.store.net.sim.CallChecks.Silence;
import io.quorate.store.sim.SimRandom;
import io.quorate.store.sim.SimWorld;
import io.quorate.store.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Does harm between clients and peers until told to stop. Then all is put right but one peer, which
 * clients may go on to find silent or cut off: they must do without it.
 */
final class ClientFaults {

  /** What may happen. */
  private enum Fault {
    CUT,
    REQUESTS_CUT,
    ANSWERS_CUT,
    PEER_CUT_OFF,
    RESET,
    SILENT_PEER,
    CLIENT_PAUSE,
    CLIENT_CLOCK
  }

  private final Simulation simulation;
  private final SimTcp tcp;
  private final List<Integer> peers;
  private final SortedMap<Integer, SimWorld> clients;
  private final boolean calm;
  private final SimRandom random;
  private final List<Fault> kinds = new ArrayList<>();
  private final SortedMap<Integer, Silence> silent = new TreeMap<>();
  private final long intervalNanos;
  private boolean stopped;

  ClientFaults(
      Simulation simulation,
      SimTcp tcp,
      List<Integer> peers,
      SortedMap<Integer, SimWorld> clients,
      boolean calm) {
    this.simulation = simulation;
    this.tcp = tcp;
    this.peers = peers;
    this.clients = clients;
    this.calm = calm;
    this.random = simulation.random().fork();
    for (Fault fault : Fault.values()) {
      if (random.chance(0.5)) {
        kinds.add(fault);
      }
    }
    intervalNanos = random.between(50, 500) * 1_000_000;
  }

  /** Whether that peer answers clients now. */
  Silence silence(int peer) {
    return silent.getOrDefault(peer, Silence.NONE);
  }

  void start() {
    if (calm) {
      return;
    }
    double resets = random.chance(0.4) ? random.between(1, 20) / 1_000.0 : 0;
    double late = random.chance(0.4) ? random.between(1, 50) / 1_000.0 : 0;
    tcp.faults(resets, late);
    simulation.start("client faults", same -> run());
  }

  private void run() {
    while (!stopped && !kinds.isEmpty()) {
      simulation.sleep(random.between(1, 2 * intervalNanos));
      if (!stopped && !clients.isEmpty()) {
        inject(random.pick(kinds));
      }
    }
  }

  private void inject(Fault fault) {
    int peer = random.pick(peers);
    int client = random.pick(List.copyOf(clients.keySet()));
    switch (fault) {
      case CUT -> cut(client, peer, true, true);
      case REQUESTS_CUT -> cut(client, peer, true, false);
      case ANSWERS_CUT -> cut(client, peer, false, true);
      case PEER_CUT_OFF -> {
        for (int each : clients.keySet()) {
          cut(each, peer, true, true);
        }
      }
      case RESET -> {
        List<SimEnd> standing = tcp.established();
        if (!standing.isEmpty()) {
          tcp.reset(random.pick(standing));
        }
      }
      case SILENT_PEER -> {
        keepSilent(peer);
        later(() -> speak(peer));
      }
      case CLIENT_PAUSE -> {
        simulation.count("client paused");
        pause(client);
      }
      case CLIENT_CLOCK -> {
        SimWorld world = clients.get(client);
        if (world != null) {
          simulation.count("client clock drift");
          world.node().drift(random.between(-50, 50) / 1000.0);
        }
      }
    }
  }

  private void pause(int client) {
    SimWorld world = clients.get(client);
    if (world != null && world.isAlive()) {
      world.node().pause(random.between(1_000_000, 3_000_000_000L));
    }
  }

  private void cut(int client, int peer, boolean requests, boolean answers) {
    simulation.count(
        requests && answers
            ? "client link cut both ways"
            : requests ? "client link cut for requests" : "client link cut for answers");
    if (requests) {
      tcp.cut(client, peer);
    }
    if (answers) {
      tcp.cut(peer, client);
    }
    later(
        () -> {
          tcp.mend(client, peer);
          tcp.mend(peer, client);
        });
  }

  private void keepSilent(int peer) {
    Silence how = random.chance(0.5) ? Silence.AFTERWARDS : Silence.AT_ONCE;
    silent.put(peer, how);
    simulation.count("peer accepts clients and answers nothing");
    simulation.trace("peer " + peer + " is silent to clients: " + how);
  }

  private void speak(int peer) {
    if (silent.remove(peer) != null) {
      simulation.trace("peer " + peer + " answers clients again");
    }
  }

  private void later(Runnable repair) {
    long nanos = random.between(20_000_000, random.chance(0.3) ? 6_000_000_000L : 1_500_000_000);
    simulation.after(
        nanos,
        () -> {
          if (!stopped) {
            repair.run();
          }
        });
  }

  /** Ends all harm, but for a peer that clients must do without. */
  void stop() {
    stopped = true;
    simulation.trace("faults of clients end");
    tcp.faults(0, 0);
    tcp.mendAll();
    silent.clear();
    clients.values().forEach(world -> world.node().drift(0));
    if (calm || random.chance(0.4)) {
      return;
    }
    int bad = random.pick(peers);
    switch (random.below(4)) {
      case 0 -> {
        simulation.count("a peer stays cut off from clients");
        for (int client : clients.keySet()) {
          tcp.cut(client, bad);
          tcp.cut(bad, client);
        }
      }
      case 1 -> {
        simulation.count("a peer stays deaf to clients");
        clients.keySet().forEach(client -> tcp.cut(client, bad));
      }
      default -> {
        simulation.count("a peer stays silent to clients");
        keepSilent(bad);
      }
    }
  }
}

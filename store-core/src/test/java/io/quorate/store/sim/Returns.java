package io.quorate.store.sim;

import io.quorate.store.peer.Peer;
import java.util.List;

/**
 * Whoever lost something of what it had promised must be a member again once faults have ended, by
 * itself. One that can not start at all is left out: its journal or its tables are beyond use, and
 * it says so.
 */
final class Returns {
  private static final long POLL_NANOS = 50_000_000L;
  private static final long WITHIN_NANOS = 60_000_000_000L;

  /** As long a peer has to be down, tried again and again, to count as beyond use. */
  private static final long HOPELESS_NANOS = 3_000_000_000L;

  private final Simulation simulation;
  private final List<SimPeer> peers;

  Returns(Simulation simulation, List<SimPeer> peers) {
    this.simulation = simulation;
    this.peers = peers;
  }

  /** Waits for all who can come back. */
  void await() {
    for (SimPeer peer : peers) {
      if (peer.isDamaged()) {
        await(peer);
      }
    }
  }

  /** Whether all others agree that it counts. */
  private boolean isNamed(SimPeer returned, long incarnation) {
    for (SimPeer peer : peers) {
      Peer running = peer.running();
      if (running == null || !running.members().names(returned.id(), incarnation)) {
        return false;
      }
    }
    return true;
  }

  private void await(SimPeer peer) {
    long giveUpAt = simulation.now() + WITHIN_NANOS;
    long seenAt = simulation.now();
    while (simulation.now() < giveUpAt) {
      Peer running = peer.running();
      if (running != null) {
        seenAt = simulation.now();
        if (!running.isSuspect() && isNamed(peer, running.incarnation())) {
          simulation.count("damaged peer is a member at the end");
          if (peer.wasWiped()) {
            simulation.count("wiped peer is a member at the end");
          }
          return;
        }
        if (running.isWiped()) {
          simulation.count("wiped peer waits for an operator");
          return;
        }
      } else if (simulation.now() - seenAt > HOPELESS_NANOS) {
        simulation.count("damaged peer can not start");
        return;
      }
      simulation.sleep(POLL_NANOS);
    }
    StringBuilder text = new StringBuilder(peer.describe());
    text.append(" was not readmitted, a minute after faults:");
    for (SimPeer each : peers) {
      Peer running = each.running();
      text.append("\n    ").append(each.describe());
      if (running != null) {
        text.append(" incarnation ").append(running.incarnation());
        text.append(running.isSuspect() ? " suspect" : "").append(" of ").append(running.members());
      }
    }
    throw new AssertionError(text.toString());
  }
}

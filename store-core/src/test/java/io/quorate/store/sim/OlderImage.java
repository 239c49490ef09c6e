package io.quorate.store.sim;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One peer's disk is put back to an older image, as happens with snapshots of virtual machines: it
 * comes back whole and sound, and without things that it had promised. It must be refused.
 *
 * <p>The image is put back once all others have heard of an entry that the peer applied after it
 * was taken, so that there is something to refuse it for. Until it is refused the other faults
 * rest: with an odd number of peers, a disk that forgot and another that is down are more than a
 * majority bears.
 */
final class OlderImage {
  private static final long POLL_NANOS = 10_000_000L;
  private static final long WAIT_NANOS = 5_000_000_000L;
  private static final long REFUSED_WITHIN_NANOS = 20_000_000_000L;

  /** What one process has heard. */
  private record Heard(SimWorld process, long appliedIndex) {}

  private final Simulation simulation;
  private final List<SimPeer> peers;
  private final SimNetwork<PeerMessage> network;

  /** By peer that heard it, of the victim. */
  private final Map<Integer, Heard> heard = new TreeMap<>();

  private long newestIndex;
  private @Nullable SimPeer victim;
  private boolean judging;

  OlderImage(Simulation simulation, List<SimPeer> peers, SimNetwork<PeerMessage> network) {
    this.simulation = simulation;
    this.peers = peers;
    this.network = network;
  }

  /** Whether a peer came back with an older image and is not yet refused. */
  boolean isBeingJudged() {
    return judging;
  }

  /** A message reached a process. */
  void arrived(int from, int to, PeerMessage message) {
    if (message instanceof PeerMessage.Consensus(AppendEntries append)) {
      newestIndex = Math.max(newestIndex, append.prevIndex() + append.entries().size());
    }
    SimPeer watched = victim;
    if (watched != null
        && from == watched.id()
        && message instanceof PeerMessage.Report report
        && !report.suspect()) {
      SimWorld process = peers.get(to - 1).node().world();
      if (process != null) {
        heard.put(to, new Heard(process, report.appliedIndex()));
      }
    }
  }

  /** Does it to {@code peer}, in the background; nothing if it is being done. */
  void putBackOf(SimPeer peer, BooleanSupplier stopped) {
    if (victim != null || peer.isDamaged() || peer.running() == null) {
      return;
    }
    victim = peer;
    heard.clear();
    SimPeer.Image image = peer.image();
    // Whatever is on its disk has been sent to or by somebody by now.
    long newestInImage = newestIndex;
    simulation.start(
        "older image",
        same -> {
          if (awaitPromises(peer, newestInImage, stopped)) {
            judge(peer, image, stopped);
          }
          victim = null;
        });
  }

  private boolean awaitPromises(SimPeer peer, long newestInImage, BooleanSupplier stopped) {
    long giveUpAt = simulation.now() + WAIT_NANOS;
    while (simulation.now() < giveUpAt && !stopped.getAsBoolean() && !peer.isDamaged()) {
      simulation.sleep(POLL_NANOS);
      if (allKnow(peer, newestInImage) && peers.stream().allMatch(OlderImage::isHealthy)) {
        // What has arrived is heard a moment later.
        simulation.sleep(POLL_NANOS);
        return allKnow(peer, newestInImage) && !stopped.getAsBoolean() && !peer.isDamaged();
      }
    }
    return false;
  }

  private boolean allKnow(SimPeer victim, long index) {
    for (SimPeer peer : peers) {
      Heard last = heard.get(peer.id());
      boolean knows =
          last != null && last.process == peer.node().world() && last.appliedIndex > index;
      if (peer != victim && !knows) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHealthy(SimPeer peer) {
    SimDisk.Faults disk = peer.disk().faults();
    return peer.running() != null
        && disk.syncErrorChance == 0
        && disk.readErrorChance == 0
        && disk.writeErrorChance == 0
        && disk.slowness == 1;
  }

  private void judge(SimPeer peer, SimPeer.Image image, BooleanSupplier stopped) {
    judging = true;
    Map<Integer, Heard> witnesses = new TreeMap<>(heard);
    network.heal();
    peer.kill();
    peer.putBack(image);
    simulation.count("disk put back to an older image");
    long giveUpAt = simulation.now() + REFUSED_WITHIN_NANOS;
    boolean refused = false;
    while (!refused && simulation.now() < giveUpAt && !stopped.getAsBoolean()) {
      peer.start();
      simulation.sleep(POLL_NANOS);
      Peer running = peer.running();
      refused = running != null && running.isSuspect();
    }
    judging = false;
    if (refused) {
      simulation.count("older image refused");
    } else if (!stopped.getAsBoolean() && areThere(peer, witnesses)) {
      simulation.fail(
          new IllegalStateException(
              "peer " + peer.id() + " came back with an older disk and was not refused"));
    }
  }

  private boolean areThere(SimPeer victim, Map<Integer, Heard> witnesses) {
    for (SimPeer peer : peers) {
      Heard witness = witnesses.get(peer.id());
      if (peer != victim && (witness == null || witness.process != peer.node().world())) {
        return false;
      }
    }
    return true;
  }
}

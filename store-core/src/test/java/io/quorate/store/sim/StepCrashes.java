package io.quorate.store.sim;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.log.EntryKind;
import io.quorate.store.peer.PeerMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Loses the power of a peer, or kills it, at the steps by which its log stays short: a flush, a new
 * segment (whose header names the log's start), every step that a checkpoint takes from one peer's
 * database to another's, and those by which a segment is given back. What a run does there is rare;
 * by chance alone few crashes would meet it.
 */
final class StepCrashes {
  private static final int RECORD_MAGIC = 0x514A5201;
  private static final byte INSTALL = 5;

  private final Simulation simulation;
  private final List<SimPeer> peers;
  private final SimRandom random;
  private final double chance;
  private final ReclaimCheck reclaims;
  private final BooleanSupplier resting;
  private boolean stopped;

  /**
   * For these peers.
   *
   * @param resting whether no harm may be done for now
   */
  StepCrashes(Simulation simulation, List<SimPeer> peers, double chance, BooleanSupplier resting) {
    this.resting = resting;
    this.simulation = simulation;
    this.peers = peers;
    this.random = simulation.random().fork();
    this.chance = chance;
    this.reclaims = new ReclaimCheck(simulation);
  }

  void start() {
    for (SimPeer peer : peers) {
      peer.onFlush(() -> step(peer, "at a flush", 0.3));
      peer.onIndexFlush(() -> step(peer, "at a flush of the index", 0.5));
      peer.disk()
          .observe(
              new SimDisk.Observer() {
                @Override
                public void operation(String what, String name) {
                  if (what.equals("delete")) {
                    reclaims.deleted(peer, name);
                  }
                  onDisk(peer, what, name);
                }

                @Override
                public void writing(String name, byte[] bytes) {
                  if (chance > 0 && name.startsWith("journal-") && holdsInstall(bytes)) {
                    step(peer, "at an install record", 5);
                  }
                  onDisk(peer, "write", name);
                }
              });
    }
  }

  void stop() {
    stopped = true;
  }

  private void onDisk(SimPeer peer, String what, String name) {
    if (name.startsWith("metadata.checkpoint/") && what.equals("create")) {
      step(peer, "making a checkpoint", 1);
    } else if (name.startsWith("metadata.staged/")) {
      step(peer, "staging a checkpoint", what.equals("sync") ? 2 : 0.3);
    } else if (what.startsWith("rename") && name.startsWith("metadata")) {
      step(peer, "swapping", 5);
    } else if (what.equals("delete") && name.startsWith("metadata.replaced")) {
      step(peer, "removing what was replaced", 3);
    } else if (what.equals("create") && name.startsWith("journal-")) {
      step(peer, "at a new segment", 0.2);
    } else if (name.startsWith("journal-links") && peer.running() != null) {
      step(peer, "before a segment goes", 1);
    } else if (what.equals("delete") && name.startsWith("journal-") && peer.running() != null) {
      step(peer, "as a segment goes", 2);
    }
  }

  private static boolean holdsInstall(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    for (int at = 0; at + 5 <= bytes.length; at++) {
      if (bytes[at + 4] == INSTALL && buffer.getInt(at) == RECORD_MAGIC) {
        return true;
      }
    }
    return false;
  }

  /** A message is on its way. */
  void sent(int from, int to, PeerMessage message) {
    if (message instanceof PeerMessage.Consensus(ConsensusMessage.AppendEntries append)
        && append.entries().stream().anyMatch(entry -> entry.kind() == EntryKind.MEMBERSHIP)) {
      step(peers.get(from - 1), "sending other members", 2);
      step(peers.get(to - 1), "taking other members", 1);
    } else if (message instanceof PeerMessage.Readmit || message instanceof PeerMessage.Counted) {
      step(peers.get(from - 1), "asking for a vote, or counting", 0.05);
      step(peers.get(to - 1), "granting a vote, or counting", 0.05);
    } else if (message instanceof PeerMessage.CheckpointPart) {
      step(peers.get(from - 1), "sending a checkpoint", 0.5);
      step(peers.get(to - 1), "taking a checkpoint", 0.5);
    }
  }

  private void step(SimPeer victim, String what, double factor) {
    if (stopped || chance == 0 || !random.chance(Math.min(0.9, chance * factor))) {
      return;
    }
    // Not at once: this is one of the victim's own threads.
    boolean powerLoss = random.chance(0.7);
    long delay = random.chance(0.5) ? 0 : random.between(1_000, 2_000_000);
    simulation.at(
        simulation.now() + delay,
        () -> {
          if (victim.isUp() && !stopped && !resting.getAsBoolean()) {
            simulation.count("crash " + what);
            if (powerLoss) {
              victim.crash();
            } else {
              victim.kill();
            }
            simulation.at(simulation.now() + random.between(1_000, 20_000_000), victim::start);
          }
        });
  }
}

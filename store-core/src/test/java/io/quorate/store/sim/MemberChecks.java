package io.quorate.store.sim;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks at each change of the voters at the moment at which its leader sends it first: every piece
 * of content in use must then be on a majority of the new voters, and on whoever has just become
 * one. Peers that are down are taken to hold it, as nobody can ask them, and so are those whose
 * disk was damaged, as they may find out only in this moment.
 */
final class MemberChecks {
  private final Simulation simulation;
  private final List<SimPeer> peers;

  /** Entries that were sent already, as index and term. */
  private final Set<Long> seen = new HashSet<>();

  MemberChecks(Simulation simulation, List<SimPeer> peers) {
    this.simulation = simulation;
    this.peers = peers;
  }

  /** A message is on its way. */
  void sent(int from, PeerMessage message) {
    if (message instanceof PeerMessage.Consensus(AppendEntries append)) {
      for (Entry entry : append.entries()) {
        if (entry.kind() == EntryKind.MEMBERSHIP) {
          changed(from, Membership.decode(entry.index(), entry.body()), entry.term());
        }
      }
    }
  }

  private void changed(int leader, Membership next, long term) {
    Set<Integer> now = new TreeSet<>(next.voters().keySet());
    if (!seen.add((next.index() << 20) + term)) {
      return;
    }
    Peer leads = peers.get(leader - 1).running();
    if (leads == null || leads.members().index() >= next.index()) {
      return;
    }
    // What another leader had proposed and nobody has agreed on does not count.
    Set<Integer> before = leads.members().voters().keySet();
    // A wiped peer loses its vote whatever it held: its copies are gone already.
    boolean demotes = next.learners().keySet().stream().anyMatch(before::contains);
    if (now.equals(before) || demotes) {
      return;
    }
    simulation.count("voters changed");
    Set<Integer> fresh = new TreeSet<>(now);
    fresh.removeAll(before);
    for (ChunkRef each : leads.metadata().liveChunks(null, Integer.MAX_VALUE)) {
      ChunkId chunk = each.id();
      int copies = 0;
      for (int voter : now) {
        SimPeer peer = peers.get(voter - 1);
        Peer running = peer.running();
        boolean held =
            running == null
                || peer.isDamaged()
                || running.holds(chunk)
                || knowsNoUse(running, leads, chunk);
        copies += held ? 1 : 0;
        if (!held && fresh.contains(voter)) {
          simulation.fail(
              new AssertionError("peer " + voter + " gets a vote and lacks chunk " + chunk));
          return;
        }
      }
      if (copies < next.commitQuorum()) {
        simulation.fail(
            new AssertionError(
                "chunk "
                    + chunk
                    + " is on "
                    + copies
                    + " of the voters of "
                    + next
                    + " when they become the voters"));
        return;
      }
    }
  }

  /**
   * Whether a peer is ahead of the leader in what it has applied, and no file uses the chunk there.
   */
  private static boolean knowsNoUse(Peer peer, Peer leader, ChunkId chunk) {
    return peer.metadata().appliedIndex() > leader.metadata().appliedIndex()
        && peer.metadata().chunkState(chunk) == Metadata.ChunkState.GARBAGE;
  }
}

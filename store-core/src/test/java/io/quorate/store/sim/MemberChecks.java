package io.quorate.store.sim;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  private final Map<Long, Set<Integer>> votersByIndex = new HashMap<>();
  private Set<Integer> voters;

  MemberChecks(Simulation simulation, List<SimPeer> peers, Membership first) {
    this.simulation = simulation;
    this.peers = peers;
    this.voters = new TreeSet<>(first.voters().keySet());
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
    if (votersByIndex.putIfAbsent((next.index() << 20) + term, now) != null) {
      return;
    }
    Set<Integer> before = voters;
    voters = now;
    Peer leads = peers.get(leader - 1).running();
    // A wiped peer loses its vote whatever it held: its copies are gone already.
    boolean demotes = next.learners().keySet().stream().anyMatch(before::contains);
    if (leads == null || now.equals(before) || demotes) {
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
        boolean held = running == null || peer.isDamaged() || running.holds(chunk);
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
}

package io.quorate.store.consensus;

import io.quorate.store.log.Entry;
import io.quorate.store.log.EntryKind;
import io.quorate.store.log.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Crashes, partitions, pauses, changes of leader and membership, and loss of a whole disk. It never
 * takes a second disk before the peer that lost the first one has been readmitted.
 */
final class ModelNemesis {
  private static final long MILLI = 1_000_000;
  private final ModelSimulation simulation;
  private int wiped;

  /** Peers that lost something of what they had promised, and are not readmitted yet. */
  private final TreeSet<Integer> suspects = new TreeSet<>();

  private boolean mended;

  ModelNemesis(ModelSimulation simulation) {
    this.simulation = simulation;
  }

  void strike() {
    if (mended) {
      return;
    }
    List<ModelPeer> peers = new ArrayList<>(simulation.peers.values());
    ModelPeer victim = peers.get((int) simulation.random.between(0, peers.size() - 1));
    ModelPeer leader = simulation.leader();
    switch ((int) simulation.random.between(0, 12)) {
      case 0, 1 -> split();
      case 2 -> oneWay(victim);
      case 3 -> simulation.network.rejoin();
      case 4, 5 -> crashOrRestart(victim);
      case 6 -> {
        if (leader != null) {
          crashOrRestart(leader);
        }
      }
      case 7 -> simulation.pause(victim.id, simulation.random.between(10, 1_500) * MILLI);
      case 8 -> {
        if (leader != null) {
          simulation.step(
              leader, List.of(new Input.TransferLeadership(simulation.chance(50) ? 0 : victim.id)));
        }
      }
      case 9 -> wipe(victim);
      case 10 -> changeMembership(victim);
      case 11 -> forget();
      default -> crashAll();
    }
    readmit();
    long most = simulation.isTurbulent() ? 150 : 500;
    simulation.after(simulation.random.between(5, most) * MILLI, this::strike);
  }

  private void split() {
    simulation.network.rejoin();
    for (ModelPeer one : simulation.peers.values()) {
      boolean side = simulation.chance(50);
      for (ModelPeer other : simulation.peers.values()) {
        if (side && other.id % 2 == one.id % 2 || !side && other.id > one.id + 1) {
          simulation.network.cut(one.id, other.id);
          simulation.network.cut(other.id, one.id);
        }
      }
    }
  }

  private void oneWay(ModelPeer victim) {
    boolean deaf = simulation.chance(50);
    for (ModelPeer other : simulation.peers.values()) {
      if (deaf) {
        simulation.network.cut(other.id, victim.id);
      } else {
        simulation.network.cut(victim.id, other.id);
      }
    }
  }

  private void crashOrRestart(ModelPeer victim) {
    if (victim.isRunning()) {
      if (simulation.chance(30)) {
        simulation.step(victim, List.of(new Input.DeclineLeases()));
      }
      simulation.crash(victim);
      if (simulation.chance(50)) {
        simulation.after(
            simulation.random.between(1, 400) * MILLI,
            () -> {
              if (!victim.isRunning()) {
                simulation.restart(victim);
              }
            });
      }
    } else {
      simulation.restart(victim);
    }
  }

  private void crashAll() {
    for (ModelPeer peer : simulation.peers.values()) {
      if (peer.isRunning()) {
        simulation.crash(peer);
        simulation.restart(peer);
      }
    }
  }

  private void wipe(ModelPeer victim) {
    if (wiped != 0 || !suspects.isEmpty()) {
      return;
    }
    // With two voters, both copies are needed.
    for (ModelPeer peer : simulation.peers.values()) {
      if (peer.consensus().membership().voters().size() < 3) {
        return;
      }
    }
    wiped = victim.id;
    if (victim.isRunning()) {
      simulation.crash(victim);
    }
    simulation.restartEmpty(victim, victim.incarnation() + 1000);
  }

  /**
   * Some peers, or all, start anew without the end of what they had: at least one of them all has
   * whatever is committed.
   */
  private void forget() {
    if (wiped != 0 || !suspects.isEmpty()) {
      return;
    }
    ModelPeer keeper = null;
    for (ModelPeer peer : simulation.peers.values()) {
      Membership known = peer.consensus().membership();
      if (known.voters().size() < 3 || !known.voters().containsKey(peer.id)) {
        return; // at the next stroke
      }
      if (peer.durableLog().size() >= simulation.checker.committedIndex()
          && (keeper == null || isBehind(keeper, peer))) {
        keeper = peer;
      }
    }
    int share = simulation.chance(50) ? 100 : 40;
    boolean first = true;
    for (ModelPeer peer : simulation.peers.values()) {
      if (simulation.chance(share)) {
        if (peer.isRunning()) {
          simulation.crash(peer);
        }
        int most = peer.durableLog().size();
        int kept =
            peer == keeper ? most : most - (int) simulation.random.between(0, Math.min(most, 20));
        suspects.add(peer.id);
        // The term is in two places: it is lost on one peer at most.
        simulation.restartWithout(peer, peer.incarnation() + 1000, kept, !first || peer == keeper);
        first &= peer == keeper;
      }
    }
  }

  private static boolean isBehind(ModelPeer one, ModelPeer other) {
    if (other.durableLog().isEmpty() || one.durableLog().isEmpty()) {
      return one.durableLog().isEmpty();
    }
    Entry last = one.durableLog().getLast();
    Entry otherLast = other.durableLog().getLast();
    return otherLast.term() != last.term()
        ? otherLast.term() > last.term()
        : otherLast.index() > last.index();
  }

  /** Asks the leader to take the new incarnations, one after the other, until all are committed. */
  private void readmit() {
    ModelPeer leader = simulation.leader();
    if (leader == null) {
      return;
    }
    if (wiped != 0 && isReadmitted(leader, wiped)) {
      wiped = 0;
    }
    suspects.removeIf(peer -> isReadmitted(leader, peer));
  }

  /** Whether that is settled for good; if not, the leader is asked for it. */
  private boolean isReadmitted(ModelPeer leader, int id) {
    ModelPeer peer = simulation.peers.get(id);
    Membership committed = leader.consensus().committedMembership();
    if (committed.names(id, peer.incarnation()) || !committed.contains(id)) {
      return isCommitMarked(leader, committed.index());
    }
    // Those who lead no more and do not know it are asked as well.
    for (ModelPeer asked : simulation.peers.values()) {
      if (asked.isRunning() && asked.consensus().role() == Role.LEADER) {
        Membership known = asked.consensus().membership();
        simulation.proposeMembership(asked, known.readmitting(id, peer.incarnation()));
      }
    }
    return false;
  }

  /** Whether a majority has on disk that the membership is committed. */
  private static boolean isCommitMarked(ModelPeer leader, long index) {
    for (Entry entry : leader.log()) {
      if (entry.kind() == EntryKind.NO_OP
          && entry.index() <= leader.knownCommit()
          && CommitMark.of(entry, leader.consensus().membership()) >= index) {
        return true;
      }
    }
    return false;
  }

  private void changeMembership(ModelPeer victim) {
    ModelPeer leader = simulation.leader();
    if (leader == null) {
      return;
    }
    Membership current = leader.consensus().membership();
    SortedMap<Integer, Long> voters = new TreeMap<>(current.voters());
    SortedMap<Integer, Long> learners = new TreeMap<>(current.learners());
    if (voters.containsKey(victim.id)) {
      if (voters.size() > 2 && wiped == 0 && suspects.isEmpty()) {
        long incarnation = voters.remove(victim.id);
        if (simulation.chance(70)) {
          learners.put(victim.id, incarnation);
        }
      }
    } else if (learners.containsKey(victim.id)) {
      voters.put(victim.id, learners.remove(victim.id));
    } else {
      learners.put(victim.id, victim.incarnation());
    }
    simulation.proposeMembership(leader, new Membership(0, voters, learners));
  }

  void mend() {
    mended = true;
    keepReadmitting();
  }

  private void keepReadmitting() {
    readmit();
    simulation.after(100 * MILLI, this::keepReadmitting);
  }

  boolean isAtRest() {
    return wiped == 0 && suspects.isEmpty();
  }

  /** Whether the newest leader counts this peer among its members. */
  boolean isMember(ModelPeer peer) {
    ModelPeer leader = simulation.leader();
    return leader != null && leader.consensus().membership().names(peer.id, peer.incarnation());
  }
}

package io.quorate.store.sim;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.log.Entry;
import io.quorate.store.peer.Peer;
import io.quorate.store.peer.PeerMessage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * What must hold at every moment of a run, judged from what peers send and from their applied state
 * alone.
 *
 * <ul>
 *   <li>One leader per term: only one peer ever sends AppendEntries of a term.
 *   <li>Log matching: (index, term) names one entry for ever, with one predecessor.
 *   <li>Equal state: whenever two peers, or one before and after a crash, have applied up to the
 *       same index, their digests are equal. As the digest covers all results, that is also
 *       "committed is never lost or changed" and "applied once".
 * </ul>
 */
final class ClusterChecks {
  private record Slot(long index, long term) {}

  /** What is known of the entry in a slot; null or −1 for not yet. */
  private static final class Known {
    private int hash;
    private boolean hashed;
    private long previousTerm = -1;
  }

  private record Seen(int peer, String digest) {}

  private final Simulation simulation;
  private final Map<Long, Integer> leaders = new HashMap<>();
  private long newestTerm;
  private final Map<Slot, Known> slots = new HashMap<>();
  private final Map<Long, Seen> digests = new HashMap<>();
  private final Map<Integer, Long> lastSampled = new HashMap<>();
  private final Map<Integer, Long> logStarts = new HashMap<>();
  private final Map<Peer, Long> readmitted = new IdentityHashMap<>();
  private final Map<Integer, Long> installed = new HashMap<>();
  private boolean checkpointTaken;

  ClusterChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  /** Id of the leader in the newest term in which there was one; 0 before that. */
  int newestLeader() {
    return leaders.getOrDefault(newestTerm, 0);
  }

  /** Looks at a message on its way. */
  void sent(int from, int to, PeerMessage message) {
    if (message instanceof PeerMessage.Consensus consensus
        && consensus.message() instanceof ConsensusMessage.AppendEntries append) {
      oneLeader(from, append.term());
      logMatches(append);
    }
  }

  /** Whether {@code message} gives a vote. */
  static boolean isVote(PeerMessage message) {
    return message instanceof PeerMessage.Consensus consensus
        && consensus.message() instanceof ConsensusMessage.VoteReply reply
        && reply.granted()
        && !reply.preVote();
  }

  private void oneLeader(int from, long term) {
    newestTerm = Math.max(newestTerm, term);
    Integer known = leaders.putIfAbsent(term, from);
    if (known == null) {
      simulation.count("leader");
    } else if (known != from) {
      fail("two leaders in term " + term + ": peers " + known + " and " + from);
    }
  }

  private void logMatches(ConsensusMessage.AppendEntries append) {
    long previousIndex = append.prevIndex();
    long previousTerm = append.prevTerm();
    for (Entry entry : append.entries()) {
      if (entry.index() != previousIndex + 1) {
        fail("entries sent out of order: " + entry + " after " + previousIndex);
      }
      Known known =
          slots.computeIfAbsent(new Slot(entry.index(), entry.term()), slot -> new Known());
      int hash = hash(entry);
      if (known.hashed && known.hash != hash) {
        fail("two entries are " + entry.index() + "/" + entry.term());
      }
      known.hashed = true;
      known.hash = hash;
      if (known.previousTerm >= 0 && known.previousTerm != previousTerm) {
        fail("entry " + entry + " follows terms " + known.previousTerm + " and " + previousTerm);
      }
      known.previousTerm = previousTerm;
      previousIndex = entry.index();
      previousTerm = entry.term();
    }
  }

  private static int hash(Entry entry) {
    int hash = Long.hashCode(entry.stampNanos());
    hash = 31 * hash + entry.kind().code();
    hash = 31 * hash + entry.chunks().hashCode();
    return 31 * hash + Arrays.hashCode(entry.body());
  }

  /** Begins to compare the applied states, every few simulated milliseconds. */
  void watch(List<SimPeer> peers) {
    simulation.start(
        "checker",
        same -> {
          while (true) {
            sample(peers);
            simulation.sleep(3_000_000);
          }
        });
  }

  /** Compares the applied states now. */
  void sample(List<SimPeer> peers) {
    for (SimPeer peer : peers) {
      Peer running = peer.running();
      if (running == null) {
        continue;
      }
      long start = running.logStart();
      Long installs = installed.put(peer.id(), running.checkpointsInstalled());
      if (installs != null && running.checkpointsInstalled() > installs) {
        simulation.count("caught up by a checkpoint");
        if (!checkpointTaken) {
          checkpointTaken = true;
          simulation.count("run with a checkpoint taken");
        }
      }
      if (running.readmissions() > readmitted.getOrDefault(running, 0L)) {
        readmitted.put(running, running.readmissions());
        simulation.count("suspect peer readmitted");
      }
      if (start > logStarts.getOrDefault(peer.id(), 0L)) {
        logStarts.put(peer.id(), start);
        simulation.count("log dropped");
      }
      long index = running.metadata().appliedIndex();
      Long last = lastSampled.put(peer.id(), index);
      if (last != null && last == index) {
        continue;
      }
      compare(peer.id(), index, running.metadata().digest().toString());
    }
  }

  private void compare(int peer, long index, String digest) {
    Seen seen = digests.putIfAbsent(index, new Seen(peer, digest));
    if (seen == null) {
      return;
    }
    simulation.count("digest compared");
    if (!seen.digest.equals(digest)) {
      fail(
          "at index "
              + index
              + " the digest of peer "
              + seen.peer
              + " was "
              + seen.digest
              + " and that of peer "
              + peer
              + " is "
              + digest);
    }
  }

  private void fail(String what) {
    // Not thrown: the caller may be a thread of a peer, which would take it for its own failure.
    simulation.fail(new AssertionError(what));
  }
}

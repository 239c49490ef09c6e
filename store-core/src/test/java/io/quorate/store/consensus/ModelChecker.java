package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Sees everything that the peers of a model do, and fails when it breaks a promise. It knows
 * nothing of how consensus is made.
 */
final class ModelChecker {
  private record At(long index, long term) {}

  private record Seen(long previousTerm, Entry entry) {}

  private record Ballot(int voter, long incarnation, long term) {}

  private final Map<Long, Integer> leaders = new TreeMap<>();
  private final Map<At, Seen> entries = new HashMap<>();
  private final Map<At, Set<Integer>> everDurable = new HashMap<>();
  private final List<Entry> committed = new ArrayList<>();
  private final List<Long> committedInTerm = new ArrayList<>();
  private final Map<Ballot, Integer> ballots = new HashMap<>();
  private final Map<Integer, Long> commitOf = new TreeMap<>();

  /** A promise was broken. */
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String what) {
      super(what);
    }
  }

  long committedIndex() {
    return committed.size();
  }

  /** A peer starts (again) and knows less than before. */
  void started(ModelPeer peer) {
    commitOf.put(peer.id, peer.knownCommit());
  }

  /** After a step: the peer's log and commit index, and whom it takes for leader. */
  void stepped(ModelPeer peer, Effects effects) {
    for (Entry entry : effects.append()) {
      checkLogMatching(peer, entry);
    }
    if (effects.role() == Role.LEADER) {
      Integer known = leaders.putIfAbsent(effects.term(), peer.id);
      if (known == null) {
        checkCompleteness(peer, effects.term());
      } else if (known != peer.id) {
        throw new Violation(
            "one leader per term: term " + effects.term() + " has " + known + " and " + peer.id);
      }
    }
    long before = commitOf.getOrDefault(peer.id, 0L);
    if (effects.commitIndex() < before) {
      throw new Violation("commit index of " + peer.id + " fell from " + before);
    }
    long truncated = effects.append().isEmpty() ? before : effects.append().getFirst().index() - 1;
    for (long index = Math.min(before, truncated) + 1; index <= effects.commitIndex(); index++) {
      checkCommit(peer, index);
    }
    commitOf.put(peer.id, effects.commitIndex());
  }

  private void checkLogMatching(ModelPeer peer, Entry entry) {
    List<Entry> log = peer.log();
    if (log.size() < entry.index()) {
      return;
    }
    Entry previous = entry.index() == 1 ? null : log.get((int) entry.index() - 2);
    Seen now = new Seen(previous == null ? 0 : previous.term(), entry);
    Seen before = entries.putIfAbsent(new At(entry.index(), entry.term()), now);
    if (before != null
        && (before.previousTerm != now.previousTerm
            || before.entry.stampNanos() != entry.stampNanos()
            || !java.util.Arrays.equals(before.entry.body(), entry.body()))) {
      throw new Violation("log matching: " + entry + " differs at peer " + peer.id);
    }
    if (previous != null && previous.stampNanos() >= entry.stampNanos()) {
      throw new Violation("stamps rise: " + entry + " is not later than the one before it");
    }
  }

  /**
   * A leader has all that leaders of earlier terms committed; a late winner may lack later ones'.
   */
  private void checkCompleteness(ModelPeer peer, long term) {
    for (Entry entry : committed) {
      if (committedInTerm.get((int) entry.index() - 1) >= term) {
        continue;
      }
      if (peer.log().size() < entry.index()
          || peer.log().get((int) entry.index() - 1).term() != entry.term()) {
        throw new Violation("leader completeness: " + peer.id + " leads without " + entry);
      }
    }
  }

  private void checkCommit(ModelPeer peer, long index) {
    if (peer.log().size() < index) {
      throw new Violation("peer " + peer.id + " commits " + index + ", past its log");
    }
    Entry entry = peer.log().get((int) index - 1);
    if (index <= committed.size()) {
      Entry known = committed.get((int) index - 1);
      if (known.term() != entry.term()) {
        throw new Violation(
            "committed never changed: " + known + " was, peer " + peer.id + " has " + entry);
      }
      return;
    }
    checkCopies(peer, entry);
    committed.add(entry);
    committedInTerm.add(peer.consensus().term());
  }

  /**
   * An entry is first called committed: it, or one after it, must be on the disks of a majority.
   */
  private void checkCopies(ModelPeer peer, Entry entry) {
    Membership membership = peer.consensus().membership();
    Set<Integer> holders = everDurable.getOrDefault(new At(entry.index(), entry.term()), Set.of());
    int copies = 0;
    for (int voter : membership.voters().keySet()) {
      copies += holders.contains(voter) ? 1 : 0;
    }
    if (copies < membership.voters().size() / 2 + 1) {
      throw new Violation(
          "commit on a majority: "
              + entry
              + " is durable only on "
              + holders
              + " of "
              + membership);
    }
  }

  /** The disk of a peer has caught up. */
  void synced(ModelPeer peer) {
    for (Entry entry : peer.takeWritten()) {
      everDurable
          .computeIfAbsent(new At(entry.index(), entry.term()), none -> new TreeSet<>())
          .add(peer.id);
    }
  }

  /** A message leaves a peer. */
  void sent(ModelPeer peer, int to, ConsensusMessage message) {
    HardState durable = peer.durableState();
    if (message.term() > durable.term()
        && !(message instanceof RequestVote ask && ask.preVote())
        && !(message instanceof VoteReply answer && answer.preVote())) {
      throw new Violation("term durable before use: " + peer.id + " sends " + message);
    }
    if (message instanceof VoteReply vote && vote.granted() && !vote.preVote()) {
      checkBallot(peer, vote.incarnation(), vote.term(), to);
    }
    if (message instanceof RequestVote ask && !ask.preVote()) {
      checkBallot(peer, ask.incarnation(), ask.term(), peer.id);
    }
    if (message instanceof AppendReply reply
        && reply.accepted()
        && reply.index() > peer.durableLog().size()) {
      throw new Violation("acknowledged is durable: " + peer.id + " sends " + reply);
    }
  }

  private void checkBallot(ModelPeer peer, long incarnation, long term, int candidate) {
    HardState durable = peer.durableState();
    if (durable.term() == term && durable.votedFor() != candidate) {
      throw new Violation(
          "vote durable before reply: " + peer.id + " votes for " + candidate + " but " + durable);
    }
    Integer before = ballots.putIfAbsent(new Ballot(peer.id, incarnation, term), candidate);
    if (before != null && before != candidate) {
      throw new Violation(
          "one vote per term: " + peer.id + " for " + before + " and " + candidate + " in " + term);
    }
  }

  /** A read that began when {@code committedAtStart} entries were committed may read at index. */
  void readable(ModelPeer peer, long index, long committedAtStart) {
    if (index < committedAtStart) {
      throw new Violation(
          "linearizable reads: peer "
              + peer.id
              + " reads at "
              + index
              + " although "
              + committedAtStart
              + " were committed when the read began");
    }
  }

  /** How many different leaders there were. */
  int elections() {
    return leaders.size();
  }
}

package io.quorate.store.consensus;

import io.quorate.store.log.Membership;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;

/**
 * The leader's side of ReadIndex: finds an index that is safe to read at.
 *
 * <p><b>What is promised.</b> A read that began at time t is answered with an index that no entry
 * acknowledged before t exceeds. The leader of term T takes its commit index when it registers the
 * read (after t): that covers all that it acknowledged itself, and, once it has committed an entry
 * of its own term, all that leaders before it did. What remains is to exclude a leader of a later
 * term that acknowledged something before t.
 *
 * <p><b>Why a read quorum excludes it.</b> Let R voters, R = N − majority + 1, each have been in a
 * term ≤ T at some moment at or after t. An entry of a term U &gt; T commits only when a majority
 * has it on disk in term U, and peers do not return to an earlier term. So, had it committed before
 * t, the majority would lie outside those R; but only N − R = majority − 1 voters are left. For
 * four peers R is 2: the leader and one other.
 *
 * <p><b>Who confirms.</b> The leader itself, since it handles the read in term T. A follower whose
 * reply repeats the number of a round that began after the read was registered. And the follower
 * that asks: it made its {@code ReadIndexRequest} after the read began, and was in term T when it
 * did. So with three or four peers a follower's read costs one request and one answer, and no
 * further message. It holds even for a leader that has been deposed without knowing, because the
 * moment that counts is that of asking: whatever a later leader commits afterwards is concurrent
 * with the read.
 *
 * <p>While a membership change is not committed, each membership in force needs its own read
 * quorum: one of them governs what a later leader could have committed, and this leader can not
 * tell which.
 *
 * <p><b>Rounds.</b> A round is a number that goes out with every append or heartbeat. Reads that
 * come while rounds are under way share the next one; at most two are under way, so that load makes
 * rounds larger, not more frequent. A heartbeat always begins one, which also mends lost ones.
 */
final class ReadRounds {
  private static final int MAX_UNDER_WAY = 2;

  /**
   * In an answer: nobody confirmed. In a question: to be taken when the own term's commit is there.
   */
  private static final long UNKNOWN = -1;

  private final PeerState state;
  private final Map<Integer, Progress> followers;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private long round;
  private long confirmedRound;
  private final Deque<Long> beginnings = new ArrayDeque<>();
  private long confirmedSinceNanos;

  private record Waiting(int asker, long request, long index, long neededRound) {}

  /** Takes the answers. */
  interface Answers {
    void answer(int asker, long request, long index);
  }

  ReadRounds(PeerState state, Map<Integer, Progress> followers) {
    this.state = state;
    this.followers = followers;
    this.confirmedSinceNanos = state.now() - state.options.leaseHolderNanos();
  }

  /** Number of the newest round. */
  long round() {
    return round;
  }

  /** Registers a question of {@code asker}, which may be this peer. */
  void add(int asker, long request, boolean ownTermCommitted) {
    boolean known = state.rules.mayServeReads(ownTermCommitted);
    long index = known ? state.commitIndex() : UNKNOWN;
    waiting.add(new Waiting(asker, request, index, round + 1));
  }

  /** Begins a round if reads need one and not too many are under way. Returns whether it did. */
  boolean beginIfNeeded() {
    boolean needed = !waiting.isEmpty() && waiting.getLast().neededRound > round;
    if (!needed || round - confirmedRound >= MAX_UNDER_WAY) {
      return false;
    }
    begin();
    return true;
  }

  /** Begins a round in any case. */
  void begin() {
    round++;
    beginnings.addLast(state.now());
  }

  /** When the newest round began that a read quorum has confirmed. */
  long confirmedSinceNanos() {
    return confirmedSinceNanos;
  }

  /** Whether some read waits for a round that has begun. */
  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  /** Answers what is confirmed by now. */
  void settle(boolean ownTermCommitted, Answers answers) {
    while (confirmedRound < round && isConfirmed(0, confirmedRound + 1)) {
      confirmedRound++;
      confirmedSinceNanos = beginnings.removeFirst();
    }
    if (waiting.isEmpty() || !state.rules.mayServeReads(ownTermCommitted)) {
      return;
    }
    for (Iterator<Waiting> each = waiting.iterator(); each.hasNext(); ) {
      Waiting read = each.next();
      if (read.neededRound <= confirmedRound || isConfirmed(read.asker, read.neededRound)) {
        each.remove();
        long index = read.index == UNKNOWN ? state.commitIndex() : read.index;
        answers.answer(read.asker, read.request, index);
      }
    }
  }

  /** This peer leads no more: what others asked is answered with "unknown". */
  void abandon(Answers answers) {
    for (Waiting read : waiting) {
      if (read.asker != state.self()) {
        answers.answer(read.asker, read.request, UNKNOWN);
      }
    }
    waiting.clear();
  }

  /**
   * Whether a read quorum has stood by this leader since {@code neededRound} began; {@code asker}
   * did by asking.
   */
  boolean isConfirmed(int asker, long neededRound) {
    for (Membership membership : state.memberships.inForce()) {
      int standing = 0;
      for (int voter : membership.voters().keySet()) {
        standing += stands(voter, asker, neededRound) ? 1 : 0;
      }
      if (standing < state.rules.readQuorum(membership)) {
        return false;
      }
    }
    return true;
  }

  private boolean stands(int voter, int asker, long neededRound) {
    if (voter == state.self() || voter == asker) {
      return true;
    }
    Progress follower = followers.get(voter);
    return follower != null
        && follower.roundConfirmed() >= neededRound
        && state.rules.counts(state.memberships, voter, follower.incarnation);
  }
}

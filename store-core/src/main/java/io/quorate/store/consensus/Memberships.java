package io.quorate.store.consensus;

import io.quorate.store.log.Membership;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * The memberships that matter: the newest one known to be committed, and those after it in the log.
 * A membership takes effect when it is appended, and is undone when its entry is truncated.
 *
 * <p>One that an operator has forced beside the log (index 0) counts like a committed one until one
 * that was forced as often is committed. Others do not count meanwhile, wherever they come from:
 * entries that are in the log already, or that are replicated, or a checkpoint.
 */
final class Memberships {
  private final List<Membership> inForce = new ArrayList<>();

  /** Whether this peer leads by the votes of all, in the incarnations that the newest one names. */
  private boolean electedByAll;

  Memberships(Restored restored) {
    restored.memberships.forEach(this::append);
    commitTo(restored.commitIndex);
  }

  /** The newest membership known to be committed. */
  Membership committed() {
    return inForce.getFirst();
  }

  /** The newest membership in the log: it says who votes and who acknowledges. */
  Membership current() {
    return inForce.getLast();
  }

  /**
   * The membership whose incarnations count, besides those of the newest: the committed one; for a
   * leader whom all have elected, the one with which it began its term, since it names those who
   * voted.
   */
  Membership trusted() {
    return electedByAll ? current() : committed();
  }

  /** All voters have elected this peer, in the incarnations that the newest membership names. */
  void electedByAll(boolean elected) {
    electedByAll = elected;
  }

  /** From {@link #committed} to {@link #current}: reads need the read quorum of each. */
  List<Membership> inForce() {
    return Collections.unmodifiableList(inForce);
  }

  /** Whether the newest one is forced, and the log does not name it. */
  boolean isForcedBesideLog() {
    return current().forced() > 0 && current().index() == 0;
  }

  /** Whether no change is under way. */
  boolean isSettled() {
    return inForce.size() == 1;
  }

  /** Goes on from a state in which {@code membership} is committed. */
  void install(Membership membership) {
    Membership before = committed();
    inForce.clear();
    inForce.add(outranks(before, membership) ? before : membership);
  }

  void append(Membership membership) {
    if (inForce.isEmpty() || !outranks(current(), membership)) {
      inForce.add(membership);
    }
  }

  /** Whether {@code held} was forced since {@code other} was. */
  private static boolean outranks(Membership held, Membership other) {
    return held.forced() > other.forced();
  }

  /** Undoes what entries at or above {@code index} set. Returns whether anything was undone. */
  boolean truncateFrom(long index) {
    boolean undone = false;
    while (current().index() >= index) {
      if (inForce.size() == 1) {
        throw new IllegalStateException("membership at " + index + " is committed, not undone");
      }
      inForce.removeLast();
      undone = true;
    }
    return undone;
  }

  /** Returns whether a change was settled. */
  boolean commitTo(long commitIndex) {
    boolean settled = false;
    while (inForce.size() > 1 && inForce.get(1).index() <= commitIndex) {
      inForce.removeFirst();
      settled = true;
    }
    return settled;
  }

  /**
   * Why {@code next} may not follow {@code current}, or an empty string if it may. One peer may
   * differ: come as a learner, become a voter, leave, or have a new incarnation. A voter was a
   * learner first, since nothing counts from a peer that the committed membership does not name.
   */
  static String objectionTo(Membership current, Membership next) {
    if (next.voters().isEmpty()) {
      return "it has no voter";
    }
    TreeSet<Integer> peers = new TreeSet<>(current.voters().keySet());
    peers.addAll(current.learners().keySet());
    peers.addAll(next.voters().keySet());
    peers.addAll(next.learners().keySet());
    int changed = 0;
    for (int peer : peers) {
      if (next.voters().containsKey(peer) && next.learners().containsKey(peer)) {
        return "peer " + peer + " is both voter and learner";
      }
      if (next.voters().containsKey(peer) && !current.contains(peer)) {
        return "peer " + peer + " becomes a voter without having been a learner";
      }
      boolean same =
          same(current.voters(), next.voters(), peer)
              && same(current.learners(), next.learners(), peer)
              && isReachedAsBefore(current, next, peer);
      Long learned = current.learners().get(peer);
      Long votes = next.voters().get(peer);
      if (learned != null && votes != null && !learned.equals(votes)) {
        return "peer " + peer + " becomes a voter with another incarnation than it learned with";
      }
      changed += same ? 0 : 1;
    }
    return changed > 1 ? changed + " peers change at once" : "";
  }

  /** Who had no address in the log may be given one at any time. */
  private static boolean isReachedAsBefore(Membership current, Membership next, int peer) {
    String before = current.addresses().get(peer);
    return before == null || !next.contains(peer) || before.equals(next.addresses().get(peer));
  }

  private static boolean same(
      SortedMap<Integer, Long> before, SortedMap<Integer, Long> after, int peer) {
    Long then = before.get(peer);
    return then == null ? !after.containsKey(peer) : then.equals(after.get(peer));
  }
}

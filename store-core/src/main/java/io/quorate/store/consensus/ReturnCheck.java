package io.quorate.store.consensus;

import io.quorate.store.log.Membership;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whom a peer asks when it starts whether it still holds what it promised. A disk that was put back
 * to an older image is whole and sound in itself; only others can tell.
 *
 * <p>Until as many others have answered as any quorum with this peer needs, it takes no part: it
 * could not do anything without them anyway. The rest are asked as well, for the one who knows may
 * come last.
 */
public final class ReturnCheck {
  private final int needed;
  private final TreeSet<Integer> unanswered;
  private int answers;

  /** Peer {@code self} starts, and {@code membership} is the newest that it knows. */
  public ReturnCheck(int self, Membership membership) {
    this.unanswered = new TreeSet<>(membership.voters().keySet());
    unanswered.remove(self);
    this.needed = Math.min(membership.commitQuorum() - 1, unanswered.size());
  }

  /** Whom to ask still. */
  public Set<Integer> unanswered() {
    return new TreeSet<>(
        unanswered); // in order: a copy of another kind has one of its own in each run
  }

  /** A peer has answered, and knows of nothing that is missing here. */
  public void answered(int from) {
    answers += unanswered.remove(from) ? 1 : 0;
  }

  /** Whether enough have answered. */
  public boolean isEnough() {
    return answers >= needed;
  }

  /** How many more have to answer. */
  public int missingAnswers() {
    return Math.max(0, needed - answers);
  }
}

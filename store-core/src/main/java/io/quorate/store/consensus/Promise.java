package io.quorate.store.consensus;

import io.quorate.store.log.HardState;

/**
 * What a peer has promised to others, as far as they know: all of it was durable on its disk when
 * it said so, and must still be there when it comes back.
 *
 * <p>Terms never fall, and within a term a follower takes back nothing that it acknowledged; so a
 * peer in a later term has kept what it promised in an earlier one, and in the same term its log
 * reaches as far as it said. What it has applied is committed, and no later term takes it away.
 *
 * @param term the latest term in which it spoke
 * @param votedFor for whom it voted in that term; 0 if nothing is known of a vote
 * @param durableIndex the highest index that it acknowledged in that term
 * @param appliedIndex the highest index that it has applied, in whatever term
 */
public record Promise(long term, int votedFor, long durableIndex, long appliedIndex) {
  /** Nothing is known. */
  public static final Promise NONE = new Promise(0, 0, 0, 0);

  Promise spokeIn(long newTerm) {
    return newTerm > term ? new Promise(newTerm, 0, 0, appliedIndex) : this;
  }

  Promise acknowledged(long inTerm, long index) {
    Promise now = spokeIn(inTerm);
    return inTerm == now.term && index > now.durableIndex
        ? new Promise(inTerm, now.votedFor, index, appliedIndex)
        : now;
  }

  Promise voted(long inTerm, int candidate) {
    Promise now = spokeIn(inTerm);
    return inTerm == now.term
        ? new Promise(inTerm, candidate, now.durableIndex, appliedIndex)
        : now;
  }

  Promise applied(long index) {
    return index > appliedIndex ? new Promise(term, votedFor, durableIndex, index) : this;
  }

  /**
   * Whether a peer that finds these on its disk has kept this promise.
   *
   * @param lastIndex last index of its log
   */
  boolean isKeptBy(HardState found, long lastIndex) {
    if (lastIndex < appliedIndex || found.term() < term) {
      return false;
    }
    boolean voteKept = votedFor == 0 || votedFor == found.votedFor();
    return found.term() > term || lastIndex >= durableIndex && voteKept;
  }
}

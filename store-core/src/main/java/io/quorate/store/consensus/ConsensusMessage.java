package io.quorate.store.consensus;

import io.quorate.store.log.Entry;
import io.quorate.store.log.Membership;
import java.util.List;

/**
 * What peers say to each other about the log. Each message carries its sender's term and
 * incarnation. What asks for a vote or appends says, too, how often a quorum was forced as far as
 * its sender knows: whoever knows of more hears no peer that was given up.
 */
public sealed interface ConsensusMessage {
  /** In place of a read lease: none. */
  long NO_LEASE = 0;

  /** Sender's term (in a pre-vote: the term it would stand in). */
  long term();

  /** Sender's incarnation; a message from one that is not in the membership counts for nothing. */
  long incarnation();

  /**
   * Asks for a vote, or for the promise of one.
   *
   * @param preVote true for the trial round that changes no state
   * @param transfer true when the leader asked for this election, so that stickiness does not apply
   * @param forced of the newest membership of the sender, see {@link Membership#forced}
   */
  record RequestVote(
      long term,
      long incarnation,
      boolean preVote,
      boolean transfer,
      long lastIndex,
      long lastTerm,
      long commitIndex,
      int forced)
      implements ConsensusMessage {}

  /**
   * Answers a {@link RequestVote}; {@code commitIndex} lets the new leader adopt the highest.
   *
   * @param elector whether the vote counts in an election that needs all, should the membership
   *     know another incarnation of its sender
   * @param stoodNanosAgo how long ago its sender last stood by a leader, at most: leases that were
   *     granted with its help have begun by then
   */
  record VoteReply(
      long term,
      long incarnation,
      boolean elector,
      boolean preVote,
      boolean granted,
      long commitIndex,
      long stoodNanosAgo)
      implements ConsensusMessage {}

  /**
   * Entries after (prevIndex, prevTerm); none for a heartbeat or a commit notice.
   *
   * @param round number of the leader's newest read round when this was sent; the reply repeats it
   * @param writable false while the leader lacks a write quorum; followers then drop stickiness
   * @param forced of the newest membership of the leader, see {@link Membership#forced}
   * @param lease the receiver's newest read lease, by the name under which it asked for it, or
   *     {@link #NO_LEASE}
   * @param calledBack whether that lease, and each before it, is to be given up
   * @param durableIndex the highest index that is durable on the leader's own disk
   */
  record AppendEntries(
      long term,
      long incarnation,
      long prevIndex,
      long prevTerm,
      List<Entry> entries,
      long commitIndex,
      long round,
      boolean writable,
      int forced,
      long lease,
      boolean calledBack,
      long durableIndex)
      implements ConsensusMessage {
    public AppendEntries {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Answers {@link AppendEntries}.
   *
   * @param accepted false when (prevIndex, prevTerm) does not match; {@code index} is then a hint
   *     where to try next
   * @param index the highest index known to match and to be durable here
   * @param usableBytes free space for content on this peer
   * @param leaseAsked asks for a read lease under this name, which is the sender's time; or {@link
   *     #NO_LEASE}
   * @param calledBack the lease that was called back last, which is given up, or {@link #NO_LEASE};
   *     from one that asks for none any more, the moment up to which it has given up all
   * @param eager whether somebody at the sender waits, or did a moment ago, for what is committed:
   *     then it is to be told at once
   */
  record AppendReply(
      long term,
      long incarnation,
      boolean accepted,
      long index,
      long commitIndex,
      long round,
      long usableBytes,
      long leaseAsked,
      long calledBack,
      boolean eager)
      implements ConsensusMessage {}

  /**
   * A follower asks for an index that is safe to read at. That it is sent in {@code term} is itself
   * the follower's confirmation of the leader for reads that began before it was sent.
   */
  record ReadIndexRequest(long term, long incarnation, long ticket) implements ConsensusMessage {}

  /** Answers a {@link ReadIndexRequest}; {@code index} is −1 when the leader could not confirm. */
  record ReadIndexReply(long term, long incarnation, long ticket, long index)
      implements ConsensusMessage {}

  /** The leader asks its successor to stand at once. */
  record TimeoutNow(long term, long incarnation) implements ConsensusMessage {}
}

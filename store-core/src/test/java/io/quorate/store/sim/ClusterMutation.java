package io.quorate.store.sim;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.log.Entry;
import io.quorate.store.peer.PeerMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Deliberate breakages, to test the checkers: each must be caught within some seeds. They sit at
 * the seams (disk and messages), so that the code under test needs no switch for them.
 */
enum ClusterMutation {
  NONE,

  /** A sync answers without having made anything durable: acknowledged before durable. */
  LYING_SYNC,

  /** A follower acknowledges one entry more than it holds. */
  ACK_AHEAD,

  /** A peer grants every vote, however often it was asked in a term. */
  VOTE_ALWAYS,

  /** The leader tells followers that all it has sent is committed. */
  COMMIT_EARLY,

  /** The leader sends some entry with another stamp than it appended. */
  ENTRY_CHANGED;

  /** Seeds from 1 on within which each must be caught. */
  static final int SEEDS = 100;

  /** The message as the broken peer sends it. */
  PeerMessage rewrite(PeerMessage message) {
    if (!(message instanceof PeerMessage.Consensus(ConsensusMessage consensus))) {
      return message;
    }
    return new PeerMessage.Consensus(rewrite(consensus));
  }

  private ConsensusMessage rewrite(ConsensusMessage message) {
    return switch (this) {
      case NONE, LYING_SYNC -> message;
      case ACK_AHEAD ->
          message instanceof ConsensusMessage.AppendReply reply && reply.accepted()
              ? new ConsensusMessage.AppendReply(
                  reply.term(),
                  reply.incarnation(),
                  true,
                  reply.index() + 1,
                  reply.commitIndex(),
                  reply.round(),
                  reply.usableBytes(),
                  reply.leaseAsked(),
                  reply.calledBack(),
                  reply.eager())
              : message;
      case VOTE_ALWAYS ->
          message instanceof ConsensusMessage.VoteReply reply
              ? new ConsensusMessage.VoteReply(
                  reply.term(),
                  reply.incarnation(),
                  reply.elector(),
                  reply.preVote(),
                  true,
                  reply.commitIndex(),
                  reply.stoodNanosAgo())
              : message;
      case COMMIT_EARLY ->
          message instanceof ConsensusMessage.AppendEntries append
              ? withEntries(append, append.entries(), append.prevIndex() + append.entries().size())
              : message;
      case ENTRY_CHANGED ->
          message instanceof ConsensusMessage.AppendEntries append
              ? withEntries(append, changed(append.entries()), append.commitIndex())
              : message;
    };
  }

  private static ConsensusMessage withEntries(
      ConsensusMessage.AppendEntries append, List<Entry> entries, long commitIndex) {
    return new ConsensusMessage.AppendEntries(
        append.term(),
        append.incarnation(),
        append.prevIndex(),
        append.prevTerm(),
        entries,
        Math.max(append.commitIndex(), commitIndex),
        append.round(),
        append.writable(),
        append.forced(),
        append.lease(),
        append.calledBack(),
        append.durableIndex());
  }

  private static List<Entry> changed(List<Entry> entries) {
    List<Entry> changed = new ArrayList<>();
    for (Entry entry : entries) {
      long stamp = entry.stampNanos() + (entry.index() % 7 == 0 ? 1 : 0);
      changed.add(
          new Entry(
              entry.index(), entry.term(), stamp, entry.kind(), entry.chunks(), entry.body()));
    }
    return changed;
  }
}

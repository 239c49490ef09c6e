package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.ConsensusMessage.RequestVote;
import io.quorate.store.consensus.ConsensusMessage.VoteReply;
import java.util.Map;
import java.util.TreeMap;

/**
 * Remembers what the others have promised, so that one which comes back with an older disk can be
 * told. In memory: once all others have started anew, nobody knows any more.
 */
public final class Promises {
  /** One peer in one of its incarnations: what an earlier one promised is void. */
  private record Known(long incarnation, Promise promise) {}

  private final int self;
  private final Map<Integer, Known> known = new TreeMap<>();

  /** What is promised to peer {@code self}. */
  public Promises(int self) {
    this.self = self;
  }

  /** A message came from a peer whose word counts. */
  public void heard(int from, ConsensusMessage message) {
    Promise before = of(from, message.incarnation());
    Promise now =
        switch (message) {
          // Of the term after, which it has not entered.
          case RequestVote ask when ask.preVote() -> before;
          case VoteReply answer when answer.preVote() -> before;
          case RequestVote ask -> before.voted(ask.term(), from);
          case VoteReply answer when answer.granted() -> before.voted(answer.term(), self);
          case AppendReply reply when reply.accepted() ->
              before.acknowledged(reply.term(), reply.index());
          case AppendEntries append -> before.acknowledged(append.term(), append.durableIndex());
          default -> before.spokeIn(message.term());
        };
    known.put(from, new Known(message.incarnation(), now));
  }

  /** A peer says how far it has applied the log. */
  public void applied(int from, long incarnation, long appliedIndex) {
    known.put(from, new Known(incarnation, of(from, incarnation).applied(appliedIndex)));
  }

  /** What is known of a peer in that incarnation. */
  public Promise of(int peer, long incarnation) {
    Known last = known.get(peer);
    return last != null && last.incarnation == incarnation ? last.promise : Promise.NONE;
  }
}

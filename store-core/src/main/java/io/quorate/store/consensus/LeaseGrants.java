package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.log.Membership;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of read leases (after Gray and Cheriton, "Leases", 1989, and Moraru, Andersen
 * and Kaminsky, "Paxos Quorum Leases", 2014): who may answer reads by itself, and for how long
 * commits must wait for whom.
 *
 * <p><b>What is promised.</b> While a peer holds a lease, an entry is committed only once that peer
 * has acknowledged it. The holder counts {@link ConsensusOptions#leaseHolderNanos} on its clock,
 * the leader {@link ConsensusOptions#leaseNanos} on its own, a third more, from a moment that is
 * never earlier. So it holds as long as no clock runs a quarter faster or slower than another.
 *
 * <p><b>Granting.</b> A follower's reply asks for a lease, in the name of the moment at which it
 * stood by this leader. It is granted once a read quorum has stood by this leader after the reply
 * came, as for a read ({@link ReadRounds}); with up to four voters leader and follower are that
 * quorum, and the grant leaves with the next message. This peer's own lease begins with each round
 * that a read quorum confirms.
 *
 * <p><b>Why a later leader is no danger.</b> Let a lease begin at t, in whose name it was asked
 * for. Of the read quorum that stood by the leader at or after t, somebody voted for any later
 * leader, after that: at a time when it had not stood by any leader since some moment x ≥ t. Each
 * vote says how long ago x was, and a new leader commits nothing until the longest lease that
 * begins at the latest x has ended; or until all other voters have answered it, since who is in a
 * later term has dropped its lease. After an election that came of silence, nothing is left to wait
 * for.
 *
 * <p><b>Slow holders.</b> One that keeps a commit waiting for longer than a heartbeat is called
 * back: it says that it has dropped its lease (which needs no disk), or it is silent, and the lease
 * ends. It gets none for a while then, longer each time, so that a slow peer delays little.
 */
final class LeaseGrants {
  private static final int FIRST_SUSPENSION_HEARTBEATS = 20;
  private static final int MAX_SUSPENSION_HEARTBEATS = 1_200;

  private final PeerState state;
  private final Map<Integer, Holder> holders = new TreeMap<>();
  private final TreeSet<Integer> answered = new TreeSet<>();
  private final long olderEndNanos;
  private boolean olderEnded;
  private long commitAtHeartbeat = Long.MAX_VALUE;

  /** What one follower asked for, and what it was given. */
  private static final class Holder {
    long asked = ConsensusMessage.NO_LEASE;
    long askedNanos;
    long neededRound;
    long granted = ConsensusMessage.NO_LEASE;
    long untilNanos;
    boolean calledBack;
    boolean toTell;
    long blockedIndex;
    long blockedSinceNanos;
    long suspendedUntilNanos;
    long suspensionNanos;

    Holder(long nowNanos) {
      this.untilNanos = nowNanos;
      this.suspendedUntilNanos = nowNanos;
    }
  }

  /**
   * @param won the election that began this leader's term
   */
  LeaseGrants(PeerState state, Election won) {
    this.state = state;
    this.olderEndNanos = won.olderLeasesEndNanos();
    this.answered.addAll(won.electors().keySet());
  }

  /** A reply of this term, whether it counts or not. */
  void answered(int peer, AppendReply reply) {
    answered.add(peer);
    Holder holder = holders.get(peer);
    if (holder == null) {
      return;
    }
    boolean declines =
        reply.leaseAsked() == ConsensusMessage.NO_LEASE
            && reply.calledBack() != ConsensusMessage.NO_LEASE;
    if (declines && reply.calledBack() - holder.asked >= 0) {
      holder.asked = ConsensusMessage.NO_LEASE;
    }
    if (declines && reply.calledBack() - holder.granted >= 0
        || holder.calledBack && reply.calledBack() == holder.granted) {
      holder.untilNanos = state.now();
    }
  }

  /** A reply that counts may ask for a lease; to be had when that round is confirmed. */
  void ask(int peer, AppendReply reply, long neededRound) {
    if (!state.options.grantsLeases() || reply.leaseAsked() == ConsensusMessage.NO_LEASE) {
      return;
    }
    Holder holder = holders.computeIfAbsent(peer, absent -> new Holder(state.now()));
    if (holder.asked == ConsensusMessage.NO_LEASE) {
      holder.asked = reply.leaseAsked();
      holder.askedNanos = state.now();
      holder.neededRound = neededRound;
    }
  }

  /**
   * Grants what a read quorum confirms by now; before anything is sent in this step, and only once
   * an entry of this term is committed: the commit index that goes with the lease covers what
   * leaders before committed.
   */
  void settle(ReadRounds rounds, Map<Integer, Progress> followers) {
    holders.forEach(
        (peer, holder) -> {
          if (holder.asked != ConsensusMessage.NO_LEASE
              && rounds.isConfirmed(peer, holder.neededRound)) {
            if (mayHold(holder, followers.get(peer))) {
              holder.granted = holder.asked;
              holder.untilNanos = holder.askedNanos + state.options.leaseNanos();
              holder.calledBack = false;
            }
            holder.asked = ConsensusMessage.NO_LEASE;
          }
        });
  }

  /** Whether a peer counts and keeps up: has what was committed when the last heartbeat left. */
  private boolean mayHold(Holder holder, @Nullable Progress follower) {
    return follower != null
        && follower.isReplicating()
        && follower.match() >= commitAtHeartbeat
        && state.now() - holder.suspendedUntilNanos >= 0
        && state.memberships.committed().voters().containsKey(follower.peer)
        && state.memberships.current().voters().containsKey(follower.peer)
        && state.rules.counts(state.memberships, follower.peer, follower.incarnation);
  }

  /** What {@link ConsensusMessage.AppendEntries#lease} tells that peer. */
  long granted(int peer) {
    Holder holder = holders.get(peer);
    if (holder == null || !holder.calledBack && state.now() - holder.untilNanos >= 0) {
      // What has ended is not told again: after its machine started anew, which sets clocks back,
      // a peer could take the name for one of its own.
      return ConsensusMessage.NO_LEASE;
    }
    return holder.granted;
  }

  /** What {@link ConsensusMessage.AppendEntries#calledBack} tells that peer. */
  boolean isCalledBack(int peer) {
    Holder holder = holders.get(peer);
    return holder != null && holder.calledBack;
  }

  /** Whether that peer has to hear at once that its lease is called back. */
  boolean isToTell(int peer) {
    Holder holder = holders.get(peer);
    return holder != null && holder.toTell;
  }

  /**
   * Whether no commit would wait for those that {@code next} has no place for. Who of them holds a
   * lease is called back: once they are no followers they could neither hear nor answer that.
   */
  boolean leavesNobodyBehind(Membership next) {
    boolean nobody = true;
    for (Map.Entry<Integer, Holder> each : holders.entrySet()) {
      Holder holder = each.getValue();
      if (!next.voters().containsKey(each.getKey()) && state.now() - holder.untilNanos < 0) {
        nobody = false;
        if (!holder.calledBack) {
          callBack(holder);
        }
      }
    }
    return nobody;
  }

  /** Something was sent to that peer. */
  void told(int peer) {
    Holder holder = holders.get(peer);
    if (holder != null) {
      holder.toTell = false;
    }
  }

  /** A heartbeat is about to leave. */
  void heartbeat() {
    commitAtHeartbeat = state.commitIndex();
  }

  /** How far the log may be committed, of {@code index} that is durable on enough voters. */
  long limit(long index, Map<Integer, Progress> followers) {
    if (!olderLeasesEnded()) {
      return 0;
    }
    long limit = index;
    for (Map.Entry<Integer, Holder> each : holders.entrySet()) {
      Holder holder = each.getValue();
      boolean holds = state.now() - holder.untilNanos < 0;
      Progress follower = followers.get(each.getKey());
      long match = follower == null ? 0 : follower.match();
      if (holds) {
        limit = Math.min(limit, match);
        callBackIfSlow(holder, match, index);
      }
    }
    return state.rules.commitsPastHolders() ? index : limit;
  }

  private boolean olderLeasesEnded() {
    olderEnded |=
        state.rules.ignoresOlderLeases() || state.now() - olderEndNanos >= 0 || haveAllAnswered();
    return olderEnded;
  }

  private boolean haveAllAnswered() {
    for (Membership membership : state.memberships.inForce()) {
      for (int voter : membership.voters().keySet()) {
        if (voter != state.self() && !answered.contains(voter)) {
          return false;
        }
      }
    }
    return true;
  }

  private void callBackIfSlow(Holder holder, long match, long index) {
    if (match >= holder.blockedIndex) {
      holder.blockedIndex = match < index ? index : 0;
      holder.blockedSinceNanos = state.now();
    }
    long heartbeat = state.options.heartbeatNanos();
    if (match < holder.blockedIndex
        && !holder.calledBack
        && state.now() - holder.blockedSinceNanos >= heartbeat) {
      callBack(holder);
    }
  }

  private void callBack(Holder holder) {
    holder.calledBack = true;
    holder.toTell = true;
    suspend(holder, state.options.heartbeatNanos());
  }

  /** Longer than the last time, unless that is long ago. */
  private void suspend(Holder holder, long heartbeat) {
    long calm = state.now() - holder.suspendedUntilNanos;
    long longest = MAX_SUSPENSION_HEARTBEATS * heartbeat;
    holder.suspensionNanos =
        holder.suspensionNanos == 0 || calm >= longest
            ? FIRST_SUSPENSION_HEARTBEATS * heartbeat
            : Math.min(2 * holder.suspensionNanos, longest);
    holder.suspendedUntilNanos = state.now() + holder.suspensionNanos;
  }
}

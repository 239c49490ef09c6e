package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendEntries;
import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import io.quorate.store.consensus.Effects.LogRead;
import io.quorate.store.log.Entry;
import io.quorate.store.log.Membership;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sends a leader's log to its followers. All of a step's sends leave in {@link #flush}: at most one
 * message per follower says what one message can say.
 *
 * <p>Messages without entries name as previous entry one that the follower has acknowledged, never
 * one in flight. So a heartbeat or a commit notice is never refused, whatever it overtakes.
 */
final class Replicator {
  private final PeerState state;
  private final LeaseGrants leases;
  private final TreeMap<Integer, Progress> followers = new TreeMap<>();
  private long sliceFrom = -1;
  private long sliceEnd = -1;
  private List<Entry> slice = List.of();

  Replicator(PeerState state, LeaseGrants leases) {
    this.state = state;
    this.leases = leases;
  }

  Map<Integer, Progress> followers() {
    return Collections.unmodifiableMap(followers);
  }

  /**
   * Follows the newest membership. A new incarnation begins anew: the old one's promises are void.
   *
   * @param nextIndex the first entry to try with a new follower: one that is in the log or about to
   *     be
   */
  void syncWith(Membership membership, long nextIndex) {
    followers.values().removeIf(follower -> !membership.names(follower.peer, follower.incarnation));
    begin(membership.voters(), nextIndex);
    begin(membership.learners(), nextIndex);
  }

  private void begin(SortedMap<Integer, Long> members, long nextIndex) {
    members.forEach(
        (peer, incarnation) -> {
          if (peer != state.self()) {
            followers.computeIfAbsent(
                peer, absent -> new Progress(peer, incarnation, nextIndex, state.now()));
          }
        });
  }

  /**
   * Handles a reply of the present term. Returns whether it counts.
   *
   * <p>A member that answers under an incarnation that the membership does not name is sent the log
   * all the same, so that it has it when it is readmitted; but nothing that it says counts, and
   * what its earlier incarnation said is forgotten.
   */
  boolean onReply(int from, AppendReply reply) {
    Progress follower = followers.get(from);
    if (follower == null) {
      return false;
    }
    if (reply.incarnation() != follower.incarnation) {
      long next = Math.clamp(reply.index() + 1, 1, state.log.lastIndex());
      follower = new Progress(from, reply.incarnation(), next, state.now());
      followers.put(from, follower);
    }
    follower.heard(reply, state.now());
    if (reply.accepted()) {
      follower.acknowledged(Math.min(reply.index(), state.log.lastIndex()), state.now());
    } else {
      follower.refused(reply.index());
    }
    return state.rules.counts(state.memberships, from, reply.incarnation());
  }

  void tick() {
    for (Progress follower : followers.values()) {
      follower.tick(state.now(), state.options.resendNanos());
    }
  }

  /**
   * Sends to each follower what it lacks and may be sent: entries, else news of commit or round, or
   * that its lease is called back. That more is committed costs a message only where somebody waits
   * for it; others hear of it with the next entries or the next heartbeat.
   */
  void flush(long round, boolean toAll, boolean writable) {
    for (Progress follower : followers.values()) {
      boolean told = sendEntries(follower, round, writable);
      boolean news = follower.isCommitNews(state.commitIndex()) || leases.isToTell(follower.peer);
      if (!told && (toAll || news)) {
        sendEmpty(follower, round, writable);
      }
    }
  }

  /** Sends the round to one follower that has not been told of it. */
  void sendRound(Progress follower, long round, boolean writable) {
    if (follower.roundSent() < round) {
      sendEmpty(follower, round, writable);
    }
  }

  /** Old entries were read from the journal for {@code peer}. */
  void onLogEntries(int peer, List<Entry> entries, long round, boolean writable) {
    Progress follower = followers.get(peer);
    if (follower == null || !follower.isReadingLog()) {
      return;
    }
    follower.readingLog(false, state.now());
    if (entries.isEmpty()
        || follower.next() <= state.log.startIndex()
        || entries.getFirst().index() != follower.next()
        || !follower.maySend(state.options.maxInFlightBytes())) {
      return;
    }
    for (Entry entry : entries) {
      if (!state.log.matches(entry.index(), entry.term())) {
        return;
      }
    }
    send(follower, follower.next() - 1, List.copyOf(entries), round, writable);
  }

  private boolean sendEntries(Progress follower, long round, boolean writable) {
    boolean told = false;
    // A peer that is silent gets heartbeats only; its first reply brings the rest.
    boolean silent = state.now() - follower.heardNanos() >= state.options.electionMaxNanos();
    while (!silent
        && follower.next() <= state.log.lastIndex()
        && follower.next() > state.log.startIndex()
        && follower.maySend(state.options.maxInFlightBytes())) {
      if (follower.next() < state.log.firstCached()) {
        follower.readingLog(true, state.now());
        state.outbox.readLog(
            new LogRead(follower.peer, follower.next(), state.options.maxAppendBytes()));
        break;
      }
      send(follower, follower.next() - 1, slice(follower.next()), round, writable);
      told = true;
    }
    return told;
  }

  private void sendEmpty(Progress follower, long round, boolean writable) {
    long known = follower.match() >= state.log.startIndex() ? follower.match() : 0;
    send(follower, known, List.of(), round, writable);
  }

  private void send(
      Progress follower, long prevIndex, List<Entry> entries, long round, boolean writable) {
    long prevTerm = prevIndex == 0 ? 0 : state.log.termAt(prevIndex);
    state.send(
        follower.peer,
        new AppendEntries(
            state.term(),
            state.incarnation(),
            prevIndex,
            prevTerm,
            entries,
            state.commitIndex(),
            round,
            writable,
            state.memberships.current().forced(),
            leases.granted(follower.peer),
            leases.isCalledBack(follower.peer),
            state.durability.index()));
    leases.told(follower.peer);
    follower.told(state.commitIndex(), round);
    if (!entries.isEmpty()) {
      long bytes = 0;
      for (Entry entry : entries) {
        bytes += entry.weightBytes();
      }
      follower.sent(entries.getLast().index(), bytes, state.now());
    }
  }

  /** The same list for every follower that is at the same place, so that it is encoded once. */
  private List<Entry> slice(long from) {
    if (sliceFrom != from || sliceEnd != state.log.lastIndex()) {
      slice = state.log.slice(from, state.options.maxAppendBytes());
      sliceFrom = from;
      sliceEnd = state.log.lastIndex();
    }
    return slice;
  }

  /** Lets go of entries kept for the next follower. */
  void release() {
    sliceFrom = -1;
    slice = List.of();
  }
}

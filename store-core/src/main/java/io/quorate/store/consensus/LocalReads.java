package io.quorate.store.consensus;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/**
 * Reads that this peer's own clients wait for, until an index is known for them or until they are
 * refused. Under a lease the index is known at once, and may have to be committed yet; if it is not
 * soon, or without a lease, a leader is asked. All that wait at the end of a step ask together,
 * under one request number.
 */
final class LocalReads {
  /** Requests under way at a time; whatever comes meanwhile joins the next one. */
  private static final int MAX_ASKED = 4;

  private final PeerState state;

  /** Not looked at yet. */
  private List<Read> fresh = new ArrayList<>();

  /** Under a lease; until their index is committed. */
  private final List<Leased> leased = new ArrayList<>();

  /** To be asked for. */
  private final List<Read> waiting = new ArrayList<>();

  private final TreeMap<Long, Asked> asked = new TreeMap<>();
  private long lastRequest;
  private boolean pausedUntilTick;

  /**
   * A leased index that was waited for in vain; while it is not committed, reads ask the leader.
   */
  private long askUntilIndex;

  private record Read(long ticket, long startedNanos) {}

  private record Asked(List<Read> reads, long askedNanos) {}

  private record Leased(Read read, long index) {}

  /** Sends a request with this number to whoever leads. */
  interface Ask {
    void ask(long request);
  }

  LocalReads(PeerState state) {
    this.state = state;
    // Numbers of an earlier boot must not recur: a late answer to it would be taken for one to us.
    this.lastRequest = state.random.next() >>> 1;
  }

  void add(long ticket) {
    fresh.add(new Read(ticket, state.now()));
  }

  /** Whoever was asked leads no more; ask the next one. */
  void leaderChanged() {
    asked.values().forEach(batch -> waiting.addAll(batch.reads));
    asked.clear();
    leased.forEach(one -> waiting.add(one.read));
    leased.clear();
    pausedUntilTick = false;
    askUntilIndex = 0;
  }

  /**
   * Takes the index of the lease for what came in this step; asks for all that wait otherwise, if a
   * leader is known and not too much is under way.
   */
  void flush(long leaseUntilNanos, long leasedIndex, Ask leader) {
    if (state.commitIndex() >= askUntilIndex
        && state.rules.isLeased(leaseUntilNanos, state.now())) {
      fresh.forEach(read -> leased.add(new Leased(read, leasedIndex)));
    } else {
      waiting.addAll(fresh);
    }
    fresh = new ArrayList<>();
    if (waiting.isEmpty() || state.leader() == 0 || pausedUntilTick || asked.size() >= MAX_ASKED) {
      return;
    }
    lastRequest++;
    asked.put(lastRequest, new Asked(List.copyOf(waiting), state.now()));
    waiting.clear();
    leader.ask(lastRequest);
  }

  /** Lets go on what waits for an index that is committed by now. */
  void committed() {
    for (Iterator<Leased> each = leased.iterator(); each.hasNext(); ) {
      Leased one = each.next();
      if (one.index <= state.commitIndex()) {
        state.outbox.readable(one.read.ticket, one.index);
        each.remove();
      }
    }
  }

  /** The leader's answer: an index, or −1 if it could not confirm that it leads. */
  void onAnswer(long request, long index) {
    Asked batch = asked.remove(request);
    if (batch == null) {
      return;
    }
    if (index < 0) {
      waiting.addAll(batch.reads);
      pausedUntilTick = true;
      return;
    }
    for (Read read : batch.reads) {
      state.outbox.readable(read.ticket, index);
    }
  }

  /** Whether some read waits for an index that is known and not committed yet. */
  boolean awaitCommit() {
    return !leased.isEmpty() && leased.stream().anyMatch(one -> one.index > state.commitIndex());
  }

  /** Whether some read waits. */
  boolean isWaiting() {
    return pausedUntilTick
        || !fresh.isEmpty()
        || !leased.isEmpty()
        || !waiting.isEmpty()
        || !asked.isEmpty();
  }

  /** Refuses what has waited too long, and asks again where the answer seems lost. */
  void tick() {
    pausedUntilTick = false;
    long now = state.now();
    askForWhatIsNotCommitted(now);
    boolean leads = state.leader() == state.self();
    for (Iterator<Asked> each = asked.values().iterator(); each.hasNext(); ) {
      Asked batch = each.next();
      boolean lost = !leads && now - batch.askedNanos >= state.options.resendNanos();
      if (lost || batch.reads.stream().anyMatch(this::isOverdue)) {
        waiting.addAll(batch.reads);
        each.remove();
      }
    }
    for (Iterator<Read> each = waiting.iterator(); each.hasNext(); ) {
      Read read = each.next();
      if (isOverdue(read)) {
        state.outbox.refuseRead(read.ticket);
        each.remove();
      }
    }
  }

  /** A leader without a write quorum commits nothing, but it may confirm what is committed. */
  private void askForWhatIsNotCommitted(long now) {
    for (Iterator<Leased> each = leased.iterator(); each.hasNext(); ) {
      Leased one = each.next();
      if (now - one.read.startedNanos >= state.options.heartbeatNanos()) {
        askUntilIndex = Math.max(askUntilIndex, one.index);
        waiting.add(one.read);
        each.remove();
      }
    }
  }

  private boolean isOverdue(Read read) {
    return state.now() - read.startedNanos >= state.options.readTimeoutNanos();
  }
}

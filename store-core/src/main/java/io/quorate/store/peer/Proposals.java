package io.quorate.store.peer;

import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Result;
import io.quorate.store.peer.PeerMessage.CommandId;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.PeerMessage.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The commands that this peer's callers wait for. A command goes to whoever leads; it is answered
 * when this peer applies it, however it came into the log. When the leader changes, or nothing is
 * heard, it is sent again: the metadata applies each (session, sequence) once.
 *
 * <p>Sending happens on the peer's loop; answers come from the applier's thread.
 */
final class Proposals {
  /** Sends again after this long without an answer: messages may be lost without a sign. */
  static final long RESEND_NANOS = 1_000_000_000L;

  /** Waits this long after a refusal before it asks again. */
  static final long REFUSED_NANOS = 50_000_000L;

  /** A command on its way. Guarded by the lock of its map, except for the futures. */
  static final class Outstanding {
    final ProposedCommand command;
    final List<CompletableFuture<Result>> futures = new ArrayList<>(1);
    final long deadlineNanos;
    long sendAtNanos;

    /** The newest attempt: its ticket (0 if it was refused or there was none), leader and term. */
    long ticket;

    /** 0 until the first attempt. */
    int sentTo;

    long sentTerm;

    /** Whether an attempt before the newest one may still come to something. */
    boolean earlierAttemptOpen;

    Refusal lastRefusal = Refusal.NOT_LEADER;

    Outstanding(ProposedCommand command, long deadlineNanos) {
      this.command = command;
      this.deadlineNanos = deadlineNanos;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<CommandId, Outstanding> outstanding = new LinkedHashMap<>();

  /** Adds a command; returns it if it is new and so has to be sent. */
  CompletableFuture<Result> add(
      ProposedCommand command, long deadlineNanos, List<Outstanding> fresh) {
    CompletableFuture<Result> future = new CompletableFuture<>();
    lock.lock();
    try {
      Outstanding existing = outstanding.get(command.commandId());
      if (existing == null) {
        existing = new Outstanding(command, deadlineNanos);
        outstanding.put(command.commandId(), existing);
        fresh.add(existing);
      }
      existing.futures.add(future);
    } finally {
      lock.unlock();
    }
    return future;
  }

  /** Notes that a command goes to {@code leader} now, under {@code ticket}. */
  void sending(Outstanding one, long ticket, int leader, long term, long nowNanos) {
    lock.lock();
    try {
      one.earlierAttemptOpen |= one.ticket != 0;
      one.ticket = ticket;
      one.sentTo = leader;
      one.sentTerm = term;
      one.sendAtNanos = nowNanos + RESEND_NANOS;
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@code one} went to a leader before. */
  boolean wasSent(Outstanding one) {
    lock.lock();
    try {
      return one.sentTo != 0;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that an attempt came to nothing; answers the caller where waiting has no point. */
  void refused(CommandId command, long ticket, Refusal refusal, long nowNanos) {
    List<CompletableFuture<Result>> answered = List.of();
    lock.lock();
    try {
      Outstanding one = outstanding.get(command);
      if (one == null || one.ticket != ticket) {
        return;
      }
      one.lastRefusal = refusal;
      one.ticket = 0;
      one.sendAtNanos = nowNanos + REFUSED_NANOS;
      if (refusal == Refusal.NO_SPACE && !one.earlierAttemptOpen) {
        outstanding.remove(command);
        answered = one.futures;
      }
    } finally {
      lock.unlock();
    }
    Result full = new Result.Failed(ErrorCode.NO_SPACE, reason(Refusal.NO_SPACE));
    answered.forEach(future -> future.complete(full));
  }

  /** Commands that must be sent now: never sent, sent to a deposed leader, or long unanswered. */
  List<Outstanding> due(int leader, long term, long nowNanos) {
    List<Outstanding> due = new ArrayList<>();
    lock.lock();
    try {
      for (Outstanding one : outstanding.values()) {
        boolean otherLeader = one.ticket != 0 && (one.sentTo != leader || one.sentTerm != term);
        if (one.sentTo == 0 || otherLeader || nowNanos - one.sendAtNanos >= 0) {
          due.add(one);
        }
      }
    } finally {
      lock.unlock();
    }
    return due;
  }

  /** Whether anybody waits for an answer. */
  boolean isWaiting() {
    lock.lock();
    try {
      return !outstanding.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the calls whose deadline has passed. */
  void expire(long nowNanos) {
    List<Outstanding> expired = new ArrayList<>();
    lock.lock();
    try {
      outstanding.values().removeIf(one -> nowNanos - one.deadlineNanos >= 0 && expired.add(one));
    } finally {
      lock.unlock();
    }
    for (Outstanding one : expired) {
      fail(one);
    }
  }

  /** Answers the callers whose commands were applied. Called from the applier's thread. */
  void applied(List<Metadata.Applied> batch) {
    List<Outstanding> answered = new ArrayList<>();
    List<Result> results = new ArrayList<>();
    lock.lock();
    try {
      if (outstanding.isEmpty()) {
        return;
      }
      for (Metadata.Applied one : batch) {
        Result result = one.result();
        if (result == null) {
          continue;
        }
        Outstanding waiting = outstanding.remove(new CommandId(one.session(), one.sequence()));
        if (waiting != null) {
          answered.add(waiting);
          results.add(result);
        }
      }
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < answered.size(); i++) {
      Result result = results.get(i);
      answered.get(i).futures.forEach(future -> future.complete(result));
    }
  }

  /** Ends every call; nothing more is answered after. */
  void close() {
    List<Outstanding> rest;
    lock.lock();
    try {
      rest = List.copyOf(outstanding.values());
      outstanding.clear();
    } finally {
      lock.unlock();
    }
    rest.forEach(Proposals::fail);
  }

  private static void fail(Outstanding one) {
    Exception error =
        one.ticket == 0 && !one.earlierAttemptOpen
            ? new UnavailableException(reason(one.lastRefusal))
            : new OutcomeUnknownException("sent to the leader, and no answer came");
    one.futures.forEach(future -> future.completeExceptionally(error));
  }

  private static String reason(Refusal refusal) {
    return switch (refusal) {
      case NOT_LEADER -> "no leader: fewer than a majority of the peers can talk to each other";
      case NO_QUORUM -> "no write quorum: the leader can not reach a majority of the peers";
      case NO_SPACE ->
          "no space: fewer than a majority of the peers have room for content; delete something or"
              + " add disk";
      case OVERLOADED ->
          "the leader has more work queued than its limits allow, or a full disk and no successor";
    };
  }
}

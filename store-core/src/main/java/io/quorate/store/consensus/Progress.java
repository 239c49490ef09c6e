package io.quorate.store.consensus;

import io.quorate.store.consensus.ConsensusMessage.AppendReply;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a leader knows of one incarnation of a follower, and where it is in sending it the log.
 *
 * <pre>
 *   PROBE      one append at a time, until one is acknowledged: it is not known what the follower has
 *     └─ acknowledged up to next or beyond ─► REPLICATE
 *   REPLICATE  appends are sent without waiting, while less than maxInFlightBytes is unacknowledged
 *     ├─ refused (a gap, or another log) ───► PROBE from the follower's hint
 *     └─ nothing acknowledged for a while ──► PROBE from the last acknowledged
 * </pre>
 */
final class Progress {
  final int peer;
  final long incarnation;
  private FollowerStatus.State sending = FollowerStatus.State.PROBE;
  private long match;
  private long next;
  private boolean probing;
  private boolean readingLog;
  private final Deque<Sent> inFlight = new ArrayDeque<>();
  private long inFlightBytes;
  private long movedNanos;
  private long heardNanos;
  private long commitSent;
  private long roundSent;
  private long roundConfirmed;
  private long usableBytes = -1;

  /** Until it says otherwise. */
  private boolean eager = true;

  private record Sent(long lastIndex, long bytes) {}

  Progress(int peer, long incarnation, long next, long nowNanos) {
    this.peer = peer;
    this.incarnation = incarnation;
    this.next = next;
    this.movedNanos = nowNanos;
    this.heardNanos = nowNanos;
  }

  /** Highest index known to match and to be durable there. */
  long match() {
    return match;
  }

  /** Next index to send. */
  long next() {
    return next;
  }

  boolean isReplicating() {
    return sending == FollowerStatus.State.REPLICATE;
  }

  /** Time of the last reply (or of the beginning). */
  long heardNanos() {
    return heardNanos;
  }

  long roundConfirmed() {
    return roundConfirmed;
  }

  long roundSent() {
    return roundSent;
  }

  /** Whether it is to hear at once that more is committed. */
  boolean isCommitNews(long commitIndex) {
    return eager && isReplicating() && commitSent < commitIndex;
  }

  /** Any reply of the present term: the follower stands by the leader in its round. */
  void heard(AppendReply reply, long nowNanos) {
    heardNanos = nowNanos;
    roundConfirmed = Math.max(roundConfirmed, reply.round());
    usableBytes = reply.usableBytes();
    eager = reply.eager();
  }

  /** The follower has everything up to {@code index} on disk. */
  void acknowledged(long index, long nowNanos) {
    if (index > match) {
      match = index;
      movedNanos = nowNanos;
    }
    while (!inFlight.isEmpty() && inFlight.getFirst().lastIndex <= match) {
      inFlightBytes -= inFlight.removeFirst().bytes;
    }
    if (!isReplicating() && index >= next) {
      sending = FollowerStatus.State.REPLICATE;
      probing = false;
    }
    next = Math.max(next, match + 1);
  }

  /**
   * The follower's log does not go on from what was sent; it may agree up to {@code hint}. Of
   * several such answers to appends in flight only the first has an effect: the others do not go
   * lower.
   */
  void refused(long hint) {
    long lower = Math.max(match, hint) + 1;
    if (lower < next) {
      probeFrom(lower);
    }
  }

  private void probeFrom(long index) {
    sending = FollowerStatus.State.PROBE;
    next = index;
    probing = false;
    inFlight.clear();
    inFlightBytes = 0;
  }

  /** Sends again what may be lost. */
  void tick(long nowNanos, long resendNanos) {
    if (nowNanos - movedNanos < resendNanos) {
      return;
    }
    movedNanos = nowNanos;
    if (!isReplicating()) {
      probing = false;
    } else if (!inFlight.isEmpty()) {
      probeFrom(match + 1);
    }
    readingLog = false;
  }

  /** Whether entries may be sent now. */
  boolean maySend(long maxInFlightBytes) {
    return !readingLog && (isReplicating() ? inFlightBytes < maxInFlightBytes : !probing);
  }

  /** Entries up to {@code lastIndex} were sent. */
  void sent(long lastIndex, long bytes, long nowNanos) {
    if (isReplicating()) {
      if (inFlight.isEmpty()) {
        movedNanos = nowNanos;
      }
      inFlight.add(new Sent(lastIndex, bytes));
      inFlightBytes += bytes;
      next = lastIndex + 1;
    } else {
      probing = true;
      movedNanos = nowNanos;
    }
  }

  /** Some message was sent with these. */
  void told(long commitIndex, long round) {
    commitSent = Math.max(commitSent, commitIndex);
    roundSent = Math.max(roundSent, round);
  }

  boolean isReadingLog() {
    return readingLog;
  }

  void readingLog(boolean reading, long nowNanos) {
    readingLog = reading;
    movedNanos = reading ? nowNanos : movedNanos;
  }

  FollowerStatus status(boolean voter) {
    return new FollowerStatus(
        peer, incarnation, voter, sending, match, next, inFlightBytes, heardNanos, usableBytes);
  }
}

package io.quorate.store.peer;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.consensus.Promise;
import io.quorate.store.consensus.Promises;
import io.quorate.store.consensus.ReturnCheck;
import io.quorate.store.world.World;
import java.util.function.Consumer;

/**
 * A peer's start among the others: it takes part only once enough of them have said that its disk
 * holds what it had promised, and it tells others the same. Lives on the peer's loop.
 *
 * <pre>
 *   ASKING ── all kept, say all others, or after a while enough ──► IN
 *      │                                                            │ a late answer
 *      └───── a broken promise ─────────────────────────► OUT ◄─────┘ shows a broken promise
 * </pre>
 *
 * <p>What OUT means, the protocol decides.
 */
final class Homecoming {
  private static final long ASK_THE_REST_NANOS = 1_000_000_000L;

  private final PeerOptions options;
  private final Standing standing;
  private final Transport transport;
  private final Replication replication;
  private final ReturnCheck check;
  private final Consumer<String> refused;
  private final Promises promises;
  private final long start;
  private boolean in;
  private boolean asking;
  private final long startedNanos;
  private final long graceNanos;
  private long askAtNanos;

  /**
   * A peer starts.
   *
   * @param standing whether it is known already that its word does not count; then nobody is asked
   * @param refused told once if the disk turns out to be older than a promise, and why
   */
  Homecoming(
      World world,
      PeerOptions options,
      Transport transport,
      Replication replication,
      Standing standing,
      Consumer<String> refused) {
    this.options = options;
    this.standing = standing;
    boolean suspect = standing.isSuspect();
    this.transport = transport;
    this.replication = replication;
    this.check = new ReturnCheck(options.id(), replication.membership());
    this.refused = refused;
    this.promises = new Promises(options.id());
    this.start = world.randomLong();
    this.in = suspect || check.unanswered().isEmpty();
    this.asking = !suspect;
    this.startedNanos = world.nanoTime();
    this.askAtNanos = startedNanos;
    // Who knows of a broken promise may be slower than those who know nothing.
    this.graceNanos = options.electionTimeoutMillis() * 1_000_000L;
  }

  /** Whether this peer takes part in the consensus. */
  boolean isIn() {
    return in;
  }

  /** What it waits for, for people; empty if for nothing. */
  String waitsFor() {
    return in || !asking
        ? ""
        : "asks the others what it had promised them before it started, and needs "
            + check.missingAnswers()
            + " more answers";
  }

  void heard(int from, ConsensusMessage message) {
    if (replication.membership().names(from, message.incarnation())) {
      promises.heard(from, message);
    }
  }

  void reported(int from, PeerMessage.Report report) {
    if (!report.suspect() && replication.membership().names(from, report.incarnation())) {
      promises.applied(from, report.incarnation(), report.appliedIndex());
    }
  }

  void returned(int from, PeerMessage.Returned message) {
    transport.send(
        from, new PeerMessage.Promised(message.start(), promises.of(from, message.incarnation())));
  }

  void promised(int from, PeerMessage.Promised message) {
    if (!asking || message.start() != start) {
      return;
    }
    if (replication.keeps(message.promise())) {
      check.answered(from);
      asking = !check.unanswered().isEmpty();
      in |= !asking;
    } else {
      in = false;
      asking = false;
      refused.accept(objection(from, message.promise()));
    }
  }

  private static String objection(int from, Promise promise) {
    return "the disk is older than what this peer has promised: peer "
        + from
        + " knows of term "
        + promise.term()
        + " and of entries up to "
        + Math.max(promise.durableIndex(), promise.appliedIndex())
        + ", which are not on it; it does not vote. Was an older copy or snapshot put back?";
  }

  void tick(long nowNanos) {
    in |= asking && check.isEnough() && nowNanos - startedNanos >= graceNanos;
    if (asking && nowNanos - askAtNanos >= 0) {
      askAtNanos = nowNanos + (in ? ASK_THE_REST_NANOS : options.heartbeatMillis() * 1_000_000L);
      PeerMessage.Returned question = new PeerMessage.Returned(start, standing.incarnation());
      check.unanswered().forEach(peer -> transport.send(peer, question));
    }
  }

  /** From now on as one whose word does not count. */
  void followAsSuspect() {
    in = true;
  }
}

package io.quorate.store.peer;

import io.quorate.store.journal.JournalFailedException;
import io.quorate.store.log.Membership;
import io.quorate.store.world.World;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Finds out, for a leader, whether a change of the voters would leave all content in use on a
 * majority of them. Lives on the peer's loop.
 *
 * <pre>
 *   ASKING ── a majority has all content ──► HOLDING: no entry with content is appended
 *     ▲  ▲                                     │   │
 *     │  └── not so any more within 500 ms ────┘   │ a majority has all content
 *     │                                            ▼ of all entries that there are
 *     └───────────── the change is appended ◄── CLEAR
 * </pre>
 *
 * <p>The first question costs nothing and may be answered no for hours, while a new peer fetches
 * what it lacks. Only then content is held back, for as long as the peers need to say that they
 * have the rest: a round trip and an fdatasync, as a rule. So at the very entry that changes the
 * voters a majority of the new ones holds everything; what comes after it follows the chunk rule.
 */
final class Census {
  private static final long ASK_NANOS = 40_000_000L;
  private static final long HOLD_NANOS = 500_000_000L;

  /** How far it has come. */
  enum State {
    /** Too few hold all content, as far as they have said. */
    ASKING,
    /** Content is held back. */
    HOLDING,
    /** The change may be appended in this turn. */
    CLEAR
  }

  private final World world;
  private final PeerOptions options;
  private final Transport transport;
  private final Protocol.Parts parts;
  private final Replication replication;
  private final BooleanSupplier isComplete;
  private final LongSupplier incarnation;
  private final Set<Integer> complete = new TreeSet<>();
  private final Set<Integer> answered = new TreeSet<>();
  private Set<Integer> subject = Set.of();
  private State state = State.ASKING;
  private long number;
  private long index;
  private long askAtNanos;
  private long heldSinceNanos;
  private long polledNanos;

  /** As far as this peer has to apply the log for the answer that was asked for last. */
  private long askedIndex;

  Census(
      Protocol.Parts parts,
      Replication replication,
      BooleanSupplier isComplete,
      LongSupplier incarnation) {
    this.world = parts.world();
    this.options = parts.options();
    this.transport = parts.transport();
    this.parts = parts;
    this.replication = replication;
    this.isComplete = isComplete;
    this.incarnation = incarnation;
  }

  /** Whether entries with content are held back. */
  boolean holdsContent() {
    return state != State.ASKING && world.nanoTime() - polledNanos < HOLD_NANOS;
  }

  /** Another leads, or the change is appended, or it is not wanted any more. */
  void reset() {
    state = State.ASKING;
    subject = Set.of();
    number = 0;
    complete.clear();
    answered.clear();
  }

  /**
   * Asks on for a change to {@code next}, once in each tick for as long as it is wanted.
   *
   * @param needed one that must hold all content itself, whatever the others do; 0 for none
   */
  State poll(Membership next, int needed, long nowNanos) {
    polledNanos = nowNanos;
    if (!subject.equals(next.voters().keySet())) {
      reset();
      subject = new TreeSet<>(next.voters().keySet());
      beginRound(nowNanos);
    }
    boolean enough = isEnough(next, needed);
    switch (state) {
      case ASKING -> {
        if (enough) {
          state = State.HOLDING;
          heldSinceNanos = nowNanos;
          // What this turn has gathered is still appended; the next tick's round covers it.
          number = 0;
        } else if (nowNanos - askAtNanos >= 0) {
          ask(nowNanos);
        }
      }
      case HOLDING -> {
        if (nowNanos - heldSinceNanos >= HOLD_NANOS) {
          reset();
        } else if (number == 0) {
          beginRound(nowNanos);
        } else if (enough) {
          state = State.CLEAR;
        } else if (nowNanos - askAtNanos >= 0) {
          ask(nowNanos);
        }
      }
      case CLEAR -> {
        if (nowNanos - heldSinceNanos >= 2 * HOLD_NANOS) {
          reset();
        }
      }
    }
    return state;
  }

  /** Those that have answered in this round and lack something. */
  Set<Integer> lacking() {
    Set<Integer> lacking = new TreeSet<>(answered);
    lacking.removeAll(complete);
    return lacking;
  }

  /** Those that have not answered in this round. */
  Set<Integer> silent() {
    Set<Integer> silent = new TreeSet<>(subject);
    silent.removeAll(answered);
    return silent;
  }

  private boolean isEnough(Membership next, int needed) {
    return isHeldByMajority(next) && (needed == 0 || complete.contains(needed));
  }

  private boolean isHeldByMajority(Membership next) {
    return complete.size() >= next.commitQuorum();
  }

  private void beginRound(long nowNanos) {
    complete.clear();
    answered.clear();
    number = world.randomLong() | 1;
    index = state == State.HOLDING ? replication.lastIndex() : replication.commitIndex();
    ask(nowNanos);
  }

  private void ask(long nowNanos) {
    askAtNanos = nowNanos + ASK_NANOS;
    if (state == State.ASKING) {
      // An answer is as of its moment; only while content is held back it stays true.
      complete.clear();
    }
    PeerMessage.Census question = new PeerMessage.Census(number, index);
    for (int peer : subject) {
      if (peer == options.id()) {
        answer(peer, question);
      } else if (!complete.contains(peer)) {
        transport.send(peer, question);
      }
    }
  }

  /** A leader asks this peer. */
  void asked(int from, PeerMessage.Census census) {
    answer(from, census);
  }

  /** Whether an answer waits for something to be applied: content is held back meanwhile. */
  boolean isAwaited() {
    return parts.applier().current().index() < askedIndex;
  }

  /** Says what is so, once all that it speaks of is durable. */
  private void answer(int to, PeerMessage.Census census) {
    askedIndex = census.index();
    if (isAwaited()) {
      return; // asked again soon
    }
    PeerMessage.Counted answer =
        new PeerMessage.Counted(
            census.number(), incarnation.getAsLong(), isComplete.getAsBoolean());
    try {
      parts
          .journal()
          .whenDurable(
              () -> {
                if (to == options.id()) {
                  parts.loop().execute(() -> counted(to, answer));
                } else {
                  transport.send(to, answer);
                }
              });
    } catch (JournalFailedException e) {
      parts.onFatal().accept(e);
    }
  }

  /** An answer came. */
  void counted(int from, PeerMessage.Counted answer) {
    if (answer.number() == number && replication.membership().names(from, answer.incarnation())) {
      answered.add(from);
      if (answer.complete()) {
        complete.add(from);
      } else {
        complete.remove(from);
      }
    }
  }
}

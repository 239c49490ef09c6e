package io.quorate.store.peer;

import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalFailedException;
import io.quorate.store.log.Membership;
import io.quorate.store.world.World;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way back for a peer whose word does not count. It asks its leader again and again; the leader
 * follows with its log all the same, and once the peer has caught up, proposes the membership that
 * names its new incarnation. That commits without the peer's own vote, on a majority of the others,
 * and from then on the peer counts. Nothing of it has to be remembered: who is not named yet, asks
 * on. Lives on the peer's loop.
 */
final class Readmission {
  private static final Logger LOG = LoggerFactory.getLogger(Readmission.class);

  /**
   * What a peer asked for last.
   *
   * @param commitIndex known to the leader then: as far must the peer have come
   */
  private record Asked(PeerMessage.Readmit wish, long commitIndex, long atNanos) {}

  private final World world;
  private final PeerOptions options;
  private final Replication replication;
  private final Standing standing;
  private final Transport transport;
  private final Consumer<Input> step;
  private final Consumer<String> forgot;
  private final BooleanSupplier isComplete;
  private final Census census;
  private final Journal journal;
  private final PeerLoop loop;
  private final Consumer<Throwable> onFatal;
  private volatile long count;

  /** Whether this peer, which is awaited, is about to note that. */
  private boolean joins;

  /** Whether this peer's incarnation is written down: it comes back from a crash as what it is. */
  private boolean noted = true;

  /** Whether it was looked in this tick whether a learner may have its vote. */
  private boolean counting;

  private final Map<Integer, Asked> asked = new TreeMap<>();

  Readmission(
      Protocol.Parts parts,
      Replication replication,
      Standing standing,
      Consumer<Input> step,
      Consumer<String> forgot,
      BooleanSupplier isComplete,
      Census census) {
    this.census = census;
    this.world = parts.world();
    this.options = parts.options();
    this.replication = replication;
    this.standing = standing;
    this.transport = parts.transport();
    this.journal = parts.journal();
    this.loop = parts.loop();
    this.onFatal = parts.onFatal();
    this.step = step;
    this.forgot = forgot;
    this.isComplete = isComplete;
  }

  /** How often this peer was readmitted; from any thread. */
  long count() {
    return count;
  }

  /** A peer asks. */
  void asked(int from, PeerMessage.Readmit wish) {
    if (replication.role() != Role.LEADER) {
      return;
    }
    if (wish.first()) {
      answerFirst(from);
    } else {
      Asked before = asked.get(from);
      // As far as when it asked first, not later: it would run after a busy leader for ever.
      long commitIndex =
          before != null && before.wish.incarnation() == wish.incarnation()
              ? before.commitIndex
              : replication.commitIndex();
      asked.put(from, new Asked(wish, commitIndex, world.nanoTime()));
    }
  }

  /**
   * The sender comes for the first time. If nobody has come under its id, it is told to prepare: to
   * note durably that it is about to come, so that it is known again after a crash. Else one of the
   * two is the wrong one, or the disk is a new one, and only an operator can tell.
   */
  private void answerFirst(int from) {
    Membership members = replication.membership();
    if (!members.contains(from) || !replication.mayChangeMembership()) {
      return;
    }
    boolean awaited = members.incarnationOf(from) == Membership.AWAITED;
    transport.send(
        from,
        awaited
            ? new PeerMessage.Awaited()
            : new PeerMessage.MembersRefused(
                0,
                replication.commitIndex(),
                "a peer "
                    + from
                    + " has joined already, and this disk is empty; if its disk is lost for good,"
                    + " start it with serve --rejoin; if this is another peer, give it another"
                    + " id"));
  }

  /** The leader says that this peer may come. */
  void awaited() {
    if (standing.kind() == Standing.Kind.JOINING && !joins) {
      joins = true;
      try {
        standing.awaited();
        journal.whenDurable(() -> loop.execute(standing::joins));
      } catch (JournalFailedException e) {
        onFatal.accept(e);
      }
    }
  }

  /** The leader says that this peer, which comes for the first time, may not. */
  void refused(String why) {
    if (standing.kind() == Standing.Kind.JOINING && !joins) {
      LOG.error("peer {}: {}", options.id(), why);
      standing.wiped(why);
    }
  }

  /** Another leads, or this peer begins to. */
  void roleChanged() {
    asked.clear();
    census.reset();
  }

  /** Asks, if there is something to ask for. */
  void ask() {
    boolean learns =
        replication.committedMembership().learners().containsKey(options.id())
            || standing.kind() == Standing.Kind.REJOINING
            || standing.kind() == Standing.Kind.JOINING;
    boolean asks =
        switch (standing.kind()) {
          case MEMBER -> learns;
          case SUSPECT, REJOINING, JOINING -> true;
          case WIPED -> false;
        };
    if (asks && replication.leader() != 0) {
      transport.send(
          replication.leader(),
          new PeerMessage.Readmit(
              standing.incarnation(),
              learns,
              isComplete.getAsBoolean() && noted && !standing.isSuspect(),
              standing.kind() == Standing.Kind.JOINING));
    }
    if (!standing.isSuspect() && replication.isSuperseded()) {
      forgot.accept(
          "this peer was readmitted since, and its disk has forgotten it; it does not vote");
    }
  }

  /** Whether some peer asks. */
  boolean isAsked() {
    return !asked.isEmpty();
  }

  /** Grants what is asked for, as leader. */
  void grant(long nowNanos) {
    if (asked.isEmpty() || !replication.mayChangeMembership()) {
      return;
    }
    counting = false;
    for (FollowerStatus follower : replication.followers()) {
      Asked one = asked.get(follower.peer());
      if (one != null
          && nowNanos - one.atNanos < Peers.SILENT_NANOS
          && one.wish.incarnation() == follower.incarnation()) {
        Membership next = next(follower, one, nowNanos);
        if (next != null) {
          LOG.info(
              "peer {} proposes for peer {}, incarnation {}: {}",
              options.id(),
              follower.peer(),
              follower.incarnation(),
              next);
          asked.remove(follower.peer());
          step.accept(new Input.ChangeMembership(world.wallClockNanos(), next));
          return;
        }
      }
    }
  }

  /** The next step on the way of a peer that asks, or null if it is not there yet. */
  private @Nullable Membership next(FollowerStatus follower, Asked one, long nowNanos) {
    Membership members = replication.membership().reachedAt(options.addresses());
    int peer = follower.peer();
    long incarnation = one.wish.incarnation();
    if (one.wish.newcomer()) {
      if (members.voters().containsKey(peer) && members.names(peer, incarnation)) {
        return null; // it has its vote, and did not know of it when it asked
      }
      if (!members.learners().containsKey(peer) || !members.names(peer, incarnation)) {
        Membership next = members.learning(peer, incarnation);
        int all = next.voters().size() + next.learners().size();
        // Those who are to hold all that is committed stay a majority of the members.
        boolean fits = next.voters().size() > all / 2 || !members.voters().containsKey(peer);
        return fits ? next : null;
      }
      // One after the other: the census is of one set of voters.
      if (counting || !one.wish.complete() || !hasCaughtUp(follower, one)) {
        return null;
      }
      counting = true;
      Membership next = members.voting(peer);
      return census.poll(next, peer, nowNanos) == Census.State.CLEAR ? next : null;
    }
    return !members.names(peer, incarnation) && hasCaughtUp(follower, one)
        ? members.readmitting(peer, incarnation)
        : null;
  }

  private static boolean hasCaughtUp(FollowerStatus follower, Asked one) {
    return follower.matchIndex() >= one.commitIndex;
  }

  /** The turn's step is done: what it settled may have been about this peer. */
  void endOfTurn() {
    if (standing.isSuspect() && replication.isNamed()) {
      standing.readmitted();
      count = count + 1;
      noted = false;
      journal.whenDurable(() -> loop.execute(() -> noted = true));
    }
  }
}

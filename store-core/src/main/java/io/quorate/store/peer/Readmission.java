package io.quorate.store.peer;

import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.log.Membership;
import io.quorate.store.world.World;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
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
  private record Asked(long incarnation, long commitIndex, long atNanos) {}

  private final World world;
  private final PeerOptions options;
  private final Replication replication;
  private final Standing standing;
  private final Transport transport;
  private final Consumer<Input> step;
  private final Consumer<String> forgot;
  private volatile long count;
  private final Map<Integer, Asked> asked = new TreeMap<>();

  Readmission(
      Protocol.Parts parts,
      Replication replication,
      Standing standing,
      Consumer<Input> step,
      Consumer<String> forgot) {
    this.world = parts.world();
    this.options = parts.options();
    this.replication = replication;
    this.standing = standing;
    this.transport = parts.transport();
    this.step = step;
    this.forgot = forgot;
  }

  /** How often this peer was readmitted; from any thread. */
  long count() {
    return count;
  }

  /** A peer asks. */
  void asked(int from, PeerMessage.Readmit message) {
    if (replication.role() == Role.LEADER) {
      Asked before = asked.get(from);
      // From when it asked first, not later: it would run after a busy leader for ever.
      if (before == null || before.incarnation != message.incarnation()) {
        asked.put(
            from, new Asked(message.incarnation(), replication.commitIndex(), world.nanoTime()));
      } else {
        asked.put(from, new Asked(before.incarnation, before.commitIndex, world.nanoTime()));
      }
    }
  }

  /** Another leads, or this peer begins to. */
  void roleChanged() {
    asked.clear();
  }

  /** Asks, or grants what is asked for. */
  void tick(long nowNanos) {
    if (standing.kind() == Standing.Kind.SUSPECT && replication.leader() != 0) {
      transport.send(replication.leader(), new PeerMessage.Readmit(standing.incarnation()));
    }
    if (!standing.isSuspect() && replication.isSuperseded()) {
      forgot.accept(
          "this peer was readmitted since, and its disk has forgotten it; it does not vote");
    }
    if (asked.isEmpty() || !replication.mayChangeMembership()) {
      return;
    }
    Membership members = replication.membership();
    for (FollowerStatus follower : replication.followers()) {
      Asked wish = asked.get(follower.peer());
      if (wish != null
          && nowNanos - wish.atNanos < Peers.SILENT_NANOS
          && wish.incarnation == follower.incarnation()
          && !members.names(follower.peer(), wish.incarnation)
          && follower.matchIndex() >= wish.commitIndex) {
        LOG.info(
            "peer {} proposes to readmit peer {} as incarnation {}",
            options.id(),
            follower.peer(),
            wish.incarnation);
        asked.remove(follower.peer());
        step.accept(
            new Input.ChangeMembership(
                world.wallClockNanos(), members.readmitting(follower.peer(), wish.incarnation)));
        return;
      }
    }
  }

  /** The turn's step is done: what it settled may have been about this peer. */
  void endOfTurn() {
    if (standing.isSuspect() && replication.isNamed()) {
      standing.readmitted();
      count = count + 1;
    }
  }
}

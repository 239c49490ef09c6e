package io.quorate.store.peer;

import io.quorate.store.chunk.SegmentUsage;
import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Segments;
import io.quorate.store.peer.PeerMessage.Refusal;
import io.quorate.store.world.World;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the peers have room for content, as their leader sees it. Lives on the peer's loop. */
final class Room {
  private static final Logger LOG = LoggerFactory.getLogger(Room.class);

  private final Protocol.Parts parts;
  private final World world;
  private final PeerOptions options;
  private final Replication replication;
  private final Consumer<Input> step;
  private boolean known;
  private @Nullable Refusal objection;

  Room(Protocol.Parts parts, Replication replication, Consumer<Input> step) {
    this.parts = parts;
    this.world = parts.world();
    this.options = parts.options();
    this.replication = replication;
    this.step = step;
  }

  /** What was looked up for this turn counts no longer. */
  void endOfTurn() {
    known = false;
  }

  /** A leader without room for content makes way for a peer that has it. */
  void handOverIfFull() {
    if (replication.role() != Role.LEADER || hasRoom()) {
      return;
    }
    FollowerStatus successor = null;
    for (FollowerStatus follower : replication.followers()) {
      if (hasRoom(follower)
          && follower.usableBytes() >= 0
          && (successor == null || follower.usableBytes() > successor.usableBytes())) {
        successor = follower;
      }
    }
    if (successor != null) {
      LOG.info("peer {} is out of space; peer {} is to lead", options.id(), successor.peer());
      step.accept(new Input.TransferLeadership(successor.peer()));
    }
  }

  /** What the journal's space is used for. */
  static Upkeep.Space account(Protocol.Parts parts) {
    Segments segments = parts.journal().segments();
    SegmentUsage usage = parts.chunks().usage();
    Position next = parts.journal().next();
    long freeOfLogBelow = segments.freeOfLogBelow();
    long garbage = 0;
    long log = 0;
    for (Segments.Info segment : segments.all()) {
      if (segment.number() <= next.segment()) {
        boolean active = segment.number() == next.segment();
        long written = active ? next.offsetBytes() : segment.diskBytes();
        long notLive = Math.max(0, written - usage.of(segment.number()));
        if (segment.number() < freeOfLogBelow) {
          garbage += notLive;
        } else {
          log += notLive;
        }
      }
    }
    long usable = parts.journal().usableBytes();
    long reserved = Math.min(parts.options().reserveBytes(), usable);
    return new Upkeep.Space(usage.total(), garbage, log, reserved, usable - reserved);
  }

  private boolean hasRoom() {
    return !replication.isStalled()
        && parts.journal().usableBytes() >= options.roomForContentBytes();
  }

  /** Whether a follower is there, as one whose word counts. */
  private boolean counts(FollowerStatus follower) {
    Long incarnation = replication.membership().voters().get(follower.peer());
    return incarnation != null
        && incarnation == follower.incarnation()
        && world.nanoTime() - follower.lastHeardNanos() < Peers.SILENT_NANOS;
  }

  /** Whether a follower that counts has room for content, as far as it has said. */
  private boolean hasRoom(FollowerStatus follower) {
    return counts(follower)
        && (follower.usableBytes() < 0 || follower.usableBytes() >= options.roomForContentBytes());
  }

  /**
   * Why content is refused, or null: a majority has to have room for it beyond the reserve, and
   * this peer has to be among it. Looked up once a turn.
   */
  @Nullable Refusal objectionToContent() {
    if (!known) {
      int there = 1;
      int withRoom = hasRoom() ? 1 : 0;
      for (FollowerStatus follower : replication.followers()) {
        there += counts(follower) ? 1 : 0;
        withRoom += hasRoom(follower) ? 1 : 0;
      }
      int quorum = replication.membership().commitQuorum();
      if (there >= quorum && withRoom < quorum) {
        objection = Refusal.NO_SPACE;
      } else {
        // A full leader among peers with room is about to hand over to one of them.
        objection = hasRoom() ? null : Refusal.OVERLOADED;
      }
      known = true;
    }
    return objection;
  }
}

package io.quorate.store.peer;

import io.quorate.store.consensus.Effects;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.EntryKind;
import io.quorate.store.peer.PeerMessage.CommandId;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.PeerMessage.Refusal;
import io.quorate.store.world.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The leader's door: which proposals go into the log, and when. A proposal waits here until this
 * journal holds the chunks that it names (the chunk rule); one that brings content is refused while
 * the peers lack space for it. Everything admitted in one turn is appended together.
 *
 * <p>Lives on the peer's loop.
 */
final class Admission {
  /** Proposals that may wait for chunks; beyond it the origin is told to come again. */
  private static final int MAX_PARKED = 16_384;

  private static final long PULL_AFTER_NANOS = 100_000_000L;

  /** A proposal whose chunks do not come within this is refused; nobody seems to have them. */
  private static final long PARKED_NANOS = 10_000_000_000L;

  /** Bytes of committed entries waiting to be applied beyond which nothing more is admitted. */
  static final long MAX_BACKLOG_BYTES = 64L << 20;

  /** Tells the origin of a proposal that it was refused. */
  interface RefusalSink {
    void refuse(int origin, long ticket, List<CommandId> commands, Refusal refusal);
  }

  private record Admitted(int origin, long ticket, ProposedCommand command) {
    long contentBytes() {
      long bytes = 0;
      for (ChunkRef chunk : command.chunks()) {
        bytes += chunk.lengthBytes();
      }
      return bytes;
    }
  }

  /** An entry with content that is not known to be committed. */
  private record Uncommitted(long index, long contentBytes) {}

  private static final class Parked {
    final Admitted proposal;
    final Set<ChunkId> lacking = new LinkedHashSet<>();
    final long expireAtNanos;
    long pullAtNanos;

    Parked(Admitted proposal, long nowNanos) {
      this.proposal = proposal;
      this.pullAtNanos = nowNanos + PULL_AFTER_NANOS;
      this.expireAtNanos = nowNanos + PARKED_NANOS;
    }
  }

  private final World world;
  private final Predicate<ChunkId> held;
  private final ChunkExchange exchange;
  private final RefusalSink refusals;
  private final Consumer<Input> step;
  private final Supplier<@Nullable Refusal> objectionToContent;
  private final LongSupplier backlogBytes;
  private final BooleanSupplier logFull;
  private final LongSupplier commitIndex;
  private final BooleanSupplier contentHeldBack;
  private final long reserveBytes;

  private List<Admitted> gathered = new ArrayList<>();

  /** Proposals with all their chunks here, until what is uncommitted leaves room in the reserve. */
  private final ArrayDeque<Admitted> forRoom = new ArrayDeque<>();

  private final ArrayDeque<Uncommitted> uncommitted = new ArrayDeque<>();

  /** Bytes of content that uncommitted entries name. */
  private long uncommittedBytes;

  private final Map<ChunkId, List<Parked>> waiting = new HashMap<>();
  private final Map<CommandId, Parked> parked = new LinkedHashMap<>();

  /** Proposals of this turn's step, by ticket: consensus refuses within the step or not at all. */
  private List<Admitted> stepping = List.of();

  private Role role = Role.FOLLOWER;

  Admission(
      World world,
      Predicate<ChunkId> held,
      ChunkExchange exchange,
      RefusalSink refusals,
      Consumer<Input> step,
      Supplier<@Nullable Refusal> objectionToContent,
      LongSupplier backlogBytes,
      BooleanSupplier logFull,
      LongSupplier commitIndex,
      BooleanSupplier contentHeldBack,
      long reserveBytes) {
    this.world = world;
    this.held = held;
    this.exchange = exchange;
    this.refusals = refusals;
    this.step = step;
    this.objectionToContent = objectionToContent;
    this.backlogBytes = backlogBytes;
    this.logFull = logFull;
    this.commitIndex = commitIndex;
    this.contentHeldBack = contentHeldBack;
    this.reserveBytes = reserveBytes;
  }

  /** This peer's role changed: what was parked for a leader goes back to its origins. */
  void roleIs(Role newRole) {
    role = newRole;
    if (role != Role.LEADER) {
      List<Admitted> all = new ArrayList<>(forRoom);
      parked.values().forEach(one -> all.add(one.proposal));
      forRoom.clear();
      parked.clear();
      waiting.clear();
      uncommitted.clear();
      uncommittedBytes = 0;
      all.forEach(one -> refuse(one, Refusal.NOT_LEADER));
    }
  }

  /** Takes proposals from {@code origin}, which may be this peer. */
  void propose(int origin, long ticket, List<ProposedCommand> commands) {
    for (ProposedCommand command : commands) {
      Admitted proposal = new Admitted(origin, ticket, command);
      Refusal objection = objectionTo(command);
      if (objection != null) {
        refuse(proposal, objection);
      } else {
        admitOrPark(proposal);
      }
    }
  }

  private @Nullable Refusal objectionTo(ProposedCommand command) {
    if (role != Role.LEADER) {
      return Refusal.NOT_LEADER;
    }
    if (parked.size() + forRoom.size() >= MAX_PARKED
        || backlogBytes.getAsLong() > MAX_BACKLOG_BYTES) {
      return Refusal.OVERLOADED;
    }
    if (logFull.getAsBoolean()) {
      return Refusal.NO_SPACE;
    }
    return command.freesSpace() ? null : objectionToContent.get();
  }

  private void admitOrPark(Admitted proposal) {
    Parked lacks = null;
    for (ChunkRef chunk : proposal.command().chunks()) {
      if (!held.test(chunk.id())) {
        lacks = lacks == null ? new Parked(proposal, world.nanoTime()) : lacks;
        lacks.lacking.add(chunk.id());
        waiting.computeIfAbsent(chunk.id(), unused -> new ArrayList<>(1)).add(lacks);
      }
    }
    if (lacks == null) {
      forRoom.add(proposal);
      return;
    }
    // The origin pushes chunks ahead of the proposal on the same link; they lag only when the
    // origin
    // sent them before this peer led, or when a push was dropped.
    Parked before = parked.put(proposal.command().commandId(), lacks);
    if (before != null) {
      unpark(before);
      refuse(before.proposal, Refusal.OVERLOADED);
    }
  }

  private void unpark(Parked one) {
    for (ChunkId chunk : one.lacking) {
      List<Parked> others = waiting.get(chunk);
      if (others != null && others.remove(one) && others.isEmpty()) {
        waiting.remove(chunk);
      }
    }
  }

  /** Whether a proposal waits for a chunk. */
  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  /** A chunk is now in this journal. */
  void chunkArrived(ChunkId chunk) {
    List<Parked> freed = waiting.remove(chunk);
    if (freed == null) {
      return;
    }
    for (Parked one : freed) {
      one.lacking.remove(chunk);
      if (one.lacking.isEmpty()) {
        parked.remove(one.proposal.command().commandId(), one);
        forRoom.add(one.proposal);
      }
    }
  }

  /** Fetches what parked proposals still lack, and refuses those for which nobody has it. */
  void tick(long nowNanos) {
    List<Parked> expired = new ArrayList<>();
    for (Parked one : parked.values()) {
      if (nowNanos - one.expireAtNanos >= 0) {
        expired.add(one);
      } else if (nowNanos - one.pullAtNanos >= 0) {
        one.pullAtNanos = nowNanos + PULL_AFTER_NANOS;
        for (ChunkRef chunk : one.proposal.command().chunks()) {
          if (one.lacking.contains(chunk.id())) {
            exchange.want(chunk);
          }
        }
      }
    }
    for (Parked one : expired) {
      unpark(one);
      parked.remove(one.proposal.command().commandId());
      refuse(one.proposal, Refusal.OVERLOADED);
    }
  }

  /**
   * Lets in, in order, what fits. What uncommitted entries name fits the reserve, or is named by
   * one entry alone: so a follower that has no more room for content can still fetch all that it
   * needs to acknowledge them. Nothing with content while the peers are asked what they hold.
   */
  private void admitWhatFits() {
    while (!uncommitted.isEmpty() && uncommitted.getFirst().index() <= commitIndex.getAsLong()) {
      uncommittedBytes -= uncommitted.removeFirst().contentBytes();
    }
    long named = uncommittedBytes;
    while (!forRoom.isEmpty()) {
      long more = forRoom.getFirst().contentBytes();
      boolean exceedsReserve =
          reserveBytes > 0 && more > 0 && named > 0 && named + more > reserveBytes;
      if (exceedsReserve || more > 0 && contentHeldBack.getAsBoolean()) {
        return;
      }
      named += more;
      gathered.add(forRoom.removeFirst());
    }
  }

  /** Whether proposals that waited for a commit may go on. */
  boolean hasRoomAgain() {
    return !forRoom.isEmpty()
        && !uncommitted.isEmpty()
        && uncommitted.getFirst().index() <= commitIndex.getAsLong();
  }

  /** Consensus appended these of the step under way. */
  void accepted(List<Effects.Accepted> accepted) {
    for (Effects.Accepted one : accepted) {
      long bytes = stepping.get((int) one.ticket()).contentBytes();
      if (bytes > 0) {
        uncommitted.add(new Uncommitted(one.index(), bytes));
        uncommittedBytes += bytes;
      }
    }
  }

  /** Appends what the turn gathered. */
  void endOfTurn() {
    admitWhatFits();
    if (gathered.isEmpty()) {
      return;
    }
    stepping = gathered;
    gathered = new ArrayList<>();
    List<Input.Proposal> proposals = new ArrayList<>(stepping.size());
    for (int i = 0; i < stepping.size(); i++) {
      ProposedCommand command = stepping.get(i).command();
      proposals.add(new Input.Proposal(i, EntryKind.COMMAND, command.chunks(), command.body()));
    }
    step.accept(new Input.Propose(world.wallClockNanos(), proposals));
  }

  /** Consensus did not append these of the step under way. */
  void refusedByConsensus(List<Long> tickets) {
    for (long ticket : tickets) {
      refuse(
          stepping.get((int) ticket), role == Role.LEADER ? Refusal.NO_QUORUM : Refusal.NOT_LEADER);
    }
  }

  private void refuse(Admitted proposal, Refusal refusal) {
    refusals.refuse(
        proposal.origin(), proposal.ticket(), List.of(proposal.command().commandId()), refusal);
  }
}

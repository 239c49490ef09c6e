package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.EntryKind;
import io.quorate.store.peer.PeerMessage.CommandId;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.PeerMessage.Refusal;
import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

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

  private record Admitted(int origin, long ticket, ProposedCommand command) {}

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
  private final ChunkStore chunks;
  private final ChunkExchange exchange;
  private final RefusalSink refusals;
  private final Consumer<Input> step;
  private final Supplier<Optional<Refusal>> contentRefusal;
  private final LongSupplier backlogBytes;

  private List<Admitted> gathered = new ArrayList<>();
  private final Map<ChunkId, List<Parked>> waiting = new HashMap<>();
  private final Map<CommandId, Parked> parked = new LinkedHashMap<>();

  /** Proposals of this turn's step, by ticket: consensus refuses within the step or not at all. */
  private List<Admitted> stepping = List.of();

  private Role role = Role.FOLLOWER;

  Admission(
      World world,
      ChunkStore chunks,
      ChunkExchange exchange,
      RefusalSink refusals,
      Consumer<Input> step,
      Supplier<Optional<Refusal>> contentRefusal,
      LongSupplier backlogBytes) {
    this.world = world;
    this.chunks = chunks;
    this.exchange = exchange;
    this.refusals = refusals;
    this.step = step;
    this.contentRefusal = contentRefusal;
    this.backlogBytes = backlogBytes;
  }

  /** This peer's role changed: what was parked for a leader goes back to its origins. */
  void roleIs(Role newRole) {
    role = newRole;
    if (role != Role.LEADER) {
      List<Parked> all = List.copyOf(parked.values());
      parked.clear();
      waiting.clear();
      all.forEach(one -> refuse(one.proposal, Refusal.NOT_LEADER));
    }
  }

  /** Takes proposals from {@code origin}, which may be this peer. */
  void propose(int origin, long ticket, List<ProposedCommand> commands) {
    for (ProposedCommand command : commands) {
      Admitted proposal = new Admitted(origin, ticket, command);
      if (role != Role.LEADER) {
        refuse(proposal, Refusal.NOT_LEADER);
      } else if (parked.size() >= MAX_PARKED || backlogBytes.getAsLong() > MAX_BACKLOG_BYTES) {
        refuse(proposal, Refusal.OVERLOADED);
      } else {
        Optional<Refusal> noRoom = command.freesSpace() ? Optional.empty() : contentRefusal.get();
        noRoom.ifPresentOrElse(why -> refuse(proposal, why), () -> admitOrPark(proposal));
      }
    }
  }

  private void admitOrPark(Admitted proposal) {
    Parked lacks = null;
    for (ChunkRef chunk : proposal.command().chunks()) {
      if (!chunks.held(chunk.id())) {
        lacks = lacks == null ? new Parked(proposal, world.nanoTime()) : lacks;
        lacks.lacking.add(chunk.id());
        waiting.computeIfAbsent(chunk.id(), unused -> new ArrayList<>(1)).add(lacks);
      }
    }
    if (lacks == null) {
      gathered.add(proposal);
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
        gathered.add(one.proposal);
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

  /** Appends what the turn gathered. */
  void endOfTurn() {
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

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkGate;
import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.Consensus;
import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.journal.Journal;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.Entry;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.MalformedCommandException;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.peer.PeerMessage.CommandId;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.PeerMessage.Refusal;
import io.quorate.store.peer.PeerMessage.Report;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a peer does on its loop: it gathers the inputs of a turn, takes one step of consensus at the
 * turn's end, and runs the duties that time brings (reports, session expiry, indexing, retries).
 */
final class Protocol implements Replication.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Protocol.class);

  private static final long SPACE_NANOS = 100_000_000L;
  private static final long DUTY_NANOS = 1_000_000_000L;
  private static final long CHUNK_GRACE_NANOS = 100_000_000L;

  /** Positions in memory beyond which they are moved to the index before their second is over. */
  private static final int MAX_UNINDEXED = 20_000;

  /** What a protocol needs from the peer that it belongs to. */
  record Parts(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Journal journal,
      LogStore log,
      Metadata metadata,
      ChunkStore chunks,
      ChunkExchange exchange,
      Healing healing,
      Proposals proposals,
      Applier applier,
      Reads reads,
      Transport transport,
      PeerLoop loop,
      Consumer<Throwable> onFatal) {}

  private final Parts parts;
  private final World world;
  private final PeerOptions options;
  private final String suspicion;
  private final Replication replication;
  private final Admission admission;
  private final Router router;
  private final ChunkGate gate;
  private final Peers peers;
  private final SessionExpiry expiry = new SessionExpiry();
  private long spaceAtNanos;
  private long dutyAtNanos;
  private long reportedIndex = -1;
  private volatile @Nullable String refusal;

  Protocol(Parts parts, Consensus consensus, String suspicion) {
    this.parts = parts;
    this.world = parts.world();
    this.options = parts.options();
    this.suspicion = suspicion;
    this.replication = new Replication(parts, consensus, this);
    this.admission =
        new Admission(
            world,
            parts.chunks(),
            parts.exchange(),
            this::refuse,
            this::step,
            this::contentRefusal,
            this::backlogBytes);
    this.router = new Router(options.id(), parts.proposals(), admission, parts.transport());
    this.gate = new ChunkGate(parts.chunks()::held, this::isSettled, CHUNK_GRACE_NANOS);
    long now = world.nanoTime();
    this.peers = new Peers(options, now);
    this.spaceAtNanos = now;
    this.dutyAtNanos = now;
  }

  // ---- inputs of a turn

  void send(Proposals.Outstanding proposal) {
    router.add(proposal);
  }

  void received(int from, ConsensusMessage message) {
    if (message instanceof ConsensusMessage.AppendEntries append) {
      // On a full disk entries are dropped as if lost; the leader sends them again.
      boolean takesEntries = append.entries().isEmpty() || !isFull();
      pass(
          from,
          takesEntries
              ? gate.offer(from, append, world.nanoTime())
              : List.of(ChunkGate.signOfLife(append)));
    } else {
      step(new Input.Received(from, message));
    }
  }

  private void pass(int from, List<ConsensusMessage.AppendEntries> appends) {
    for (ConsensusMessage.AppendEntries append : appends) {
      step(new Input.Received(from, append));
    }
  }

  /** Whether the log must not grow here: the disk is all but full, or applying lags far behind. */
  private boolean isFull() {
    return parts.journal().usableBytes() < options.reserveBytes() / 4
        || backlogBytes() > Admission.MAX_BACKLOG_BYTES;
  }

  private long backlogBytes() {
    return parts.applier().backlogBytes() + parts.log().unappliedBytes();
  }

  /**
   * Whether the applied state already answers or refuses an entry, so that its chunks do not count.
   */
  private boolean isSettled(Entry entry) {
    try {
      SessionCommand command = CommandCodec.decode(entry.body());
      return parts.metadata().settled(command.session(), command.sequence(), entry.chunks());
    } catch (MalformedCommandException e) {
      return true; // applying refuses it
    }
  }

  void proposed(int from, PeerMessage.Propose propose) {
    admission.propose(from, propose.ticket(), propose.commands());
  }

  void refusedByLeader(PeerMessage.ProposalRefused refused) {
    for (CommandId command : refused.commands()) {
      parts.proposals().refused(command, refused.ticket(), refused.refusal(), world.nanoTime());
    }
  }

  void chunkArrived(ChunkId chunk) {
    admission.chunkArrived(chunk);
    pass(gate.leader(), gate.chunkArrived(chunk));
  }

  void reported(int from, Report report) {
    peers.reported(from, report, replication.commitIndex(), world.nanoTime());
    judgeDigests();
  }

  private void step(Input input) {
    replication.add(input);
  }

  void endOfTurn() {
    long now = world.nanoTime();
    router.endOfTurn(now);
    admission.endOfTurn();
    parts.reads().endOfTurn(ticket -> step(new Input.ReadIndex(ticket)));
    replication.endOfTurn();
  }

  // ---- what consensus says

  @Override
  public void roleChanged(Role role, int leader, long term) {
    LOG.info("peer {} is {} in term {}, leader {}", options.id(), role, term, leader);
    admission.roleIs(role);
    router.leaderIs(leader, term);
    expiry.reset();
    parts.loop().execute(() -> {}); // the router sends at the end of the next turn
  }

  @Override
  public void proposalsRefused(List<Long> tickets) {
    admission.refusedByConsensus(tickets);
  }

  @Override
  public void failed(Throwable error) {
    parts.onFatal().accept(error);
  }

  private void refuse(int origin, long ticket, List<CommandId> commands, Refusal reason) {
    PeerMessage.ProposalRefused refused = new PeerMessage.ProposalRefused(ticket, commands, reason);
    if (origin == options.id()) {
      refusedByLeader(refused);
    } else {
      parts.transport().send(origin, refused);
    }
  }

  // ---- duties

  void tick() {
    long now = world.nanoTime();
    if (now - spaceAtNanos >= 0) {
      spaceAtNanos = now + SPACE_NANOS;
      step(new Input.Space(parts.journal().usableBytes()));
    }
    if (now - dutyAtNanos >= 0) {
      dutyAtNanos = now + DUTY_NANOS;
      report(now);
      expireSessions(now);
      handOverIfFull();
      parts.chunks().indexRecent(parts.exchange());
    } else if (parts.chunks().unindexed() > MAX_UNINDEXED) {
      parts.chunks().indexRecent(parts.exchange());
    }
    step(new Input.Tick());
    replication.offerCommitted();
    parts.reads().tick(now);
    admission.tick(now);
    if (gate.isWaiting()) {
      pass(gate.leader(), gate.recheck());
      gate.wanted(now).forEach(parts.exchange()::want);
    }
    parts.exchange().tick(now);
    parts.healing().run();
    parts.proposals().expire(now);
    router.sendDue(now);
  }

  private void report(long now) {
    Applier.DigestAt current = parts.applier().current();
    // An idle peer reports the digest of where it stands; a busy one that of a round index, where
    // others can meet it.
    Applier.DigestAt digest =
        current.index() == reportedIndex ? current : parts.applier().lastRound();
    reportedIndex = current.index();
    Report report =
        new Report(
            options.incarnation(),
            current.index(),
            replication.commitIndex(),
            digest.index(),
            digest.digest().high(),
            digest.digest().low(),
            parts.journal().usableBytes(),
            totalBytes(),
            !suspicion.isEmpty(),
            detail());
    for (int peer : options.genesis().voters().keySet()) {
      if (peer != options.id()) {
        parts.transport().send(peer, report);
      }
    }
    peers.reported(options.id(), report, replication.commitIndex(), now);
    judgeDigests();
  }

  private long totalBytes() {
    try {
      return parts.storage().disk().totalBytes();
    } catch (IOException e) {
      return -1; // only shown; an unreadable disk stops the journal, which is what counts
    }
  }

  private String detail() {
    String why = refusal;
    return why != null ? why : suspicion;
  }

  private void judgeDigests() {
    String verdict =
        switch (peers.verdict()) {
          case AGREE, OTHER_DIFFERS -> null;
          case MINORITY ->
              "this peer's metadata differs from that of the majority: it serves nothing; replace"
                  + " it";
          case NO_MAJORITY ->
              "no majority of the peers has the same metadata: nothing is served; compare them with"
                  + " an export of each";
        };
    if (verdict != null && refusal == null) {
      LOG.error("peer {}: {}", options.id(), verdict);
      refusal = verdict;
    }
  }

  /** As leader, ends the sessions that have shown no sign of life for their timeout. */
  private void expireSessions(long now) {
    if (replication.role() != Role.LEADER) {
      return;
    }
    for (long session : expiry.expired(parts.metadata().sessions(), now)) {
      SessionCommand command =
          new SessionCommand(0, world.randomLong(), 0, new Command.EndSession(session));
      LOG.info(
          "peer {}: session {} is silent beyond its timeout; ending it", options.id(), session);
      admission.propose(
          options.id(),
          0,
          List.of(
              new ProposedCommand(
                  0, command.sequence(), true, List.of(), CommandCodec.encode(command))));
    }
  }

  /** A leader without room for content makes way for a peer that has it. */
  private void handOverIfFull() {
    if (replication.role() != Role.LEADER
        || parts.journal().usableBytes() >= options.reserveBytes()) {
      return;
    }
    for (int peer : options.genesis().voters().keySet()) {
      if (peer != options.id() && peers.usableBytes(peer) >= options.reserveBytes()) {
        LOG.info("peer {} is out of space; peer {} is to lead", options.id(), peer);
        step(new Input.TransferLeadership(peer));
        return;
      }
    }
  }

  /** Why content must not be appended here now, if so. */
  private Optional<Refusal> contentRefusal() {
    boolean here = parts.journal().usableBytes() >= options.reserveBytes();
    int room = here ? 1 : 0;
    for (int peer : options.genesis().voters().keySet()) {
      long usable = peers.usableBytes(peer);
      if (peer != options.id() && (usable < 0 || usable >= options.reserveBytes())) {
        room++;
      }
    }
    if (room < options.genesis().commitQuorum()) {
      return Optional.of(Refusal.NO_SPACE);
    }
    // A majority has room without this peer: one of them is to lead, and takes what is sent again.
    return here ? Optional.empty() : Optional.of(Refusal.OVERLOADED);
  }

  // ---- what others ask

  /** Why this peer must not serve, or null. From any thread. */
  @Nullable String refusal() {
    return refusal;
  }

  long commandsAppended() {
    return replication.commandsAppended();
  }

  /** A link came up: whatever waited for it goes now. */
  void linkUp() {
    router.sendDue(world.nanoTime());
  }

  ClusterStatus status() {
    return peers.status(
        replication.role(),
        replication.leader(),
        replication.term(),
        replication.commitIndex(),
        replication.writable(),
        world.nanoTime());
  }
}

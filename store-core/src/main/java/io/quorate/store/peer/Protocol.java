package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkGate;
import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.consensus.Effects;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.LostContent;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalFailedException;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.peer.PeerMessage.CommandId;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.peer.PeerMessage.Refusal;
import io.quorate.store.peer.PeerMessage.Report;
import io.quorate.store.world.World;
import java.util.List;
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
      Scrub scrub,
      Proposals proposals,
      Applier applier,
      Reads reads,
      ChangeFeed changeFeed,
      Transport transport,
      PeerLoop loop,
      Worker worker,
      Staging staging,
      Consumer<Throwable> onFatal) {}

  private final Parts parts;
  private final World world;
  private final PeerOptions options;
  private final PeerRecovery recovered;
  private final Replication replication;
  private final Homecoming homecoming;
  private final Room room;
  private final Admission admission;
  private final Attempts attempts = new Attempts();
  private final Router router;
  private final SettledEntries settled;
  private final ChunkGate gate;
  private final Peers peers;
  private final CatchUp catchUp;
  private final Farewell farewell;
  private final SelfReport selfReport;
  private final SessionExpiry expiry = new SessionExpiry();
  private final IdlePurge idlePurge;
  private final Ticks ticks;
  private final Demand demand;
  private long spaceAtNanos;
  private long dutyAtNanos;
  private volatile boolean awaitsChunks;
  private volatile @Nullable String refusal;

  private final Standing standing;
  private final Readmission readmission;
  private final Census removals;
  private final Census promotions;
  private final MemberChanges memberChanges;
  private final MemberLinks links;

  Protocol(Parts parts, PeerRecovery recovered) {
    this.parts = parts;
    this.world = parts.world();
    this.options = parts.options();
    this.recovered = recovered;
    this.standing =
        new Standing(
            world,
            parts.journal(),
            options.id(),
            options.incarnation(),
            recovered.suspicion(),
            recovered.rejoins(),
            options.genesis().voters().containsKey(options.id()));
    this.replication = new Replication(parts, recovered.consensus(world, options, standing), this);
    this.homecoming =
        new Homecoming(
            world, options, parts.transport(), replication, standing, this::refusedByOthers);
    this.removals = new Census(parts, replication, this::isComplete, this::incarnation);
    this.promotions = new Census(parts, replication, this::isComplete, this::incarnation);
    this.memberChanges = new MemberChanges(parts, replication, removals, this::step);
    this.links = new MemberLinks(parts, replication, standing, memberChanges::expelled);
    this.readmission =
        new Readmission(
            parts,
            replication,
            standing,
            this::step,
            this::refusedByOthers,
            this::isComplete,
            promotions);
    this.room = new Room(parts, replication, this::step);
    this.admission =
        new Admission(
            world,
            this::isHeld,
            parts.exchange(),
            this::refuse,
            this::step,
            this::objectionToContent,
            this::backlogBytes,
            this::isLogFull,
            replication::commitIndex,
            this::isContentHeldBack,
            options.reserveBytes());
    this.router =
        new Router(
            options.id(),
            parts.proposals(),
            admission,
            parts.transport(),
            Attempts.beginning(world.randomLong()));
    this.settled = new SettledEntries(parts.metadata());
    this.gate = new ChunkGate(this::isHeld, settled::contains, CHUNK_GRACE_NANOS);
    this.catchUp = new CatchUp(parts, replication, homecoming, this::step);
    this.farewell = new Farewell(parts, replication, this::step);
    this.selfReport =
        new SelfReport(
            parts,
            standing,
            replication,
            homecoming,
            catchUp,
            () -> refusal != null ? refusal : links.expulsion());
    long now = world.nanoTime();
    this.peers = new Peers(options, this::newestMembers, now);
    this.idlePurge = new IdlePurge(parts.metadata());
    this.ticks = new Ticks(options.heartbeatMillis() * 1_000_000L, now);
    this.demand = new Demand(2 * options.heartbeatMillis() * 1_000_000L, now);
    this.spaceAtNanos = now;
    this.dutyAtNanos = now;
  }

  // ---- inputs of a turn

  void send(Proposals.Outstanding proposal) {
    router.add(proposal);
  }

  void received(int from, ConsensusMessage message) {
    links.heard(from);
    homecoming.heard(from, message);
    if (!homecoming.isIn()) {
      return;
    }
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
    return isLogFull() || backlogBytes() > Admission.MAX_BACKLOG_BYTES;
  }

  private boolean isLogFull() {
    return replication.isStalled() || parts.journal().usableBytes() < options.reserveForLogBytes();
  }

  /**
   * Whether the journal has a chunk. If not, somebody is going to wait for it: from now on arrivals
   * are told to the loop, and the second look finds one that came just before.
   */
  private boolean isHeld(ChunkId chunk) {
    if (parts.chunks().held(chunk)) {
      return true;
    }
    awaitsChunks = true;
    return parts.chunks().held(chunk);
  }

  /**
   * Whether {@link #chunkArrived} has to be called for a chunk that is now held. From any thread.
   */
  boolean awaitsChunks() {
    return awaitsChunks;
  }

  private long backlogBytes() {
    return parts.applier().backlogBytes() + parts.log().unappliedBytes();
  }

  void proposed(int from, PeerMessage.Propose propose) {
    if (attempts.isFirst(from, propose.ticket())) {
      admission.propose(from, propose.ticket(), propose.commands());
    }
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
    homecoming.reported(from, report);
    peers.reported(from, report, replication.commitIndex(), world.nanoTime());
    judgeDigests();
  }

  private void step(Input input) {
    if (homecoming.isIn()) {
      replication.add(input);
    }
  }

  void endOfTurn() {
    long now = world.nanoTime();
    if (ticks.mayCome(now, replication.tickDueNanos())) {
      tick(now);
      ticks.came(now);
    }
    router.endOfTurn(now);
    admission.endOfTurn();
    parts.reads().endOfTurn(this::beginRead);
    boolean isAwaited = isCommitAwaited();
    if (homecoming.isIn()) {
      replication.awaits(isAwaited);
    }
    replication.applyAtOnce(demand.isThere(isAwaited || parts.reads().isWaiting(), now));
    replication.endOfTurn();
    catchUp.endOfTurn();
    readmission.endOfTurn();
    room.endOfTurn();
    if (admission.hasRoomAgain()) {
      parts.loop().execute(() -> {}); // another turn
    }
    if (awaitsChunks && !gate.isWaiting() && !admission.isWaiting()) {
      awaitsChunks = false;
    }
  }

  /**
   * Whether somebody here waits for entries to be committed; of readers consensus knows itself. Who
   * seeks content that all others lack has to be as far as they are to tell that it is lost.
   */
  private boolean isCommitAwaited() {
    return parts.proposals().isWaiting()
        || parts.changeFeed().isWaiting()
        || memberChanges.isAsked()
        || removals.isAwaited()
        || parts.exchange().isFetching();
  }

  private void beginRead(long ticket) {
    if (homecoming.isIn()) {
      step(new Input.ReadIndex(ticket));
    } else {
      parts.reads().refused(ticket);
    }
  }

  // ---- the return to the others

  void returned(int from, PeerMessage.Returned message) {
    homecoming.returned(from, message);
  }

  void promised(int from, PeerMessage.Promised message) {
    comeHome(() -> homecoming.promised(from, message));
  }

  private void comeHome(Runnable event) {
    boolean before = homecoming.isIn();
    event.run();
    if (homecoming.isIn() && !before) {
      // Ahead of the first word to the leader, who would take this peer's disk for full.
      step(new Input.Space(parts.journal().usableBytes()));
    }
  }

  /**
   * The disk is older than what this peer promised. Before it has taken part, it follows as a
   * suspect; if it has, what it said meanwhile can not be taken back, and it ends, to come back as
   * one.
   */
  private void refusedByOthers(String why) {
    LOG.error("peer {}: {}", options.id(), why);
    try {
      if (recovered.isEmpty()) {
        standing.wiped(why);
      } else {
        standing.forgot(why);
      }
      if (replication.hasBegun()) {
        parts.journal().whenDurable(() -> parts.onFatal().accept(new OlderDiskException(why)));
      } else {
        replication.startWith(recovered.consensus(world, options, standing));
        homecoming.followAsSuspect();
      }
    } catch (JournalFailedException e) {
      parts.onFatal().accept(e);
    }
  }

  /** Whether this peer lacks no content that it knows of. */
  private boolean isComplete() {
    return !catchUp.isReceiving() && !replication.isInstalling() && parts.healing().isComplete();
  }

  Readmission readmission() {
    return readmission;
  }

  MemberChanges memberChanges() {
    return memberChanges;
  }

  private @Nullable Refusal objectionToContent() {
    return isContentHeldBack() ? Refusal.OVERLOADED : room.objectionToContent();
  }

  private boolean isContentHeldBack() {
    return removals.holdsContent() || promotions.holdsContent();
  }

  // ---- the members

  /** A leader asks what this peer holds. */
  void censusAsked(int from, PeerMessage.Census census) {
    removals.asked(from, census);
  }

  void counted(int from, PeerMessage.Counted counted) {
    removals.counted(from, counted);
    promotions.counted(from, counted);
  }

  /** A leader does not do what this peer asked for. */
  void membersRefused(PeerMessage.MembersRefused refused) {
    if (refused.ticket() != 0) {
      memberChanges.refused(refused);
    } else {
      readmission.refused(refused.why());
    }
  }

  @Override
  public void membershipChanged() {
    removals.reset();
    promotions.reset();
    links.membershipChanged();
  }

  MemberLinks links() {
    return links;
  }

  CatchUp catchUp() {
    return catchUp;
  }

  Farewell farewell() {
    return farewell;
  }

  // ---- what consensus says

  @Override
  public void roleChanged(Role role, int leader, long term) {
    LOG.info("peer {} is {} in term {}, leader {}", options.id(), role, term, leader);
    admission.roleIs(role);
    router.leaderIs(leader, term);
    expiry.reset();
    readmission.roleChanged();
    memberChanges.roleChanged();
    links.leaderChanged();
    parts.loop().execute(() -> {}); // the router sends at the end of the next turn
  }

  @Override
  public void proposalsRefused(List<Long> tickets) {
    admission.refusedByConsensus(tickets);
  }

  @Override
  public void proposalsAccepted(List<Effects.Accepted> accepted) {
    admission.accepted(accepted);
  }

  @Override
  public void installDurable() {
    catchUp.installDurable();
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

  /** When the turn after this one is to come at the latest. */
  long nextTickNanos() {
    return ticks.nextNanos(isQuiet(), replication.tickDueNanos());
  }

  /** Whether only heartbeats and what is seldom due are to be expected. */
  private boolean isQuiet() {
    return homecoming.isIn()
        && !replication.isBusy()
        && !parts.reads().isWaiting()
        && !parts.proposals().isWaiting()
        && !admission.isWaiting()
        && !gate.isWaiting()
        && !catchUp.isReceiving()
        && !readmission.isAsked()
        && !memberChanges.isAsked()
        && !farewell.isUnderWay()
        && !parts.exchange().isFetching()
        && parts.healing().isIdle();
  }

  private void tick(long now) {
    if (now - spaceAtNanos >= 0) {
      spaceAtNanos = now + SPACE_NANOS;
      step(new Input.Space(parts.journal().usableBytes()));
      room.handOverIfFull();
      readmission.ask();
      purgeIfIdle();
    }
    if (now - dutyAtNanos >= 0) {
      dutyAtNanos = now + DUTY_NANOS;
      report(now);
      expireSessions(now);
      parts.chunks().indexRecent(parts.exchange());
    } else if (parts.chunks().unindexed() > MAX_UNINDEXED) {
      parts.chunks().indexRecent(parts.exchange());
    }
    comeHome(() -> homecoming.tick(now));
    memberChanges.tick(now);
    readmission.grant(now);
    step(new Input.Tick());
    replication.writeOut();
    replication.offerCommitted();
    parts.reads().tick(now);
    admission.tick(now);
    if (gate.isWaiting()) {
      pass(gate.leader(), gate.recheck());
      gate.wanted(now).forEach(parts.exchange()::want);
    }
    catchUp.tick(now, settled.wantFlush());
    farewell.tick(now);
    parts.exchange().tick(now);
    parts.healing().run();
    parts.proposals().expire(now);
    router.sendDue(now);
  }

  private void report(long now) {
    Report report = selfReport.next();
    Membership agreed = replication.committedMembership();
    for (int peer : links.peers()) {
      parts.transport().send(peer, report);
      if (agreed.index() > 0) {
        parts.transport().send(peer, new PeerMessage.Members(agreed));
      }
    }
    peers.reported(options.id(), report, replication.commitIndex(), now);
    judgeDigests();
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
    if (replication.role() != Role.LEADER || !replication.writable()) {
      // Without a write quorum no session can show a sign of life: its time does not run.
      expiry.reset();
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

  private void purgeIfIdle() {
    if (replication.role() == Role.LEADER && replication.writable()) {
      ProposedCommand purge = idlePurge.due(world.randomLong());
      if (purge != null) {
        admission.propose(options.id(), 0, List.of(purge));
      }
    }
  }

  /** This peer's metadata is damaged. From any thread. */
  void serveNothing(String why) {
    LOG.error("peer {}: {}; it serves nothing; replace it", options.id(), why);
    refusal = why + "; this peer serves nothing; replace it";
  }

  // ---- what others ask

  /** Why this peer must not serve, or null. From any thread. */
  @Nullable String refusal() {
    if (farewell.refuses()) {
      return "this peer is stopping";
    }
    String why = refusal;
    if (why == null && standing.kind() == Standing.Kind.JOINING) {
      why = "this peer serves nothing yet: " + standing.detail();
    }
    return why != null ? why : links.expulsion();
  }

  /** Whether reads need to ask nobody now. From any thread. */
  boolean isCurrent() {
    return replication.isCurrentAt(parts.reads().appliedIndex());
  }

  /** Whether nothing that this peer says counts. From any thread. */
  boolean isSuspect() {
    return standing.isSuspect();
  }

  /** Whether this peer's disk is a new one. From any thread. */
  boolean isWiped() {
    return standing.kind() == Standing.Kind.WIPED;
  }

  /** From any thread. */
  long incarnation() {
    return standing.incarnation();
  }

  /** The members that are known here to be agreed on; from any thread. */
  Membership members() {
    return replication.committedMembership();
  }

  /** The newest members in the log, agreed on or not; from any thread. */
  Membership newestMembers() {
    return replication.newestMembership();
  }

  long commandsAppended() {
    return replication.commandsAppended();
  }

  long logStart() {
    return replication.logStart();
  }

  long checkpointsInstalled() {
    return catchUp.checkpointsInstalled();
  }

  /** A link came up: whatever waited for it goes now, and the other hears how this peer is. */
  void linkChanged(int other, boolean up) {
    if (up) {
      links.up(other);
      router.sendDue(world.nanoTime());
      dutyAtNanos = world.nanoTime();
    } else {
      peers.lost(other);
    }
  }

  ClusterStatus status(List<LostContent> lost) {
    return peers.status(
        replication.role(),
        replication.leader(),
        replication.term(),
        replication.commitIndex(),
        replication.writable(),
        world.nanoTime(),
        lost);
  }
}

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkGate;
import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.consensus.Effects;
import io.quorate.store.consensus.FollowerStatus;
import io.quorate.store.consensus.Input;
import io.quorate.store.consensus.Role;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalFailedException;
import io.quorate.store.journal.Recovery;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.Entry;
import io.quorate.store.log.Membership;
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
  private final Admission admission;
  private final Attempts attempts = new Attempts();
  private final Router router;
  private final ChunkGate gate;
  private final Peers peers;
  private final LogTrimming trimming;
  private final CheckpointSender sender;
  private final CheckpointReceiver receiver;

  /** A checkpoint that this turn's step may take; null mostly. */
  private @Nullable CheckpointManifest ready;

  private final SessionExpiry expiry = new SessionExpiry();
  private long spaceAtNanos;
  private long dutyAtNanos;
  private long reportedIndex = -1;
  private boolean roomKnown;
  private @Nullable Refusal objection;
  private volatile boolean awaitsChunks;
  private volatile long checkpointsInstalled;
  private volatile @Nullable String refusal;

  /** Why nothing that this peer says counts; empty if it does. */
  private volatile String suspicion;

  Protocol(Parts parts, PeerRecovery recovered) {
    this.parts = parts;
    this.world = parts.world();
    this.options = parts.options();
    this.recovered = recovered;
    this.suspicion = recovered.suspicion();
    boolean suspect = !suspicion.isEmpty();
    this.replication = new Replication(parts, recovered.consensus(world, options, suspect), this);
    this.homecoming =
        new Homecoming(
            world, options, parts.transport(), replication, suspect, this::refusedByOthers);
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
            options.reserveBytes());
    this.router =
        new Router(
            options.id(),
            parts.proposals(),
            admission,
            parts.transport(),
            Attempts.beginning(world.randomLong()));
    this.gate = new ChunkGate(this::isHeld, this::isSettled, CHUNK_GRACE_NANOS);
    this.trimming =
        new LogTrimming(
            options.log(),
            parts.journal(),
            parts.chunks(),
            parts.metadata(),
            parts.worker(),
            parts.loop());
    this.sender = new CheckpointSender(parts);
    this.receiver = new CheckpointReceiver(parts, parts.staging(), this::checkpointIsReady);
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
    router.endOfTurn(now);
    admission.endOfTurn();
    parts.reads().endOfTurn(this::beginRead);
    replication.endOfTurn();
    if (ready != null) {
      ready = null;
      if (!replication.isInstalling()) {
        receiver.done(false); // the log has caught up meanwhile
      }
    }
    roomKnown = false;
    if (admission.hasRoomAgain()) {
      parts.loop().execute(() -> {}); // another turn
    }
    if (awaitsChunks && !gate.isWaiting() && !admission.isWaiting()) {
      awaitsChunks = false;
    }
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
    suspicion = why;
    try {
      parts.journal().suspect(Recovery.Suspicion.OLDER_IMAGE);
      if (replication.hasBegun()) {
        parts.journal().whenDurable(() -> parts.onFatal().accept(new OlderDiskException(why)));
      } else {
        replication.startWith(recovered.consensus(world, options, true));
        homecoming.followAsSuspect();
      }
    } catch (JournalFailedException e) {
      parts.onFatal().accept(e);
    }
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
  public void proposalsAccepted(List<Effects.Accepted> accepted) {
    admission.accepted(accepted);
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
      handOverIfFull();
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
    step(new Input.Tick());
    replication.writeOut();
    replication.offerCommitted();
    parts.reads().tick(now);
    admission.tick(now);
    if (gate.isWaiting()) {
      pass(gate.leader(), gate.recheck());
      gate.wanted(now).forEach(parts.exchange()::want);
    }
    trimLog();
    sender.tick(now, behindTheLog(now));
    receiver.tick(now);
    parts.exchange().tick(now);
    parts.healing().run();
    parts.proposals().expire(now);
    router.sendDue(now);
  }

  private void trimLog() {
    trimming.tick();
    long index = trimming.dropThrough(sender.heldIndex());
    if (homecoming.isIn() && index > replication.logStart() && !replication.isInstalling()) {
      replication.dropLog(index);
    }
  }

  // ---- checkpoints

  /** Followers that are there and lack entries which are no longer in the log. */
  private List<FollowerStatus> behindTheLog(long now) {
    return replication.followers().stream()
        .filter(follower -> follower.nextIndex() <= replication.logStart())
        .filter(follower -> now - follower.lastHeardNanos() < Peers.SILENT_NANOS)
        .toList();
  }

  void offered(int from, PeerMessage.CheckpointOffer offer) {
    Metadata.Moment state = offer.manifest().state();
    if (!homecoming.isIn()
        || state.index() <= replication.commitIndex()
        || replication.isInstalling()) {
      return;
    }
    if (replication.holds(state.index(), state.term())) {
      step(new Input.Committed(state.index(), state.term()));
    } else {
      receiver.offered(from, offer.manifest());
    }
  }

  void pulled(int from, PeerMessage.CheckpointPull pull) {
    sender.pulled(from, pull);
  }

  void partCame(PeerMessage.CheckpointPart part) {
    receiver.arrived(part);
  }

  void gone(PeerMessage.CheckpointGone gone) {
    receiver.gone(gone.id());
  }

  private void checkpointIsReady(CheckpointManifest manifest) {
    Metadata.Moment state = manifest.state();
    Membership membership =
        state.membership().length == 0
            ? options.genesis().at(state.index())
            : Membership.decode(state.index(), state.membership());
    ready = manifest;
    step(new Input.Install(state.index(), state.term(), state.stampNanos(), membership));
  }

  @Override
  public void installDurable() {
    parts
        .applier()
        .replace(
            () -> {
              parts.metadata().replace(parts.staging()::swapNow);
              long index = parts.metadata().appliedIndex();
              LOG.info("peer {} goes on from a checkpoint at entry {}", options.id(), index);
              parts.changeFeed().installed(index);
              parts.healing().walkAgain();
              parts.reads().applied(index);
              parts.loop().execute(this::installed);
            });
  }

  private void installed() {
    checkpointsInstalled = checkpointsInstalled + 1;
    replication.installed();
    receiver.done(true);
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
            receiver.isReceiving(),
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
    if (why != null || !suspicion.isEmpty()) {
      return why != null ? why : suspicion;
    }
    if (replication.isStalled()) {
      return "the disk has no room for the log; make room";
    }
    String awaited = homecoming.waitsFor();
    if (!awaited.isEmpty()) {
      return awaited;
    }
    if (receiver.isReceiving()) {
      return receiver.detail();
    }
    int missing = parts.healing().missing();
    return missing > 0 ? "fetches " + missing + " chunks that it lacks" : "";
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

  /** A leader without room for content makes way for a peer that has it. */
  private void handOverIfFull() {
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
      step(new Input.TransferLeadership(successor.peer()));
    }
  }

  private boolean hasRoom() {
    return !replication.isStalled()
        && parts.journal().usableBytes() >= options.roomForContentBytes();
  }

  /** Whether a follower is there, as one whose word counts. */
  private boolean counts(FollowerStatus follower) {
    Long incarnation = options.genesis().voters().get(follower.peer());
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
  private @Nullable Refusal objectionToContent() {
    if (!roomKnown) {
      int there = 1;
      int withRoom = hasRoom() ? 1 : 0;
      for (FollowerStatus follower : replication.followers()) {
        there += counts(follower) ? 1 : 0;
        withRoom += hasRoom(follower) ? 1 : 0;
      }
      int quorum = options.genesis().commitQuorum();
      if (there >= quorum && withRoom < quorum) {
        objection = Refusal.NO_SPACE;
      } else {
        // A full leader among peers with room is about to hand over to one of them.
        objection = hasRoom() ? null : Refusal.OVERLOADED;
      }
      roomKnown = true;
    }
    return objection;
  }

  /** This peer's metadata is damaged. From any thread. */
  void serveNothing(String why) {
    LOG.error("peer {}: {}; it serves nothing; replace it", options.id(), why);
    refusal = why + "; this peer serves nothing; replace it";
  }

  // ---- what others ask

  /** Why this peer must not serve, or null. From any thread. */
  @Nullable String refusal() {
    return refusal;
  }

  /** Whether nothing that this peer says counts. From any thread. */
  boolean isSuspect() {
    return !suspicion.isEmpty();
  }

  long commandsAppended() {
    return replication.commandsAppended();
  }

  long logStart() {
    return replication.logStart();
  }

  long checkpointsInstalled() {
    return checkpointsInstalled;
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

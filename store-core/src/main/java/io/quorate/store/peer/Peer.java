package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalFailedException;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Result;
import io.quorate.store.peer.PeerMessage.ProposedCommand;
import io.quorate.store.world.NoSpaceException;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the cluster: journal, consensus, metadata and chunks of one data directory, bound
 * to a transport.
 *
 * <p>Threads: the loop (protocol state; on a thread of the transport if that lends one), the
 * journal's writer, the applier, a few readers and one that serves other peers' pulls. All are made
 * through the {@link World}; {@link #close} ends them.
 */
public final class Peer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

  private final World world;
  private final PeerOptions options;
  private final PeerStorage storage;
  private final Transport transport;
  private final Journal journal;
  private final Metadata metadata;
  private final ChunkStore chunks;
  private final ChunkExchange exchange;
  private final Proposals proposals = new Proposals();
  private final LostChunks lost;
  private final Healing healing;
  private final ChangeFeed changeFeed;
  private final Applier applier;
  private final Reads reads;
  private final Protocol protocol;
  private final PeerLoop loop;
  private final Worker worker;
  private final Scrub scrub;
  private final Compaction compaction;
  private final LocalGateway gateway;
  private final LocalGateway clientGateway;
  private final Consumer<Throwable> onFatal;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final CompletableFuture<Void> mayStop = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final AtomicReference<@Nullable Throwable> fatal = new AtomicReference<>();

  private Peer(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Transport transport,
      Consumer<Throwable> onFatal,
      PeerRecovery recovered) {
    this.world = world;
    this.options = options;
    this.storage = storage;
    this.transport = transport;
    this.onFatal = onFatal;
    this.metadata = recovered.metadata();
    this.chunks = recovered.chunks();
    this.journal = recovered.journal();
    long appliedIndex = metadata.appliedIndex();
    this.loop = new PeerLoop(transport.carrier(), this::failed);
    this.worker = new Worker(world, name("storage"), this::failed);
    this.exchange =
        new ChunkExchange(
            world,
            options,
            chunks,
            transport,
            this::newestMembers,
            metadata::appliedIndex,
            id -> metadata.chunkState(id) == Metadata.ChunkState.LIVE,
            this::readFailed,
            this::failed);
    this.lost = new LostChunks(world, metadata, name("lost"));
    this.healing = new Healing(world, chunks, exchange, metadata, lost, this::hasSpaceForContent);
    this.changeFeed = new ChangeFeed(world, exchange, appliedIndex);
    this.applier = new Applier(world, name("apply"), metadata, this::applied, this::failed);
    this.reads = new Reads(world, options, appliedIndex);
    this.scrub =
        new Scrub(world, options, chunks, metadata, healing::foundMissing, this::readFailed);
    Protocol.Parts parts =
        new Protocol.Parts(
            world,
            options,
            storage,
            journal,
            recovered.log(),
            metadata,
            chunks,
            exchange,
            healing,
            scrub,
            proposals,
            applier,
            reads,
            changeFeed,
            transport,
            loop,
            worker,
            recovered.staging(),
            this::failed);
    this.protocol = new Protocol(parts, recovered);
    scrub.start(protocol::serveNothing);
    OpenReads openReads = new OpenReads();
    this.compaction =
        new Compaction(
            world,
            options,
            journal,
            chunks,
            metadata,
            openReads,
            healing::walkAgain,
            pressed -> protocol.catchUp().press(pressed),
            this::failed);
    this.gateway =
        new LocalGateway(
            world,
            options,
            this,
            chunks,
            exchange,
            metadata,
            new ContentReader(
                metadata,
                chunks,
                exchange,
                reads,
                openReads,
                this::readFailed,
                healing::soughtByReader),
            changeFeed,
            true);
    this.clientGateway = gateway.readingElsewhere();
  }

  /**
   * Recovers the data directory and takes part in the cluster.
   *
   * @param onFatal told once, on a thread of its own, when the peer can not go on (a failed fsync,
   *     an internal error); the peer closes itself, and its process should end
   * @throws IOException if the data directory can not be used; the message says why and what to do.
   *     {@code storage} is then still open
   */
  public static Peer start(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Transport transport,
      Consumer<Throwable> onFatal)
      throws IOException {
    return start(world, options, storage, transport, onFatal, false);
  }

  /**
   * As {@link #start}, on a new disk in place of one that is lost: the peer learns all anew from
   * the others, and votes once it has it.
   *
   * @throws IOException also if the data directory holds something
   */
  public static Peer rejoin(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Transport transport,
      Consumer<Throwable> onFatal)
      throws IOException {
    return start(world, options, storage, transport, onFatal, true);
  }

  private static Peer start(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Transport transport,
      Consumer<Throwable> onFatal,
      boolean rejoins)
      throws IOException {
    PeerRecovery recovered = PeerRecovery.run(world, options, storage, rejoins);
    Peer peer = new Peer(world, options, storage, transport, onFatal, recovered);
    peer.loop.start(
        world, peer.name("loop"), peer.protocol::nextTickNanos, peer.protocol::endOfTurn);
    transport.start(new PeerReceiver(peer, peer.protocol, peer.exchange, peer.loop));
    peer.loop.execute(peer.protocol::membershipChanged);
    recovered.journalFailure().thenAccept(peer::failed);
    return peer;
  }

  private String name(String thread) {
    return "quorate-" + thread + "-" + options.id();
  }

  /**
   * The way in for the faces of this process. A read that has nothing to wait for but the disk is
   * done on the thread that asks. Closing it does not close the peer.
   */
  public Gateway gateway() {
    return gateway;
  }

  /** The same for threads that serve many, and so must not wait for the disk. */
  public Gateway clientGateway() {
    return clientGateway;
  }

  /**
   * The replicated state, for watchers and for tests; reads that must be linearizable use a
   * gateway.
   */
  public Metadata metadata() {
    return metadata;
  }

  /** The journal's counters, for metrics and tests. */
  public Journal journal() {
    return journal;
  }

  /** Whether this peer may lack what it promised, so that nothing it says counts. */
  public boolean isSuspect() {
    return protocol.isSuspect();
  }

  /** Whether its disk is a new one, which an operator has to say. */
  public boolean isWiped() {
    return protocol.isWiped();
  }

  /** Which life of its id this peer lives. */
  public long incarnation() {
    return protocol.incarnation();
  }

  /** The members that are known here to be agreed on. */
  public Membership members() {
    return protocol.members();
  }

  private Membership newestMembers() {
    return protocol.newestMembers();
  }

  /** Whether the journal holds a chunk, for tests. */
  public boolean holds(ChunkId chunk) {
    return chunks.held(chunk);
  }

  /** How often this peer was readmitted since it started, for tests. */
  public long readmissions() {
    return protocol.readmission().count();
  }

  /** The chunks that this peer holds, for tests. */
  ChunkStore chunks() {
    return chunks;
  }

  /** What scrubbing has done, for tests. */
  Scrub.Progress scrubbed() {
    return scrub.progress();
  }

  /** Content that it lacked and brought in since it was started, for metrics and tests. */
  public long healedBytes() {
    return healing.healedBytes();
  }

  /** Content that scrubbing has read and checked since it was started, for metrics. */
  public long scrubbedBytes() {
    return scrub.progress().checkedBytes();
  }

  /** What compaction has done since it was started, for tests. */
  Compaction.Progress compacted() {
    return compaction.progress();
  }

  /** Segments of the journal given back since it was started, for metrics and tests. */
  public long segmentsGivenBack() {
    return compaction.progress().segments();
  }

  /** Chunks moved so that their segments could be given back, for metrics and tests. */
  public long chunksMoved() {
    return compaction.progress().movedChunks();
  }

  /** How it gets those that it lacks, for tests. */
  ChunkExchange exchange() {
    return exchange;
  }

  /**
   * Bytes of content taken and not yet written: a server stops reading its sockets when it is high.
   */
  public long queuedBytes() {
    return journal.queuedBytes();
  }

  /**
   * Commands that this peer appended as leader since it started: rounds of consensus, for tests.
   */
  public long commandsAppended() {
    return protocol.commandsAppended();
  }

  /** The log begins after this index, for metrics and tests: what came before is dropped. */
  public long logStart() {
    return protocol.logStart();
  }

  /** Checkpoints that took the place of this peer's state since it started, for tests. */
  public long checkpointsInstalled() {
    return protocol.checkpointsInstalled();
  }

  // ---- what the gateway asks

  CompletableFuture<Result> propose(ProposedCommand command, long deadlineNanos) {
    List<Proposals.Outstanding> fresh = new ArrayList<>(1);
    CompletableFuture<Result> future = proposals.add(command, deadlineNanos, fresh);
    fresh.forEach(one -> loop.execute(() -> protocol.send(one)));
    if (closed.get()) {
      proposals.close();
    }
    return future;
  }

  /**
   * Reads once that is linearizable.
   *
   * @param here whether on this thread, if there is nothing to wait for but perhaps the disk, and
   *     it is not one that applies, ticks or fires deadlines
   */
  void read(Reads.Reader reader, boolean here) {
    String refusal = refusal();
    if (refusal != null) {
      reader.future().completeExceptionally(new UnavailableException(refusal));
    } else if (!protocol.isCurrent()) {
      ask(() -> reads.add(reader), reader.future());
    } else if (here && !world.isOwnThread() && !loop.isCurrent()) {
      reader.run();
    } else {
      reads.run(reader);
    }
  }

  CompletableFuture<ClusterStatus> status() {
    CompletableFuture<ClusterStatus> future = new CompletableFuture<>();
    ask(() -> future.complete(protocol.status(lost.named())), future);
    return future;
  }

  /** Looks over all that is stored here. */
  void scrub(ScrubDemand demand) {
    scrub.demand(demand);
  }

  /** Has those look over what they store whom it is demanded of. */
  void passOn(ScrubDemand demand) {
    for (int peer : newestMembers().members()) {
      if (demand.peer() == 0 || demand.peer() == peer) {
        if (peer == options.id()) {
          scrub(demand);
        } else {
          transport.send(peer, new PeerMessage.ScrubNow(demand));
        }
      }
    }
  }

  CompletableFuture<ClusterMembers> members(MemberCall call, long deadlineNanos) {
    CompletableFuture<ClusterMembers> future = new CompletableFuture<>();
    ask(() -> protocol.memberChanges().ask(call, future, deadlineNanos), future);
    return future;
  }

  /** Gives the loop something that {@code future} waits for. */
  private void ask(Runnable work, CompletableFuture<?> future) {
    PeerLoop.Request request =
        new PeerLoop.Request() {
          @Override
          public void run() {
            work.run();
          }

          @Override
          public void abandon() {
            future.completeExceptionally(new UnavailableException("this peer is stopping"));
          }
        };
    if (!loop.offer(request)) {
      request.abandon();
    }
  }

  /** Why nothing may be served now, or null. */
  @Nullable String refusal() {
    Throwable error = fatal.get();
    if (error != null) {
      return "this peer has failed: " + error;
    }
    return closed.get() ? "this peer is stopping" : protocol.refusal();
  }

  boolean hasSpaceForContent() {
    return journal.usableBytes() >= options.roomForContentBytes();
  }

  /** Content from this peer's callers or another origin: refused inside the reserve. */
  void takePushed(Chunk chunk) {
    take(chunk, options.reserveBytes());
  }

  /** Content that this peer asked for, because the log or the tree names it. */
  void takePulled(Chunk chunk) {
    take(chunk, options.reserveForLogBytes());
  }

  private void take(Chunk chunk, long leaveBytes) {
    boolean held = journal.usableBytes() >= leaveBytes && append(chunk);
    // Whoever waits to read it is served even if there is no room to keep it.
    exchange.arrived(chunk, held);
    if (held && protocol.awaitsChunks()) {
      loop.execute(() -> protocol.chunkArrived(chunk.ref().id()));
    }
  }

  /** Whether the journal holds the chunk now. */
  private boolean append(Chunk chunk) {
    try {
      chunks.append(chunk.ref(), chunk.content());
      return true;
    } catch (NoSpaceException full) {
      LOG.debug("peer {}: no room for chunk {}", options.id(), chunk.ref().id(), full);
      return false; // it is pulled again if the log names it and space returns
    } catch (JournalFailedException e) {
      failed(e);
      return false;
    } catch (IllegalStateException e) {
      if (closed.get()) {
        return false; // it came while the storage was being closed
      }
      throw e;
    }
  }

  // ---- what can go wrong

  private void applied(List<Entry> entries, List<Metadata.Applied> results) {
    reads.applied(entries.get(entries.size() - 1).index());
    proposals.applied(results);
    changeFeed.applied(results);
    for (Entry entry : entries) {
      entry.chunks().forEach(healing::named);
    }
  }

  private void readFailed(ChunkRef chunk, IOException error) {
    LOG.warn(
        "peer {}: its copy of chunk {} can not be read and is fetched from another peer: {}",
        options.id(),
        chunk.id(),
        error.toString());
    healing.named(chunk);
  }

  void failed(Throwable error) {
    if (closed.get() || !fatal.compareAndSet(null, error)) {
      return;
    }
    LOG.error("peer {} can not go on", options.id(), error);
    loop.halt();
    mayStop.complete(null);
    // Not on this thread, which may be one that closing waits for.
    world.spawn(
        name("stop"),
        () -> {
          onFatal.accept(error);
          close();
        });
  }

  /**
   * Hands over if it leads and answers what is under way, for at most two election timeouts; then
   * stops taking part, writes out what is queued and ends all threads. Every call of the gateway
   * has ended when this returns. Not to be called from a callback of a gateway's future.
   */
  @Override
  public void close() {
    if (stopping.compareAndSet(false, true)) {
      sayFarewell();
    }
    mayStop.join();
    if (!closed.compareAndSet(false, true)) {
      ended.join();
      return;
    }
    try {
      transport.close();
      end(loop::close);
      end(scrub::close);
      end(lost::close);
      end(compaction::close);
      end(applier::close);
      end(exchange::close);
      end(worker::close);
      end(reads::close);
      changeFeed.close();
      proposals.close();
      protocol.memberChanges().abandon();
      closeStorage();
    } finally {
      ended.complete(null);
    }
  }

  private void sayFarewell() {
    PeerLoop.Request request =
        new PeerLoop.Request() {
          @Override
          public void run() {
            protocol.farewell().begin().thenRun(() -> mayStop.complete(null));
          }

          @Override
          public void abandon() {
            mayStop.complete(null);
          }
        };
    if (!loop.offer(request)) {
      request.abandon();
    }
  }

  /** A part of closing; one that is interrupted can be repeated. */
  private interface Ending {
    void run() throws InterruptedException;
  }

  private static void end(Ending part) {
    boolean interrupted = false;
    while (true) {
      try {
        part.run();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeStorage() {
    if (fatal.get() == null) {
      attempt(chunks::indexRest);
    }
    attempt(journal::close);
    if (fatal.get() == null) {
      attempt(metadata::flush);
      attempt(storage.index()::flush);
    }
    attempt(metadata::close);
    attempt(storage.index()::close);
    attempt(storage.disk()::close);
  }

  /** A step of closing the storage; whether it fails or not, the next one follows. */
  private interface Step {
    void run() throws IOException;
  }

  private void attempt(Step step) {
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      LOG.warn("peer {}: closing the data directory failed", options.id(), e);
    }
  }
}

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.Consensus;
import io.quorate.store.consensus.ConsensusOptions;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalFailedException;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.Entry;
import io.quorate.store.metadata.Genesis;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the cluster: journal, consensus, metadata and chunks of one data directory, bound
 * to a transport.
 *
 * <p>Threads: the loop (protocol state), the journal's writer, the applier, a few readers and one
 * that serves other peers' pulls. All are made through the {@link World}; {@link #close} ends them.
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
  private final Healing healing;
  private final Applier applier;
  private final Reads reads;
  private final Protocol protocol;
  private final PeerLoop loop;
  private final LocalGateway gateway;
  private final Consumer<Throwable> onFatal;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Throwable fatal;
  private volatile World.@Nullable Timer tick;

  private Peer(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Transport transport,
      Consumer<Throwable> onFatal)
      throws IOException {
    this.world = world;
    this.options = options;
    this.storage = storage;
    this.transport = transport;
    this.onFatal = onFatal;
    this.metadata = Metadata.open(storage.metadata(), Genesis.DEFAULT);
    this.chunks = new ChunkStore(storage.index());
    LogReplay replay = new LogReplay(options.genesis(), chunks);
    this.journal = Journal.open(world, storage.disk(), journalOptions(), replay);
    chunks.attach(journal);
    journal.recovered().damagedChunks().forEach(damaged -> chunks.forget(damaged.id()));
    String suspicion = suspicion(replay);
    LogStore log = new LogStore(journal);
    log.replayed(replay.positions());
    long appliedIndex = metadata.appliedIndex();
    Consensus consensus =
        new Consensus(consensusOptions(suspicion), replay.restored(appliedIndex), world.nanoTime());
    this.exchange = new ChunkExchange(world, options, chunks, transport, this::readFailed);
    this.healing = new Healing(chunks, exchange, metadata);
    this.applier = new Applier(world, name("apply"), metadata, this::applied, this::failed);
    this.reads = new Reads(world, options, appliedIndex);
    this.loop = new PeerLoop(this::failed);
    Protocol.Parts parts =
        new Protocol.Parts(
            world,
            options,
            storage,
            journal,
            log,
            metadata,
            chunks,
            exchange,
            healing,
            proposals,
            applier,
            reads,
            transport,
            loop,
            this::failed);
    this.protocol = new Protocol(parts, consensus, suspicion);
    this.gateway =
        new LocalGateway(
            world,
            options,
            this,
            chunks,
            exchange,
            metadata,
            new ContentReader(metadata, chunks, exchange, reads, this::readFailed));
  }

  /**
   * Recovers the data directory and takes part in the cluster.
   *
   * @param onFatal told once when the peer can not go on (a failed fsync, a full disk under the
   *     log, an internal error); it serves nothing any more and should be closed and its process
   *     ended
   * @throws IOException if the data directory can not be used; the message says why and what to do
   */
  public static Peer start(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Transport transport,
      Consumer<Throwable> onFatal)
      throws IOException {
    Peer peer = new Peer(world, options, storage, transport, onFatal);
    peer.loop.start(world, peer.name("loop"), peer.protocol::endOfTurn);
    transport.start(new PeerReceiver(peer, peer.protocol, peer.exchange, peer.loop));
    peer.scheduleTick();
    return peer;
  }

  private JournalOptions journalOptions() {
    JournalOptions given = storage.journal();
    return given.withOnFailure(
        error -> {
          given.onFailure().accept(error);
          failed(error);
        });
  }

  private String name(String thread) {
    return "quorate-" + thread + "-" + options.id();
  }

  /** Why this peer must not vote, or an empty string. */
  private String suspicion(LogReplay replay) {
    if (journal.recovered().costsVote(metadata.appliedIndex()) || replay.gapAfter() >= 0) {
      String detail =
          "the journal may lack what this peer once acknowledged, so it does not vote: "
              + journal.recovered().detail();
      LOG.error("peer {}: {}", options.id(), detail);
      return detail;
    }
    return "";
  }

  private ConsensusOptions consensusOptions(String suspicion) {
    // A suspect peer follows under an incarnation that no membership names: nothing it says counts.
    long incarnation = suspicion.isEmpty() ? options.incarnation() : -options.incarnation();
    long milli = 1_000_000L;
    long election = options.electionTimeoutMillis() * milli;
    return ConsensusOptions.of(options.id(), incarnation, world.randomLong())
        .withTiming(options.heartbeatMillis() * milli, election, election * 9 / 5);
  }

  /**
   * The way in for the faces of this process and for clients. Closing it does not close the peer.
   */
  public Gateway gateway() {
    return gateway;
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

  /** The chunks that this peer holds, for tests. */
  ChunkStore chunks() {
    return chunks;
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

  private void scheduleTick() {
    if (!closed.get()) {
      tick =
          world.schedule(
              options.heartbeatMillis() * 1_000_000L / 4, () -> loop.execute(this::onTick));
    }
  }

  private void onTick() {
    protocol.tick();
    scheduleTick();
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

  void read(Reads.Reader reader) {
    String refusal = refusal();
    if (refusal != null) {
      reader.future().completeExceptionally(new UnavailableException(refusal));
    } else if (!loop.offer(() -> reads.add(reader))) {
      reader.future().completeExceptionally(new UnavailableException("this peer is stopping"));
    }
  }

  CompletableFuture<ClusterStatus> status() {
    CompletableFuture<ClusterStatus> future = new CompletableFuture<>();
    if (!loop.offer(() -> future.complete(protocol.status()))) {
      future.completeExceptionally(new UnavailableException("this peer is stopping"));
    }
    return future;
  }

  /** Why nothing may be served now, or null. */
  @Nullable String refusal() {
    Throwable error = fatal;
    if (error != null) {
      return "this peer has failed: " + error;
    }
    return closed.get() ? "this peer is stopping" : protocol.refusal();
  }

  boolean hasSpaceForContent() {
    return journal.usableBytes() >= options.reserveBytes();
  }

  /** Content from this peer's callers or another origin: refused inside the reserve. */
  void takePushed(Chunk chunk) {
    if (hasSpaceForContent()) {
      take(chunk);
    }
  }

  /** Content that this peer asked for, because the log or the tree names it. */
  void takePulled(Chunk chunk) {
    take(chunk);
  }

  private void take(Chunk chunk) {
    ChunkId id = chunk.ref().id();
    try {
      chunks.append(chunk.ref(), chunk.content());
    } catch (NoSpaceException full) {
      LOG.debug("peer {}: no room for chunk {}", options.id(), id, full);
      return; // it is pulled again if the log names it and space returns
    } catch (JournalFailedException e) {
      failed(e);
      return;
    }
    exchange.arrived(id);
    loop.execute(() -> protocol.chunkArrived(id));
  }

  // ---- what can go wrong

  private void applied(List<Entry> entries, List<Metadata.Applied> results) {
    reads.applied(entries.get(entries.size() - 1).index());
    proposals.applied(results);
    for (Entry entry : entries) {
      entry.chunks().forEach(healing::named);
    }
  }

  private void readFailed(Throwable error) {
    LOG.warn(
        "peer {}: reading a chunk failed; it is fetched from another peer", options.id(), error);
  }

  void failed(Throwable error) {
    if (fatal == null && !closed.get()) {
      fatal = error;
      LOG.error("peer {} can not go on", options.id(), error);
      onFatal.accept(error);
    }
  }

  /** Stops taking part, writes out what is queued and ends all threads. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    World.Timer pending = tick;
    if (pending != null) {
      pending.cancel();
    }
    transport.close();
    try {
      loop.close();
      applier.close();
      exchange.close();
      reads.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    proposals.close();
    closeStorage();
  }

  private void closeStorage() {
    try {
      if (fatal == null) {
        chunks.indexRecent();
      }
      journal.close();
      if (fatal == null) {
        storage.metadata().flush();
        storage.index().flush();
      }
      storage.metadata().close();
      storage.index().close();
      storage.disk().close();
    } catch (IOException e) {
      LOG.warn("peer {}: closing the data directory failed", options.id(), e);
    }
  }
}

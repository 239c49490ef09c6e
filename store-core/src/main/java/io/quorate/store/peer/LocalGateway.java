package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.CommandCodec;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.FeatureLevels;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The gateway of the peer in this process: what its own faces use, and what the server uses on
 * behalf of clients.
 */
final class LocalGateway implements Gateway {
  /** Reads of no more than this are done where they are asked for, if nothing is to wait for. */
  private static final int MAX_READ_HERE_BYTES = 128 << 10;

  private static final long ROOM_POLL_NANOS = 500_000L;
  private static final long ROOM_POLL_MAX_NANOS = 8_000_000L;

  private final World world;
  private final PeerOptions options;
  private final Peer peer;
  private final ChunkStore chunks;
  private final ChunkExchange exchange;
  private final Metadata metadata;
  private final ContentReader contentReader;
  private final ChangeFeed changeFeed;
  private final boolean readsHere;

  /**
   * @param readsHere whether whoever calls may be kept for as long as a read from the disk takes
   */
  LocalGateway(
      World world,
      PeerOptions options,
      Peer peer,
      ChunkStore chunks,
      ChunkExchange exchange,
      Metadata metadata,
      ContentReader contentReader,
      ChangeFeed changeFeed,
      boolean readsHere) {
    this.world = world;
    this.options = options;
    this.peer = peer;
    this.chunks = chunks;
    this.exchange = exchange;
    this.metadata = metadata;
    this.contentReader = contentReader;
    this.changeFeed = changeFeed;
    this.readsHere = readsHere;
  }

  /** The same for callers that must not wait for the disk. */
  LocalGateway readingElsewhere() {
    return new LocalGateway(
        world, options, peer, chunks, exchange, metadata, contentReader, changeFeed, false);
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> content) {
    String refusal = peer.refusal();
    if (refusal != null) {
      return CompletableFuture.failedFuture(new UnavailableException(refusal));
    }
    if (command.command() instanceof Command.Configure settings && !isKnown(settings)) {
      return CompletableFuture.completedFuture(
          new Result.Failed(ErrorCode.INVALID, "feature levels end at " + FeatureLevels.HIGHEST));
    }
    for (Chunk chunk : content) {
      take(chunk);
    }
    return peer.propose(
        new PeerMessage.ProposedCommand(
            command.session(),
            command.sequence(),
            command.command().freesSpace(),
            command.command().chunks(),
            CommandCodec.encode(command)),
        deadline());
  }

  /** Once in the log, a level that a peer does not know ends it. */
  private static boolean isKnown(Command.Configure settings) {
    Integer level = settings.featureLevel();
    return level == null || level <= FeatureLevels.HIGHEST;
  }

  /** Puts content into this journal, if it has room, and hands it to every other peer. */
  private void take(Chunk chunk) {
    peer.takePushed(chunk);
    exchange.push(chunk);
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    String refusal = peer.refusal();
    if (refusal != null) {
      return CompletableFuture.failedFuture(new UnavailableException(refusal));
    }
    CompletableFuture<Void> future = new CompletableFuture<>();
    take(chunk);
    completeWhenRoom(future, ROOM_POLL_NANOS, deadline());
    return future;
  }

  /** Holds the origin back while the journal or the links of a quorum are behind. */
  private void completeWhenRoom(
      CompletableFuture<Void> future, long waitNanos, long deadlineNanos) {
    if (chunks.queuedBytes() < options.maxQueuedBytes() && exchange.hasRoom()) {
      future.complete(null);
    } else if (world.nanoTime() - deadlineNanos >= 0) {
      future.completeExceptionally(
          new UnavailableException("fewer than a majority of the peers take content in time"));
    } else {
      long next = Math.min(2 * waitNanos, ROOM_POLL_MAX_NANOS);
      world.schedule(waitNanos, () -> completeWhenRoom(future, next, deadlineNanos));
    }
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    CompletableFuture<Answer> future = new CompletableFuture<>();
    peer.read(
        new Reads.Reader(() -> future.complete(metadata.ask(query)), future, deadline()),
        readsHere);
    return future;
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    CompletableFuture<ReadReply> future = new CompletableFuture<>();
    if (offset < 0 || lengthBytes < 0 || lengthBytes > ChunkRef.MAX_BYTES) {
      future.completeExceptionally(
          new IllegalArgumentException(
              "read of " + lengthBytes + " bytes at " + offset + "; allowed are 0 to 1 MiB"));
      return future;
    }
    long deadline = deadline();
    peer.read(
        new Reads.Reader(
            () -> contentReader.read(at, content, offset, lengthBytes, deadline, future),
            future,
            deadline),
        readsHere && lengthBytes <= MAX_READ_HERE_BYTES);
    return future;
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    if (after != NOW) {
      return changeFeed.after(after, CHANGES_WAIT_MILLIS * 1_000_000L);
    }
    CompletableFuture<ChangeBatch> future = new CompletableFuture<>();
    peer.read(
        new Reads.Reader(
            () -> future.complete(new ChangeBatch(true, List.of(), metadata.appliedIndex())),
            future,
            deadline()),
        readsHere);
    return future;
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return peer.status();
  }

  @Override
  public CompletableFuture<Void> scrub(ScrubDemand demand) {
    peer.passOn(demand);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<ClusterMembers> members(MemberCall call) {
    return peer.members(call, deadline());
  }

  private long deadline() {
    return world.nanoTime() + options.requestTimeoutMillis() * 1_000_000L;
  }

  /** Nothing to release: the peer owns everything. */
  @Override
  public void close() {}
}

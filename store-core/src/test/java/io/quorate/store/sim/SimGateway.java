package io.quorate.store.sim;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.peer.Peer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client process's way to whichever peer answers, with the promises of a remote gateway: what was
 * sent and not answered fails as unknown if it was a proposal and as unavailable otherwise, and the
 * next call goes to another peer. Some proposals are delivered twice, to two peers.
 */
final class SimGateway implements Gateway {
  private static final long ANSWER_NANOS = 2_000_000_000L;
  private static final long MAX_DELAY_NANOS = 200_000;

  private final Simulation simulation;
  private final SimWorld world;
  private final SimLane answers;
  private final List<SimPeer> peers;
  private final SimRandom random;
  private final double duplicateChance;
  private SimPeer home;

  SimGateway(SimWorld world, List<SimPeer> peers, SimRandom random, double duplicateChance) {
    this.simulation = world.node().simulation();
    this.world = world;
    this.answers = world.lane("answers");
    this.peers = peers;
    this.random = random;
    this.duplicateChance = duplicateChance;
    this.home = random.pick(peers);
  }

  void moveTo(SimPeer peer) {
    home = peer;
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    List<Chunk> sent = chunks.stream().map(SimGateway::copy).toList();
    if (random.chance(duplicateChance)) {
      simulation.count("client request delivered twice");
      SimPeer other = random.pick(peers);
      if (random.chance(0.5)) {
        call(other, true, gateway -> gateway.propose(command, sent));
      } else {
        simulation.at(
            simulation.now() + random.between(1_000_000, 5_000_000_000L),
            () -> other.deliverLate(command, sent));
      }
      // That one peer did not take it says nothing about the other.
      return call(home, true, gateway -> gateway.propose(command, sent))
          .exceptionallyCompose(
              error ->
                  CompletableFuture.failedFuture(new OutcomeUnknownException(error.toString())))
          .thenCompose(SimGateway::unlessFull);
    }
    return call(home, true, gateway -> gateway.propose(command, sent));
  }

  private static CompletableFuture<Result> unlessFull(Result result) {
    return result instanceof Result.Failed failed && failed.code() == ErrorCode.NO_SPACE
        ? CompletableFuture.failedFuture(new OutcomeUnknownException(failed.detail()))
        : CompletableFuture.completedFuture(result);
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    Chunk sent = copy(chunk);
    return call(home, false, gateway -> gateway.storeChunk(sent));
  }

  /** The caller may use its memory again once a call has failed, while the peer still has it. */
  private static Chunk copy(Chunk chunk) {
    ByteBuffer content = ByteBuffer.allocate(chunk.content().remaining());
    content.put(chunk.content().duplicate()).flip();
    return new Chunk(chunk.ref(), content.asReadOnlyBuffer());
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    return call(home, false, gateway -> gateway.ask(query));
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    return call(home, false, gateway -> gateway.read(at, content, offset, lengthBytes));
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    return call(home, false, gateway -> gateway.changes(after));
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return call(home, false, Gateway::status);
  }

  @Override
  public CompletableFuture<Void> scrub(ScrubDemand demand) {
    return call(home, false, gateway -> gateway.scrub(demand));
  }

  @Override
  public CompletableFuture<ClusterMembers> members(MemberCall call) {
    return call(home, false, gateway -> gateway.members(call));
  }

  @Override
  public void close() {}

  private <T> CompletableFuture<T> call(
      SimPeer peer, boolean proposal, Function<Gateway, CompletableFuture<T>> what) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    simulation.at(
        simulation.now() + ANSWER_NANOS,
        () -> {
          if (!answer.isDone()) {
            fail(answer, peer, noAnswer(proposal, "no answer from peer " + peer.id()));
          }
        });
    simulation.at(
        simulation.now() + random.between(1_000, MAX_DELAY_NANOS),
        () -> deliver(answer, peer, what));
    return answer;
  }

  private static Exception noAnswer(boolean proposal, String why) {
    return proposal ? new OutcomeUnknownException(why) : new UnavailableException(why);
  }

  /** On the carrier: the request reaches the peer's machine. */
  private <T> void deliver(
      CompletableFuture<T> answer, SimPeer peer, Function<Gateway, CompletableFuture<T>> what) {
    Peer running = peer.running();
    SimWorld there = peer.node().world();
    if (running == null || there == null) {
      fail(answer, peer, new UnavailableException("peer " + peer.id() + ": connection refused"));
      return;
    }
    // On a thread of the peer's process, which a crash takes along.
    there.spawn(
        "call",
        () ->
            what.apply(running.gateway())
                .whenComplete(
                    (@Nullable T value, @Nullable Throwable error) ->
                        reply(answer, peer, value, error)));
  }

  private <T> void reply(
      CompletableFuture<T> answer, SimPeer peer, @Nullable T value, @Nullable Throwable error) {
    simulation.at(
        simulation.now() + random.between(1_000, MAX_DELAY_NANOS),
        () -> {
          if (error != null) {
            fail(answer, peer, error instanceof CompletionException e ? e.getCause() : error);
          } else if (world.isAlive()) {
            answers.post(() -> answer.complete(value));
          }
        });
  }

  private <T> void fail(CompletableFuture<T> answer, SimPeer peer, Throwable error) {
    if (!world.isAlive() || answer.isDone()) {
      return;
    }
    if (home == peer) {
      simulation.count("client fails over");
      home = random.pick(peers);
    }
    answers.post(() -> answer.completeExceptionally(error));
  }
}

package io.quorate.store.net.client;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.LostContent;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.net.wire.Samples;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** A gateway whose calls the test answers. */
final class FakeGateway implements Gateway {
  static final ClusterMembers MEMBERS =
      new ClusterMembers(
          7,
          List.of(
              new ClusterMembers.Member(1, "host1:7400", ClusterMembers.Standing.VOTER, 0),
              new ClusterMembers.Member(5, "host5:7400", ClusterMembers.Standing.AWAITED, 1)),
          "");

  static final ClusterStatus STATUS =
      new ClusterStatus(
          "c",
          1,
          2,
          3,
          -4,
          true,
          false,
          List.of(
              new ClusterStatus.PeerStatus(
                  1,
                  "h:1",
                  ClusterStatus.State.SUSPECT,
                  -1,
                  -1,
                  5,
                  6,
                  "ab",
                  7,
                  "slow",
                  Samples.UPKEEP)),
          List.of(
              new LostContent("/a b", 5, 1L << 40, 6, "7/8"), new LostContent("", 0, 1, 2, "3/4")),
          Features.FIRST);

  final BlockingQueue<ScrubDemand> demands = new LinkedBlockingQueue<>();
  final BlockingQueue<CompletableFuture<Result>> proposals = new LinkedBlockingQueue<>();
  final BlockingQueue<SessionCommand> commands = new LinkedBlockingQueue<>();
  final BlockingQueue<List<Chunk>> proposedChunks = new LinkedBlockingQueue<>();
  final BlockingQueue<Chunk> stored = new LinkedBlockingQueue<>();
  final BlockingQueue<CompletableFuture<Answer>> questions = new LinkedBlockingQueue<>();
  final BlockingQueue<CompletableFuture<ReadReply>> reads = new LinkedBlockingQueue<>();
  final BlockingQueue<CompletableFuture<ChangeBatch>> watches = new LinkedBlockingQueue<>();

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    CompletableFuture<Result> outcome = new CompletableFuture<>();
    commands.add(command);
    proposedChunks.add(chunks);
    proposals.add(outcome);
    return outcome;
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    stored.add(chunk);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    CompletableFuture<Answer> outcome = new CompletableFuture<>();
    questions.add(outcome);
    return outcome;
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    CompletableFuture<ReadReply> outcome = new CompletableFuture<>();
    reads.add(outcome);
    return outcome;
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    CompletableFuture<ChangeBatch> outcome = new CompletableFuture<>();
    watches.add(outcome);
    return outcome;
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return CompletableFuture.completedFuture(STATUS);
  }

  @Override
  public CompletableFuture<Void> scrub(ScrubDemand demand) {
    demands.add(demand);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<ClusterMembers> members(MemberCall call) {
    return CompletableFuture.completedFuture(MEMBERS);
  }

  @Override
  public void close() {}
}

package io.quorate.store.file;

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
import io.quorate.store.world.World;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A gateway that takes time, is unavailable, loses answers and applies commands twice or late, in
 * the measure that a test sets. On simulated time.
 */
final class FaultyGateway implements Gateway {
  private final World world;
  private final Gateway next;

  /** All sequence numbers and lower bounds that were sent. */
  final List<SessionCommand> sent = new ArrayList<>();

  /** Of 1,000 requests, how many are refused as unavailable. */
  int unavailable;

  /** Of 1,000 commands, how many are applied without the sender hearing of it. */
  int answersLost;

  /** Of 1,000 commands, how many are lost with the sender not knowing. */
  int commandsLost;

  /** Of 1,000 commands, how many are applied again later. */
  int repeated;

  /** The leader has no room for commands: none is taken. */
  boolean full;

  /** No answer ever comes. */
  boolean silent;

  FaultyGateway(World world, Gateway next) {
    this.world = world;
    this.next = next;
  }

  private boolean chance(int ofThousand) {
    return Long.remainderUnsigned(world.randomLong(), 1_000) < ofThousand;
  }

  private long latencyNanos() {
    return 100_000 + Long.remainderUnsigned(world.randomLong(), 2_000_000);
  }

  private <T> CompletableFuture<T> later(Supplier<CompletableFuture<T>> request) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    world.schedule(
        latencyNanos(),
        () -> {
          if (silent) {
            return;
          }
          if (chance(unavailable)) {
            answer.completeExceptionally(new UnavailableException("no leader"));
            return;
          }
          request
              .get()
              .whenComplete(
                  (value, error) -> {
                    if (error != null) {
                      answer.completeExceptionally(error);
                    } else {
                      answer.complete(value);
                    }
                  });
        });
    return answer;
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    sent.add(command);
    return later(
        () -> {
          if (full) {
            return CompletableFuture.completedFuture(
                new Result.Failed(ErrorCode.NO_SPACE, "no room for content"));
          }
          if (chance(commandsLost)) {
            return CompletableFuture.failedFuture(new OutcomeUnknownException("lost on the way"));
          }
          CompletableFuture<Result> result = next.propose(command, chunks);
          if (chance(repeated)) {
            world.schedule(latencyNanos() * 20, () -> next.propose(command, chunks));
          }
          return chance(answersLost)
              ? CompletableFuture.failedFuture(new OutcomeUnknownException("answer lost"))
              : result;
        });
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    return later(() -> next.storeChunk(chunk));
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    return later(() -> next.ask(query));
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    return later(() -> next.read(at, content, offset, lengthBytes));
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    return later(() -> next.changes(after));
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return later(next::status);
  }

  @Override
  public CompletableFuture<Void> scrub(ScrubDemand demand) {
    return later(() -> next.scrub(demand));
  }

  @Override
  public CompletableFuture<ClusterMembers> members(MemberCall call) {
    return later(() -> next.members(call));
  }

  @Override
  public void close() {
    next.close();
  }
}

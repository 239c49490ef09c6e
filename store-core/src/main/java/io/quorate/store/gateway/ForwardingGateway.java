package io.quorate.store.gateway;

import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Passes every request on to another gateway; a subclass does otherwise where it has to. */
public abstract class ForwardingGateway implements Gateway {
  private final Gateway next;

  /**
   * @param next closed with this one
   */
  protected ForwardingGateway(Gateway next) {
    this.next = next;
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    return next.propose(command, chunks);
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    return next.storeChunk(chunk);
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    return next.ask(query);
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    return next.read(at, content, offset, lengthBytes);
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    return next.changes(after);
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return next.status();
  }

  @Override
  public CompletableFuture<Void> scrub(ScrubDemand demand) {
    return next.scrub(demand);
  }

  @Override
  public CompletableFuture<ClusterMembers> members(MemberCall call) {
    return next.members(call);
  }

  @Override
  public void close() {
    next.close();
  }
}

package io.quorate.store.net.server;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A gateway whose end is also the end of what it runs on. */
final class OwningGateway implements Gateway {
  private final Gateway gateway;
  private final Runnable end;

  OwningGateway(Gateway gateway, Runnable end) {
    this.gateway = gateway;
    this.end = end;
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    return gateway.propose(command, chunks);
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    return gateway.storeChunk(chunk);
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    return gateway.ask(query);
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    return gateway.read(at, content, offset, lengthBytes);
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    return gateway.changes(after);
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return gateway.status();
  }

  @Override
  public void close() {
    gateway.close();
    end.run();
  }
}

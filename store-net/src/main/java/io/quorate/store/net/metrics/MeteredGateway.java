package io.quorate.store.net.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.ForwardingGateway;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Times every request and counts the content that goes by. Not {@code changes}, which waits for
 * some, however long there are none.
 *
 * <p>The meters are of the process: stores share them, so that their number is fixed and a closed
 * store leaves none. A refusal, such as of a file that is not there, is an answer like any other;
 * failed is what the cluster did not answer.
 */
final class MeteredGateway extends ForwardingGateway {
  static final String REQUESTS = "quorate.requests";
  static final String CONTENT = "quorate.content";

  private final MeterRegistry registry;
  private final Call propose;
  private final Call storeChunk;
  private final Call ask;
  private final Call read;
  private final Call status;
  private final Counter sent;
  private final Counter received;

  MeteredGateway(Gateway gateway, MeterRegistry registry) {
    super(gateway);
    this.registry = registry;
    propose = new Call("propose");
    storeChunk = new Call("store-chunk");
    ask = new Call("ask");
    read = new Call("read");
    status = new Call("status");
    sent = content("sent");
    received = content("received");
  }

  static Gateway inGlobalRegistry(Gateway gateway) {
    return new MeteredGateway(gateway, Metrics.globalRegistry);
  }

  private Counter content(String direction) {
    return Counter.builder(CONTENT)
        .description("Content that stores sent to their clusters or received")
        .baseUnit("bytes")
        .tag("direction", direction)
        .register(registry);
  }

  /** One kind of request. */
  private final class Call {
    private final Timer answered;
    private final Timer failed;

    Call(String name) {
      answered = timer(name, "answered");
      failed = timer(name, "failed");
    }

    private Timer timer(String name, String outcome) {
      return Timer.builder(REQUESTS)
          .description("Requests of stores to their clusters, retries included")
          .tag("request", name)
          .tag("outcome", outcome)
          .register(registry);
    }

    <T> CompletableFuture<T> time(Supplier<CompletableFuture<T>> request) {
      Timer.Sample sample = Timer.start(registry);
      CompletableFuture<T> reply = request.get();
      reply.whenComplete((value, error) -> sample.stop(error == null ? answered : failed));
      return reply;
    }
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    chunks.forEach(chunk -> sent.increment(chunk.ref().lengthBytes()));
    return propose.time(() -> super.propose(command, chunks));
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    sent.increment(chunk.ref().lengthBytes());
    return storeChunk.time(() -> super.storeChunk(chunk));
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    return ask.time(() -> super.ask(query));
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    return read.time(
        () ->
            super.read(at, content, offset, lengthBytes)
                .thenApply(
                    reply -> {
                      if (reply instanceof ReadReply.Data data) {
                        received.increment(data.content().data().remaining());
                      }
                      return reply;
                    }));
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return status.time(super::status);
  }
}

package io.quorate.store.net.client;

import io.quorate.store.gateway.ChangeBatch;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.ClusterMembers;
import io.quorate.store.gateway.ClusterStatus;
import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.MemberCall;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.transport.NettyNetwork;
import io.quorate.store.net.wire.Call;
import io.quorate.store.net.wire.GatewayCodec;
import io.quorate.store.net.wire.Reply;
import io.quorate.store.world.World;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The gateway of whichever peer of a list answers. Peers are tried in the order given; the one that
 * answered first is kept until its connection breaks, it can not serve any more, or one that is
 * named before it is back.
 *
 * <p>A call that was not sent yet waits for the next connection. One that was sent when the
 * connection broke fails at once: a proposal with {@link
 * io.quorate.store.gateway.OutcomeUnknownException}, for it may have reached the log, anything else
 * with {@link UnavailableException}. Repeating is left to the session above, which knows how to do
 * so safely. Replies come in any order.
 */
public final class RemoteGateway implements Gateway {
  private final NettyNetwork network;
  private final RemoteOptions options;
  private final Failover failover;
  private final AtomicLong requests = new AtomicLong();

  private RemoteGateway(NettyNetwork network, RemoteOptions options, Failover failover) {
    this.network = network;
    this.options = options;
    this.failover = failover;
    failover.onMembersDue(this::learnMembers);
  }

  private void learnMembers() {
    members(new MemberCall.Show())
        .thenAccept(
            answer -> {
              List<Endpoint> reached = new ArrayList<>();
              for (ClusterMembers.Member member : answer.members()) {
                if (member.standing() == ClusterMembers.Standing.VOTER
                    && !member.address().isEmpty()) {
                  reached.add(Endpoint.parse(member.address()));
                }
              }
              failover.learn(reached);
            });
  }

  /**
   * Connects to one of {@code peers}, and goes on trying for as long as opening may take.
   *
   * @throws io.quorate.store.net.transport.RefusedException if every peer that answered refused
   *     this client for good: wrong key, other cluster, other version
   * @throws UnavailableException if none could be reached by then; the message has each peer's
   *     reason
   */
  public static RemoteGateway open(
      World world, ClusterIdentity cluster, List<Endpoint> peers, RemoteOptions options)
      throws IOException {
    return open(NettyNetwork.start("client", 1), world, cluster, peers, options);
  }

  /** The same on a network of the caller's, which is closed with the gateway. */
  public static RemoteGateway open(
      NettyNetwork network,
      World world,
      ClusterIdentity cluster,
      List<Endpoint> peers,
      RemoteOptions options)
      throws IOException {
    Failover failover = new Failover(network, world, cluster, peers, options);
    RemoteGateway gateway = new RemoteGateway(network, options, failover);
    boolean connected = false;
    try {
      failover.start();
      gateway.awaitFirstConnection(world);
      connected = true;
      return gateway;
    } finally {
      if (!connected) {
        gateway.close();
      }
    }
  }

  private void awaitFirstConnection(World world) throws IOException {
    long millis = options.openMillis();
    try {
      world.await(failover.firstConnection(), TimeUnit.MILLISECONDS.toNanos(millis));
    } catch (TimeoutException e) {
      UnavailableException unreachable =
          new UnavailableException("tried for " + seconds(millis) + " s: " + failover.failures());
      unreachable.initCause(e);
      throw unreachable;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting", e);
    }
  }

  private static String seconds(long millis) {
    return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
  }

  /** The peer that calls go to now, as it was configured; empty while there is none. */
  public String connectedTo() {
    return failover.connectedTo();
  }

  @Override
  public CompletableFuture<Result> propose(SessionCommand command, List<Chunk> chunks) {
    long bytes = 0;
    int first = chunks.size();
    int most = options.transport().frame().payloadBytes();
    while (first > 0 && bytes + chunks.get(first - 1).ref().lengthBytes() <= most) {
      first--;
      bytes += chunks.get(first).ref().lengthBytes();
    }
    if (first == 0) {
      return proposeOne(command, chunks);
    }
    // More than one frame takes: what does not fit goes ahead.
    List<CompletableFuture<Void>> ahead = new ArrayList<>();
    for (Chunk chunk : chunks.subList(0, first)) {
      ahead.add(storeChunk(chunk));
    }
    List<Chunk> rest = List.copyOf(chunks.subList(first, chunks.size()));
    return CompletableFuture.allOf(ahead.toArray(CompletableFuture[]::new))
        .thenCompose(stored -> proposeOne(command, rest));
  }

  private CompletableFuture<Result> proposeOne(SessionCommand command, List<Chunk> chunks) {
    return call(
        new Call.Propose(command, chunks),
        true,
        reply -> reply instanceof Reply.Proposed(var result) ? result : null);
  }

  @Override
  public CompletableFuture<Void> storeChunk(Chunk chunk) {
    return call(
            new Call.StoreChunk(chunk),
            false,
            reply -> reply instanceof Reply.Stored ? reply : null)
        .thenApply(stored -> null);
  }

  @Override
  public CompletableFuture<Answer> ask(Query query) {
    return call(
        new Call.Ask(query),
        false,
        reply -> reply instanceof Reply.Answered(var answer) ? answer : null);
  }

  @Override
  public CompletableFuture<ReadReply> read(At at, long content, long offset, int lengthBytes) {
    return call(
        new Call.Read(at, content, offset, lengthBytes),
        false,
        reply -> reply instanceof Reply.ReadDone(var read) ? read : null);
  }

  @Override
  public CompletableFuture<ChangeBatch> changes(long after) {
    return call(
        new Call.Changes(after),
        false,
        reply -> reply instanceof Reply.ChangesDone(var batch) ? batch : null);
  }

  @Override
  public CompletableFuture<ClusterStatus> status() {
    return call(
        new Call.Status(),
        false,
        reply -> reply instanceof Reply.StatusDone(var status) ? status : null);
  }

  @Override
  public CompletableFuture<Void> scrub(ScrubDemand demand) {
    return call(
            new Call.Scrub(demand),
            false,
            reply -> reply instanceof Reply.ScrubTaken ? reply : null)
        .thenApply(taken -> null);
  }

  @Override
  public CompletableFuture<ClusterMembers> members(MemberCall asked) {
    return call(
        new Call.Members(asked),
        false,
        reply -> reply instanceof Reply.MembersDone(var members) ? members : null);
  }

  /** Fails what is under way, closes the connection and ends all threads. */
  @Override
  public void close() {
    failover.close();
    network.close();
  }

  private <T> CompletableFuture<T> call(
      Call call, boolean proposal, Function<Reply, @Nullable T> success) {
    long request = requests.incrementAndGet();
    PendingCall<T> pending =
        new PendingCall<>(
            request,
            GatewayCodec.encode(request, call),
            kind(call, proposal),
            network.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.requestMillis()),
            success);
    failover.submit(pending);
    return pending.outcome();
  }

  private static PendingCall.Kind kind(Call call, boolean proposal) {
    if (proposal) {
      return PendingCall.Kind.PROPOSAL;
    }
    boolean prompt = call instanceof Call.Ask || call instanceof Call.Read;
    return prompt ? PendingCall.Kind.READ : PendingCall.Kind.WAIT;
  }
}

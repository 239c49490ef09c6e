package io.quorate.store.net.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.gateway.Chunk;
import io.quorate.store.gateway.Content;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.ReadReply;
import io.quorate.store.gateway.ScrubDemand;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Query;
import io.quorate.store.metadata.Result;
import io.quorate.store.metadata.SessionCommand;
import io.quorate.store.net.server.ClientService;
import io.quorate.store.net.server.LocalCluster;
import io.quorate.store.net.transport.ClusterIdentity;
import io.quorate.store.net.transport.ClusterKey;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.transport.NettyNetwork;
import io.quorate.store.net.transport.PeerTransport;
import io.quorate.store.net.transport.Refusal;
import io.quorate.store.net.transport.RefusedException;
import io.quorate.store.net.transport.TransportOptions;
import io.quorate.store.net.wire.Samples;
import io.quorate.store.peer.PeerMessage;
import io.quorate.store.peer.Transport;
import io.quorate.store.world.RealWorld;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RemoteGatewayTest {
  private static final SessionCommand COMMAND =
      new SessionCommand(0, 1, 0, new Command.OpenSession("test", 30_000));
  private static final Attributes FILE =
      new Attributes(2, 3, 4, 5, FileType.REGULAR, 0644, 1, 0, 0, 0, 9, 9, 1, 2, 3, 4);

  /** A machine that is busy with other tests may be silent for long. */
  private static final TransportOptions PATIENT = TransportOptions.DEFAULTS.withPings(200, 30_000);

  private final RealWorld world = RealWorld.create();
  private final List<AutoCloseable> open = new ArrayList<>();

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(20, TimeUnit.SECONDS);
    assertNotNull(next, "nothing came");
    return next;
  }

  private static ClusterIdentity cluster(String id, int key) {
    byte[] bytes = new byte[ClusterKey.BYTES];
    Arrays.fill(bytes, (byte) key);
    return new ClusterIdentity(id, "uploads", ClusterKey.of(bytes));
  }

  private AutoCloseable serve(Endpoint endpoint, FakeGateway gateway, TransportOptions options)
      throws Exception {
    NettyNetwork network = NettyNetwork.start("fake", 1);
    TreeMap<Integer, Endpoint> alone = new TreeMap<>();
    alone.put(1, endpoint);
    PeerTransport transport =
        PeerTransport.open(
            network, world, cluster("id-1", 1), 1, alone, endpoint, options, () -> false);
    transport.serveClients(new ClientService(transport, gateway, options));
    transport.start(
        new Transport.Receiver() {
          @Override
          public void received(int from, PeerMessage message) {}

          @Override
          public void refused(int peer, String why) {}

          @Override
          public void linkChanged(int peer, boolean up) {}
        });
    AutoCloseable server =
        () -> {
          transport.close();
          network.close();
        };
    open.add(server);
    return server;
  }

  private RemoteGateway client(List<Endpoint> peers) throws Exception {
    RemoteGateway gateway =
        RemoteGateway.open(
            world, cluster("id-1", 1), peers, new RemoteOptions(20_000, 256 << 20, PATIENT));
    open.add(gateway);
    return gateway;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
    world.close();
  }

  private static Throwable failure(CompletableFuture<?> future) {
    return assertThrows(ExecutionException.class, () -> future.get(20, TimeUnit.SECONDS))
        .getCause();
  }

  @Test
  void everyCallIsAnsweredInAnyOrder() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(1);
    FakeGateway fake = new FakeGateway();
    serve(peers.getFirst(), fake, PATIENT);
    RemoteGateway gateway = client(peers);

    Chunk small = Samples.chunk(7, 1, 100);
    CompletableFuture<Result> proposed = gateway.propose(COMMAND, List.of(small));
    CompletableFuture<Answer> first = gateway.ask(new Query.Totals());
    CompletableFuture<Answer> second = gateway.ask(new Query.Totals());
    CompletableFuture<ReadReply> read = gateway.read(At.inode(2), 0, 5, 9);
    CompletableFuture<Answer> one = take(fake.questions);
    take(fake.questions).complete(new Answer.Totals(2, 2));
    assertEquals(new Answer.Totals(2, 2), second.get(20, TimeUnit.SECONDS));
    one.complete(new Answer.Totals(1, 1));
    assertEquals(new Answer.Totals(1, 1), first.get(20, TimeUnit.SECONDS));
    ReadReply data =
        new ReadReply.Data(new Content(FILE, ByteBuffer.wrap(new byte[] {1, 2, 3, 4})));
    take(fake.reads).complete(data);
    assertEquals(data, read.get(20, TimeUnit.SECONDS));
    assertEquals(COMMAND, take(fake.commands));
    assertEquals(List.of(small), take(fake.proposedChunks));
    take(fake.proposals).complete(new Result.Opened(77));
    assertEquals(new Result.Opened(77), proposed.get(20, TimeUnit.SECONDS));
    assertEquals(FakeGateway.STATUS, gateway.status().get(20, TimeUnit.SECONDS));
    ScrubDemand demand = new ScrubDemand(-8, 3, 1L << 40);
    gateway.scrub(demand).get(20, TimeUnit.SECONDS);
    assertEquals(demand, fake.demands.poll());
  }

  @Test
  void moreContentThanAFrameTakesGoesAhead() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(1);
    FakeGateway fake = new FakeGateway();
    serve(peers.getFirst(), fake, PATIENT);
    RemoteGateway gateway = client(peers);
    List<Chunk> chunks =
        List.of(
            Samples.chunk(7, 1, 1 << 20),
            Samples.chunk(7, 2, 1 << 20),
            Samples.chunk(7, 3, 1 << 19),
            Samples.chunk(7, 4, 1 << 19));
    gateway.propose(COMMAND, chunks);
    assertEquals(chunks.subList(2, 4), take(fake.proposedChunks));
    assertEquals(chunks.get(0), take(fake.stored));
    assertEquals(chunks.get(1), take(fake.stored));
  }

  @Test
  void aBrokenConnectionTellsWhatMayHaveHappened() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    FakeGateway one = new FakeGateway();
    FakeGateway two = new FakeGateway();
    AutoCloseable first = serve(peers.get(0), one, PATIENT);
    serve(peers.get(1), two, PATIENT);
    RemoteGateway gateway = client(peers);
    assertEquals(peers.get(0).toString(), gateway.connectedTo());
    CompletableFuture<Result> proposed = gateway.propose(COMMAND, List.of());
    CompletableFuture<Answer> asked = gateway.ask(new Query.Totals());
    take(one.proposals);
    take(one.questions);
    first.close();
    Throwable unknown = assertInstanceOf(OutcomeUnknownException.class, failure(proposed));
    assertTrue(unknown.getMessage().contains(peers.get(0).toString()), unknown.getMessage());
    assertInstanceOf(UnavailableException.class, failure(asked));
    // The next call goes to the other peer.
    CompletableFuture<Answer> again = gateway.ask(new Query.Totals());
    take(two.questions).complete(new Answer.Totals(1, 2));
    assertEquals(new Answer.Totals(1, 2), again.get(20, TimeUnit.SECONDS));
    assertEquals(peers.get(1).toString(), gateway.connectedTo());
  }

  @Test
  void aPeerThatCanNotServeIsLeft() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    FakeGateway one = new FakeGateway();
    FakeGateway two = new FakeGateway();
    serve(peers.get(0), one, PATIENT);
    serve(peers.get(1), two, PATIENT);
    RemoteGateway gateway = client(peers);
    while (two.questions.isEmpty()) {
      CompletableFuture<Answer> asked = gateway.ask(new Query.Totals());
      CompletableFuture<Answer> atOne = null;
      while (atOne == null && two.questions.isEmpty()) {
        atOne = one.questions.poll(10, TimeUnit.MILLISECONDS);
      }
      if (atOne != null) {
        atOne.completeExceptionally(new UnavailableException("no quorum"));
        assertEquals(peers.get(0) + ": no quorum", failure(asked).getMessage());
      }
    }
    // Nothing is moved before the other one has answered.
    assertEquals(peers.get(0).toString(), gateway.connectedTo());
    take(two.questions).complete(new Answer.Totals(1, 1));
    awaitConnection(gateway, peers.get(1));
  }

  private static void awaitConnection(RemoteGateway gateway, Endpoint peer) throws Exception {
    while (!gateway.connectedTo().equals(peer.toString())) {
      // A pause between looks at the condition; the class has a time limit.
      Thread.sleep(5);
    }
  }

  private RemoteGateway impatient(List<Endpoint> peers) throws Exception {
    RemoteGateway gateway =
        RemoteGateway.open(
            world,
            cluster("id-1", 1),
            peers,
            new RemoteOptions(20_000, 20_000, 256 << 20, 100, 50, PATIENT));
    open.add(gateway);
    return gateway;
  }

  /** It takes connections, and sends its pings; but it answers no call. */
  @Test
  void aPeerThatAnswersNothingIsLeft() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    FakeGateway mute = new FakeGateway();
    FakeGateway two = new FakeGateway();
    serve(peers.get(0), mute, PATIENT);
    serve(peers.get(1), two, PATIENT);
    RemoteGateway gateway = impatient(peers);
    CompletableFuture<Answer> asked = gateway.ask(new Query.Totals());
    CompletableFuture<Result> proposed = gateway.propose(COMMAND, List.of());
    take(mute.questions);
    take(two.questions).complete(new Answer.Totals(1, 1));
    assertInstanceOf(UnavailableException.class, failure(asked));
    Throwable unknown = assertInstanceOf(OutcomeUnknownException.class, failure(proposed));
    assertTrue(unknown.getMessage().contains(peers.get(0).toString()), unknown.getMessage());
    awaitConnection(gateway, peers.get(1));
  }

  /** Each call is given up long before the patience ends; together they are reason enough. */
  @Test
  void aPeerThatAnswersNothingIsLeftByThoseInAHurry() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    FakeGateway two = new FakeGateway();
    serve(peers.get(0), new FakeGateway(), PATIENT);
    serve(peers.get(1), two, PATIENT);
    RemoteGateway gateway =
        RemoteGateway.open(
            world,
            cluster("id-1", 1),
            peers,
            new RemoteOptions(20_000, 100, 256 << 20, 400, 600_000, PATIENT));
    open.add(gateway);
    while (!gateway.connectedTo().equals(peers.get(1).toString())) {
      CompletableFuture<Answer> asked = gateway.ask(new Query.Totals());
      while (!asked.isDone()) {
        CompletableFuture<Answer> probe = two.questions.poll(5, TimeUnit.MILLISECONDS);
        if (probe != null) {
          probe.complete(new Answer.Totals(1, 1));
        }
      }
    }
  }

  /** A peer that is cut off from the others still knows what it is. */
  @Test
  void aPeerThatOnlyTellsItsStatusIsLeft() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    FakeGateway two = new FakeGateway();
    serve(peers.get(0), new FakeGateway(), PATIENT);
    serve(peers.get(1), two, PATIENT);
    RemoteGateway gateway = impatient(peers);
    CompletableFuture<Answer> asked = gateway.ask(new Query.Totals());
    while (two.questions.isEmpty()) {
      gateway.status().get(20, TimeUnit.SECONDS);
    }
    take(two.questions).complete(new Answer.Totals(1, 1));
    assertInstanceOf(UnavailableException.class, failure(asked));
    awaitConnection(gateway, peers.get(1));
  }

  @Test
  void aCallThatMayWaitIsNoReasonToLeave() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    FakeGateway one = new FakeGateway();
    FakeGateway two = new FakeGateway();
    serve(peers.get(0), one, PATIENT);
    serve(peers.get(1), two, PATIENT);
    RemoteGateway gateway = impatient(peers);
    CompletableFuture<Result> slow = gateway.propose(COMMAND, List.of());
    CompletableFuture<Result> proposal = take(one.proposals);
    // Others are answered meanwhile, for much longer than the patience.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (System.nanoTime() - end < 0) {
      CompletableFuture<Answer> asked = gateway.ask(new Query.Totals());
      take(one.questions).complete(new Answer.Totals(1, 1));
      asked.get(20, TimeUnit.SECONDS);
    }
    proposal.complete(new Result.Opened(5));
    assertEquals(new Result.Opened(5), slow.get(20, TimeUnit.SECONDS));
    assertTrue(two.questions.isEmpty(), "another peer was tried");
  }

  @Test
  void theFirstPeerIsTakenAgainOnceItServes() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    FakeGateway two = new FakeGateway();
    serve(peers.get(1), two, PATIENT);
    RemoteGateway gateway = impatient(peers);
    assertEquals(peers.get(1).toString(), gateway.connectedTo());
    FakeGateway one = new FakeGateway();
    serve(peers.get(0), one, PATIENT);
    // It is back, but lags: it is asked, and not taken.
    take(one.questions).completeExceptionally(new UnavailableException("far behind"));
    CompletableFuture<Answer> probe = take(one.questions);
    CompletableFuture<Answer> asked = gateway.ask(new Query.Totals());
    CompletableFuture<Answer> question = take(two.questions);
    assertEquals(peers.get(1).toString(), gateway.connectedTo());
    probe.complete(new Answer.Totals(1, 1));
    awaitConnection(gateway, peers.get(0));
    // What was under way is still answered by the peer that got it.
    question.complete(new Answer.Totals(7, 7));
    assertEquals(new Answer.Totals(7, 7), asked.get(20, TimeUnit.SECONDS));
  }

  @Test
  void withoutAnyPeerCallsFailWithEachReason() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    AutoCloseable only = serve(peers.get(0), new FakeGateway(), PATIENT);
    RemoteGateway gateway = client(peers);
    only.close();
    assertInstanceOf(UnavailableException.class, failure(gateway.ask(new Query.Totals())));
    Throwable next = failure(gateway.propose(COMMAND, List.of()));
    assertInstanceOf(UnavailableException.class, next);
    assertTrue(next.getMessage().startsWith("no peer could be reached ("), next.getMessage());
    for (Endpoint peer : peers) {
      assertTrue(next.getMessage().contains(peer + ": Connection refused"), next.getMessage());
    }
  }

  /** However short the time of a call: peers that are only being started are waited for. */
  @Test
  void openingGoesOnTryingUntilItsOwnDeadline() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    RemoteOptions options = new RemoteOptions(50, 256 << 20, PATIENT).withOpening(60_000);
    CompletableFuture<RemoteGateway> opening = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                opening.complete(RemoteGateway.open(world, cluster("id-1", 1), peers, options));
              } catch (IOException | RuntimeException e) {
                opening.completeExceptionally(e);
              }
            });
    // It is still at it after many calls' time.
    assertThrows(TimeoutException.class, () -> opening.get(1, TimeUnit.SECONDS));
    serve(peers.get(1), new FakeGateway(), PATIENT);
    RemoteGateway gateway = opening.get(30, TimeUnit.SECONDS);
    open.add(gateway);
    assertEquals(peers.get(1).toString(), gateway.connectedTo());
  }

  @Test
  void openingThatFailsTellsForHowLongAndEachReason() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(2);
    RemoteOptions options = new RemoteOptions(20_000, 256 << 20, PATIENT).withOpening(1_500);
    String message =
        assertThrows(
                UnavailableException.class,
                () -> RemoteGateway.open(world, cluster("id-1", 1), peers, options))
            .getMessage();
    assertTrue(message.startsWith("tried for 1.5 s: no peer could be reached ("), message);
    for (Endpoint peer : peers) {
      assertTrue(message.contains(peer + ": Connection refused"), message);
    }
  }

  @Test
  void openingMayTakeAllOfTheDeadlineAndACallMayNot() {
    RemoteOptions options = RemoteOptions.within(60_000);
    assertEquals(60_000, options.openMillis());
    assertEquals(RemoteOptions.DEFAULTS.requestMillis(), options.requestMillis());
    assertEquals(1_000, RemoteOptions.within(1_000).openMillis());
    assertThrows(IllegalArgumentException.class, () -> options.withOpening(0));
  }

  @Test
  void aClientWithAnotherKeyIsToldSo() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(1);
    serve(peers.getFirst(), new FakeGateway(), PATIENT);
    RefusedException wrongKey =
        assertThrows(
            RefusedException.class,
            () -> RemoteGateway.open(world, cluster("id-1", 2), peers, RemoteOptions.DEFAULTS));
    assertEquals(Refusal.WRONG_KEY, wrongKey.refusal());
    assertEquals(
        "your key is not the key of cluster uploads (id-1); copy its key file",
        wrongKey.getMessage());
    RefusedException other =
        assertThrows(
            RefusedException.class,
            () -> RemoteGateway.open(world, cluster("id-2", 1), peers, RemoteOptions.DEFAULTS));
    assertEquals(Refusal.OTHER_CLUSTER, other.refusal());
  }

  /** One read of the socket brings all hundred requests; five of them fill the client's account. */
  @Test
  void aClientThatAsksWithoutEndCostsBoundedMemory() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(1);
    FakeGateway fake = new FakeGateway();
    serve(peers.getFirst(), fake, PATIENT.withClients(10, 4L << 20));
    RemoteGateway gateway = client(peers);
    List<CompletableFuture<ReadReply>> asked = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asked.add(gateway.read(At.inode(2), 0, 0, 1 << 20));
    }
    ReadReply data = new ReadReply.Data(new Content(FILE, ByteBuffer.allocate(1 << 20)));
    List<CompletableFuture<ReadReply>> underway = new ArrayList<>();
    int most = 0;
    for (int answered = 0; answered < 100; answered++) {
      if (underway.isEmpty()) {
        underway.add(take(fake.reads));
      }
      fake.reads.drainTo(underway);
      most = Math.max(most, underway.size());
      underway.removeLast().complete(data);
    }
    for (CompletableFuture<ReadReply> reply : asked) {
      assertEquals(data, reply.get(20, TimeUnit.SECONDS));
    }
    assertTrue(most <= 5, most + " calls under way");
  }

  @Test
  void nothingIsLeftAfterClose() throws Exception {
    List<Endpoint> peers = LocalCluster.freeEndpoints(1);
    FakeGateway fake = new FakeGateway();
    serve(peers.getFirst(), fake, PATIENT);
    RemoteGateway gateway = client(peers);
    CompletableFuture<Result> proposed = gateway.propose(COMMAND, List.of());
    take(fake.proposals);
    gateway.close();
    assertInstanceOf(OutcomeUnknownException.class, failure(proposed));
    assertInstanceOf(UnavailableException.class, failure(gateway.ask(new Query.Totals())));
    // The loop's future is done a moment before its thread is.
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("quorate-net-client")) {
        assertTrue(thread.join(Duration.ofSeconds(20)), thread.getName());
      }
    }
  }
}

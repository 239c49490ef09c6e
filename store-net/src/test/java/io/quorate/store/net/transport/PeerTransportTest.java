package io.quorate.store.net.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorate.store.consensus.ConsensusMessage;
import io.quorate.store.gateway.Chunk;
import io.quorate.store.net.wire.Samples;
import io.quorate.store.peer.PeerMessage;
import io.quorate.store.peer.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PeerTransportTest {
  private static final ClusterIdentity UPLOADS = HandshakeTest.cluster("id-1", "uploads", 1);

  /** A machine that is busy with other tests may be silent for long. */
  private static final TransportOptions PATIENT = TransportOptions.DEFAULTS.withPings(200, 30_000);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<Integer, Endpoint> addresses = new TreeMap<>();

  /** What a peer got, in order. */
  private static final class Inbox implements Transport.Receiver {
    final LinkedBlockingQueue<PeerMessage> messages = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<String> links = new LinkedBlockingQueue<>();

    @Override
    public void received(int from, PeerMessage message) {
      messages.add(message);
    }

    @Override
    public void refused(int peer, String why) {
      links.add(peer + " refuses: " + why);
    }

    @Override
    public void linkChanged(int peer, boolean up) {
      links.add(peer + (up ? " up" : " down"));
    }
  }

  private record Node(NettyNetwork network, PeerTransport transport, Inbox inbox)
      implements AutoCloseable {
    @Override
    public void close() {
      transport.close();
      network.close();
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : open.reversed()) {
      closeable.close();
    }
  }

  private Node node(ClusterIdentity cluster, int id, TransportOptions options) throws IOException {
    return node(cluster, id, options, () -> false, true);
  }

  private Node node(
      ClusterIdentity cluster,
      int id,
      TransportOptions options,
      BooleanSupplier congested,
      boolean epoll)
      throws IOException {
    NettyNetwork network =
        epoll ? NettyNetwork.start("t" + id, 1) : NettyNetwork.startPortable("t" + id, 1);
    PeerTransport transport =
        PeerTransport.open(
            network,
            new ThreadsWorld(id),
            cluster,
            id,
            addresses,
            addresses.get(id),
            options,
            congested);
    Inbox inbox = new Inbox();
    transport.start(inbox);
    Node node = new Node(network, transport, inbox);
    open.add(node);
    return node;
  }

  private void reserve(String host, int... ids) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int id : ids) {
      ServerSocket socket = new ServerSocket(0, 1, java.net.InetAddress.getByName(host));
      sockets.add(socket);
      addresses.put(id, new Endpoint(host, socket.getLocalPort()));
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  private static PeerMessage numbered(long number) {
    return new PeerMessage.Consensus(new ConsensusMessage.ReadIndexRequest(1, 2, number));
  }

  private static void assertNext(String expected, Inbox inbox) throws InterruptedException {
    assertEquals(expected, inbox.links.poll(20, TimeUnit.SECONDS));
  }

  private void tenThousandInOrder(Node one, Node two) throws Exception {
    assertNext("2 up", one.inbox);
    assertNext("1 up", two.inbox);
    for (int i = 0; i < 10_000; i++) {
      one.transport.send(2, numbered(i));
      two.transport.send(1, numbered(-i));
      if (i % 1_000 == 0) {
        one.transport.send(2, new PeerMessage.PushChunk(Samples.chunk(7, i, 1 << 20)));
      }
    }
    int chunks = 0;
    for (int i = 0; i < 10_000; ) {
      PeerMessage message = two.inbox.messages.poll(20, TimeUnit.SECONDS);
      if (message instanceof PeerMessage.PushChunk(Chunk chunk)) {
        assertEquals(Samples.chunk(7, i - 1, 1 << 20), chunk);
        chunks++;
      } else {
        assertEquals(numbered(i), message);
        i++;
      }
    }
    assertEquals(10, chunks);
    for (int i = 0; i < 10_000; i++) {
      assertEquals(numbered(-i), one.inbox.messages.poll(20, TimeUnit.SECONDS));
    }
    assertEquals(Set.of(2), one.transport.connected());
  }

  @Test
  void tenThousandMessagesComeInOrder() throws Exception {
    reserve("127.0.0.1", 1, 2);
    tenThousandInOrder(node(UPLOADS, 1, PATIENT), node(UPLOADS, 2, PATIENT));
  }

  @Test
  void tenThousandMessagesComeInOrderOverIpv6AndSelectors() throws Exception {
    reserve("::1", 1, 2);
    tenThousandInOrder(
        node(UPLOADS, 1, PATIENT, () -> false, false),
        node(UPLOADS, 2, PATIENT, () -> false, false));
  }

  @Test
  void namesAreResolved() throws Exception {
    reserve("localhost", 1, 2);
    Node one = node(UPLOADS, 1, TransportOptions.DEFAULTS);
    node(UPLOADS, 2, TransportOptions.DEFAULTS);
    assertNext("2 up", one.inbox);
  }

  @Test
  void aPeerThatComesBackIsReachedAgain() throws Exception {
    reserve("127.0.0.1", 1, 2);
    Node one = node(UPLOADS, 1, TransportOptions.DEFAULTS);
    for (int round = 0; round < 3; round++) {
      Node two = node(UPLOADS, 2, TransportOptions.DEFAULTS);
      assertNext("2 up", one.inbox);
      assertNext("1 up", two.inbox);
      one.transport.send(2, numbered(round));
      two.transport.send(1, numbered(-round));
      assertEquals(numbered(round), two.inbox.messages.poll(20, TimeUnit.SECONDS));
      assertEquals(numbered(-round), one.inbox.messages.poll(20, TimeUnit.SECONDS));
      two.close();
      assertNext("2 down", one.inbox);
      assertEquals(Set.of(), one.transport.connected());
      assertEquals(0, one.transport.queuedBytes(2));
    }
  }

  /** The backoff alone would take seconds here; that the peer dials is what wakes the link. */
  @Test
  void aPeerThatDialsIsDialedAtOnce() throws Exception {
    reserve("127.0.0.1", 1, 2);
    TransportOptions patient =
        new TransportOptions(
            1,
            TransportOptions.DEFAULTS.frame(),
            1 << 20,
            1 << 20,
            1 << 20,
            10,
            10,
            3_000,
            1_000,
            3_600_000,
            3_600_000,
            200,
            700,
            30_000);
    Node one = node(UPLOADS, 1, patient);
    // Its first attempt has failed once its listener answers for sure: the two share a thread.
    try (Socket probe = new Socket("127.0.0.1", addresses.get(1).port())) {
      assertEquals('Q', probe.getInputStream().read());
    }
    Node two = node(UPLOADS, 2, TransportOptions.DEFAULTS);
    assertNext("1 up", two.inbox);
    assertNext("2 up", one.inbox);
  }

  @Test
  void aSilentPeerIsGivenUp() throws Exception {
    reserve("127.0.0.1", 1, 2);
    Node one = node(UPLOADS, 1, TransportOptions.DEFAULTS);
    try (Relay relay = new Relay(addresses.get(2))) {
      Endpoint real = addresses.get(2);
      addresses.put(2, relay.endpoint());
      one.close();
      Node behind = node(UPLOADS, 1, TransportOptions.DEFAULTS);
      addresses.put(2, real);
      Node two = node(UPLOADS, 2, TransportOptions.DEFAULTS);
      assertNext("2 up", behind.inbox);
      assertNext("1 up", two.inbox);
      relay.freeze();
      assertNext("2 down", behind.inbox);
    }
  }

  @Test
  void queuesAreBounded() throws Exception {
    reserve("127.0.0.1", 1, 2);
    TransportOptions tight = PATIENT.withQueues(8L << 20, 9L << 20);
    AtomicBoolean congested = new AtomicBoolean();
    Node one = node(UPLOADS, 1, tight);
    Node two = node(UPLOADS, 2, tight, congested::get, true);
    assertNext("2 up", one.inbox);
    assertNext("1 up", two.inbox);
    congested.set(true);
    Chunk chunk = Samples.chunk(7, 1, 1 << 20);
    while (one.transport.dropped(2) < 100) {
      one.transport.send(2, new PeerMessage.PushChunk(chunk));
      assertTrue(one.transport.queuedBytes(2) <= 8L << 20);
    }
    // Chunks no longer fit, the log's messages still do, up to their own bound.
    long dropped = one.transport.dropped(2);
    one.transport.send(2, numbered(5));
    assertEquals(dropped, one.transport.dropped(2));
    while (one.transport.dropped(2) == dropped) {
      one.transport.send(2, numbered(6));
      assertTrue(one.transport.queuedBytes(2) <= 9L << 20);
    }
    congested.set(false);
    PeerMessage message;
    do {
      message = two.inbox.messages.poll(20, TimeUnit.SECONDS);
    } while (message instanceof PeerMessage.PushChunk);
    assertEquals(numbered(5), message);
    awaitTrue(() -> one.transport.queuedBytes(2) == 0);
    assertEquals(Set.of(2), one.transport.connected());
  }

  @Test
  void strangersAreRefusedAndThePeerLivesOn() throws Exception {
    reserve("127.0.0.1", 1, 2);
    Node one = node(UPLOADS, 1, TransportOptions.DEFAULTS.withHandshakes(4, 300));
    int port = addresses.get(1).port();
    // An HTTP client.
    assertClosed(port, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    // A frame larger than a stranger may send.
    assertClosed(port, bytes("QUORATE\n", 0x7f, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0));
    // Silence.
    assertClosed(port, new byte[0]);
    // Half a frame, then silence.
    assertClosed(port, bytes("QUORATE\n", 0, 0));
    // More connections than may be in their handshake.
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        idle.add(new Socket("127.0.0.1", port));
      }
      for (Socket socket : idle) {
        socket.getInputStream().readAllBytes();
      }
    } catch (IOException reset) {
      // As good as closed.
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
    Node two = node(UPLOADS, 2, TransportOptions.DEFAULTS);
    assertNext("2 up", one.inbox);
    assertNext("1 up", two.inbox);
  }

  @Test
  void anotherClustersPeerGetsNoLink() throws Exception {
    reserve("127.0.0.1", 1, 2);
    Node one = node(UPLOADS, 1, TransportOptions.DEFAULTS);
    Node two = node(HandshakeTest.cluster("id-1", "uploads", 2), 2, TransportOptions.DEFAULTS);
    two.close();
    Node right = node(UPLOADS, 2, TransportOptions.DEFAULTS);
    assertNext("2 up", one.inbox);
    assertNext("1 up", right.inbox);
    assertTrue(two.inbox.links.isEmpty());
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
      addresses.put(1, new Endpoint("127.0.0.1", taken.getLocalPort()));
      NettyNetwork network = NettyNetwork.start("taken", 1);
      open.add(network);
      IOException refused =
          assertThrows(
              IOException.class,
              () ->
                  PeerTransport.open(
                      network,
                      new ThreadsWorld(1),
                      UPLOADS,
                      1,
                      addresses,
                      addresses.get(1),
                      TransportOptions.DEFAULTS,
                      () -> false));
      assertTrue(
          refused.getMessage().startsWith("can not listen at " + addresses.get(1) + ": "),
          refused.getMessage());
      assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
    }
  }

  @Test
  void nothingIsLeftAfterClose() throws Exception {
    reserve("127.0.0.1", 1, 2);
    Node one = node(UPLOADS, 1, TransportOptions.DEFAULTS);
    Node two = node(UPLOADS, 2, TransportOptions.DEFAULTS);
    assertNext("2 up", one.inbox);
    one.close();
    two.close();
    awaitTrue(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(
                    thread ->
                        thread.getName().startsWith("quorate-net-t")
                            || thread.getName().startsWith("quorate-names-t")));
    new ServerSocket(addresses.get(1).port()).close();
  }

  private static void awaitTrue(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "it did not come true");
      Thread.onSpinWait();
    }
  }

  private static void assertClosed(int port, byte[] sent) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(sent);
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      int next = in.read();
      while (next >= 0) {
        next = in.read();
      }
    } catch (java.net.SocketException reset) {
      assertTrue(reset.getMessage().contains("reset") || reset.getMessage().contains("Broken"));
    }
  }

  private static byte[] bytes(String preamble, int... rest) {
    byte[] bytes = new byte[preamble.length() + rest.length];
    byte[] first = preamble.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(first, 0, bytes, 0, first.length);
    for (int i = 0; i < rest.length; i++) {
      bytes[first.length + i] = (byte) rest[i];
    }
    return bytes;
  }
}

package io.quorate.store.net.server;

import io.quorate.store.gateway.Gateway;
import io.quorate.store.gateway.OutcomeUnknownException;
import io.quorate.store.gateway.UnavailableException;
import io.quorate.store.net.transport.Connection;
import io.quorate.store.net.transport.PeerTransport;
import io.quorate.store.net.transport.TransportOptions;
import io.quorate.store.net.wire.Call;
import io.quorate.store.net.wire.Frame;
import io.quorate.store.net.wire.FrameException;
import io.quorate.store.net.wire.GatewayCodec;
import io.quorate.store.net.wire.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets clients use a gateway over their connections. Calls of one client run at the same time and
 * are answered as they end, in any order.
 *
 * <p>Each client has an account: what its unanswered calls brought and may be answered with, and
 * the replies that it has not read yet. While the account is over its bound nothing more is read
 * from that client, so that one that asks without reading costs bounded memory.
 */
public final class ClientService implements PeerTransport.ClientReception {
  private static final Logger LOG = LoggerFactory.getLogger(ClientService.class);

  /** What a small call or reply costs in objects, in bytes. */
  private static final long CALL_BYTES = 512;

  private final PeerTransport transport;
  private final Gateway gateway;
  private final TransportOptions options;

  public ClientService(PeerTransport transport, Gateway gateway, TransportOptions options) {
    this.transport = transport;
    this.gateway = gateway;
    this.options = options;
  }

  @Override
  public Connection.Owner admit(Connection connection) {
    LOG.debug("client at {} connected", connection.remote());
    return new Client(connection);
  }

  private record Answer(Frame frame, long owedBytes) {}

  private final class Client implements Connection.Owner {
    private final Connection connection;
    private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean drainPending = new AtomicBoolean();

    // On the event loop only.
    private long owedBytes;
    private boolean closed;

    Client(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void received(Connection from, Frame frame) throws FrameException {
      long request = frame.header().getRequest();
      Call call = GatewayCodec.decodeCall(frame);
      long cost = CALL_BYTES + frame.header().getSerializedSize() + frame.payloadBytes();
      if (call instanceof Call.Read read) {
        cost += read.lengthBytes();
      }
      owe(cost);
      answer(request, cost, call);
    }

    private void answer(long request, long cost, Call call) {
      switch (call) {
        case Call.Propose(var command, var chunks) ->
            when(gateway.propose(command, chunks), Reply.Proposed::new, request, cost);
        case Call.StoreChunk(var chunk) ->
            when(gateway.storeChunk(chunk), stored -> new Reply.Stored(), request, cost);
        case Call.Ask(var query) -> when(gateway.ask(query), Reply.Answered::new, request, cost);
        case Call.Read(var at, long content, long offset, int lengthBytes) ->
            when(
                gateway.read(at, content, offset, lengthBytes), Reply.ReadDone::new, request, cost);
        case Call.Changes(long after) ->
            when(gateway.changes(after), Reply.ChangesDone::new, request, cost);
        case Call.Status() -> when(gateway.status(), Reply.StatusDone::new, request, cost);
        case Call.Scrub(var demand) ->
            when(gateway.scrub(demand), taken -> new Reply.ScrubTaken(), request, cost);
        case Call.Members(var asked) ->
            when(gateway.members(asked), Reply.MembersDone::new, request, cost);
      }
    }

    private <T> void when(
        CompletableFuture<T> outcome, Function<T, Reply> success, long request, long cost) {
      outcome.whenComplete(
          (value, error) -> {
            Reply reply = error == null ? success.apply(value) : failure(error);
            send(encode(request, reply), cost);
          });
    }

    private Frame encode(long request, Reply reply) {
      Frame frame = GatewayCodec.encode(request, reply);
      int headerBytes = frame.header().getSerializedSize();
      if (headerBytes <= options.frame().headerBytes()) {
        return frame;
      }
      String text =
          "the answer has " + headerBytes + " bytes, more than a frame takes; ask for less";
      return GatewayCodec.encode(request, new Reply.Unavailable(text));
    }

    private void send(Frame frame, long cost) {
      answers.add(new Answer(frame, cost));
      if (drainPending.compareAndSet(false, true)) {
        try {
          connection.loop().execute(this::drain);
        } catch (RejectedExecutionException e) {
          LOG.debug("an answer came after the network had stopped", e);
        }
      }
    }

    private void drain() {
      drainPending.set(false);
      if (closed) {
        answers.clear();
        return;
      }
      for (Answer next = answers.poll(); next != null; next = answers.poll()) {
        // What waits to be read counts too: a long listing weighs more than the question for it.
        long cost = next.owedBytes();
        long size = CALL_BYTES + next.frame().header().getSerializedSize();
        long owed = Math.max(cost, size + next.frame().payloadBytes());
        owe(owed - cost);
        try {
          connection.write(next.frame()).addListener(done -> owe(-owed));
        } catch (FrameException e) {
          LOG.error("an answer to {} can not be sent: {}", connection.remote(), e.getMessage());
          connection.close("internal error: " + e.getMessage());
        }
      }
      connection.flush();
    }

    private void owe(long bytes) {
      owedBytes += bytes;
      if (closed) {
        return;
      }
      if (owedBytes > options.clientBytes()) {
        connection.pause(Connection.Pause.OWED_TOO_MUCH);
      } else if (owedBytes <= options.clientBytes() / 2) {
        connection.resume(Connection.Pause.OWED_TOO_MUCH);
      }
    }

    @Override
    public void drained(Connection from) {
      transport.yieldToCore(from);
    }

    @Override
    public void closed(Connection from, String reason) {
      closed = true;
      answers.clear();
      LOG.debug("client at {} is gone: {}", from.remote(), reason);
    }
  }

  private static Reply failure(Throwable error) {
    Throwable cause =
        error instanceof CompletionException wrapped && wrapped.getCause() != null
            ? wrapped.getCause()
            : error;
    String text = String.valueOf(cause.getMessage());
    if (cause instanceof UnavailableException) {
      return new Reply.Unavailable(text);
    }
    if (!(cause instanceof OutcomeUnknownException)) {
      LOG.error("a client's call failed with what a gateway does not promise", cause);
    }
    return new Reply.OutcomeUnknown(text);
  }
}

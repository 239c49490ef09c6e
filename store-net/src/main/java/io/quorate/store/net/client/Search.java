package io.quorate.store.net.client;

import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Query;
import io.quorate.store.net.transport.ClientDialer;
import io.quorate.store.net.transport.Connection;
import io.quorate.store.net.transport.Endpoint;
import io.quorate.store.net.wire.Call;
import io.quorate.store.net.wire.GatewayCodec;
import io.quorate.store.net.wire.Reply;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a peer to change to while another still serves, or seems to. A connection alone proves
 * little: a peer that is cut off from the others, or has just come back and lags, accepts clients
 * and then can not answer them. So each candidate is asked a question that needs the cluster, and
 * only one that has answered it is handed on. All of it is on the event loop.
 */
final class Search implements PeerConnection.Listener {
  /** No other call is ever sent on the connection of a candidate. */
  private static final long PROBE_REQUEST = Long.MAX_VALUE;

  /** Takes the outcome. */
  interface Owner {
    void found(Endpoint endpoint, PeerConnection connection);

    void foundNone();
  }

  private final ClientDialer dialer;
  private final Queue<Endpoint> candidates;
  private final int probeMillis;
  private final int firstAttempt;
  private final Owner owner;
  private final Consumer<Endpoint> skipped;
  private int attempts;
  private ClientDialer.@Nullable Attempt dialing;
  private @Nullable PeerConnection probed;
  private boolean ended;

  /**
   * @param candidates in the order in which to try them
   * @param probeMillis how long each has to answer
   * @param firstAttempt varies the address of a name that has several
   * @param skipped is told each that will not do
   */
  Search(
      ClientDialer dialer,
      List<Endpoint> candidates,
      int probeMillis,
      int firstAttempt,
      Owner owner,
      Consumer<Endpoint> skipped) {
    this.dialer = dialer;
    this.candidates = new ArrayDeque<>(candidates);
    this.probeMillis = probeMillis;
    this.firstAttempt = firstAttempt;
    this.owner = owner;
    this.skipped = skipped;
  }

  void next() {
    Endpoint endpoint = candidates.poll();
    if (endpoint == null) {
      ended = true;
      owner.foundNone();
      return;
    }
    dialing =
        dialer.dial(
            endpoint,
            firstAttempt + attempts++,
            connection -> connected(endpoint, connection),
            failure -> failed(endpoint));
  }

  private Connection.Owner connected(Endpoint endpoint, Connection connection) {
    dialing = null;
    PeerConnection made = new PeerConnection(endpoint, connection, this);
    probed = made;
    PendingCall<Answer> probe =
        new PendingCall<>(
            PROBE_REQUEST,
            GatewayCodec.encode(PROBE_REQUEST, new Call.Ask(new Query.Totals())),
            PendingCall.Kind.READ,
            dialer.nanoTime() + TimeUnit.MILLISECONDS.toNanos(probeMillis),
            reply -> reply instanceof Reply.Answered(var answer) ? answer : null);
    probe
        .outcome()
        .whenComplete(
            (answer, error) -> {
              if (error == null) {
                succeeded(made);
              } else {
                failed(endpoint);
              }
            });
    // In a later turn: the connection gets its owner when this returns.
    dialer
        .loop()
        .execute(
            () -> {
              if (!ended) {
                made.send(probe);
                made.flush();
              }
            });
    return made;
  }

  private void succeeded(PeerConnection connection) {
    if (!ended) {
      ended = true;
      probed = null;
      owner.found(connection.endpoint(), connection);
    }
  }

  private void failed(Endpoint endpoint) {
    dialing = null;
    PeerConnection left = probed;
    probed = null;
    if (ended) {
      return;
    }
    skipped.accept(endpoint);
    if (left != null) {
      left.close("it did not answer in time");
    }
    dialer
        .loop()
        .execute(
            () -> {
              if (!ended) {
                next();
              }
            });
  }

  /** Ends a probe whose time is over. */
  void sweep(long nowNanos) {
    if (probed != null) {
      probed.expire(nowNanos, probeMillis);
    }
  }

  /** Stops; the owner hears no more. */
  void cancel(String reason) {
    ended = true;
    if (dialing != null) {
      dialing.cancel(reason);
    }
    if (probed != null) {
      probed.close(reason);
    }
  }

  @Override
  public void replied(PeerConnection from, PendingCall<?> call, boolean unavailable) {}

  @Override
  public void ended(PendingCall<?> call) {}

  @Override
  public void writable(PeerConnection connection) {}

  @Override
  public void lost(PeerConnection connection, String reason) {
    // The probe is failed right after, and with it this candidate.
  }
}

package io.quorate.store.peer;

import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Links to the other peers. Sending never blocks and never fails: what can not be delivered is
 * dropped (a link's queue is bounded), and the protocol repairs it.
 */
public interface Transport extends AutoCloseable {

  /** Begins delivering to {@code receiver}. */
  void start(Receiver receiver);

  /**
   * Whom to have links with from now on, and where each is, as host:port; an empty address leaves
   * it where it is. Links with others are closed, and refused.
   */
  void reach(SortedMap<Integer, String> members);

  void send(int peer, PeerMessage message);

  /** Peers with an open connection. */
  Set<Integer> connected();

  /** Bytes queued for {@code peer}; chunks are pushed only to peers below the transport's bound. */
  long queuedBytes(int peer);

  /** The thread that its messages come and go on, if the peer's turns may run there too. */
  default @Nullable Carrier carrier() {
    return null;
  }

  @Override
  void close();

  /** Where messages arrive: from any thread, one at a time per sender. Must not block. */
  interface Receiver {
    void received(int from, PeerMessage message);

    /** A connection came up or went down. */
    void linkChanged(int peer, boolean up);

    /** A peer has refused a connection: this one is no member, as far as it knows. */
    void refused(int peer, String why);
  }
}

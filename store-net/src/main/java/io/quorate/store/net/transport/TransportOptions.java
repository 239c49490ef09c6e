package io.quorate.store.net.transport;

import io.quorate.store.net.wire.FrameLimits;

/**
 * What bounds and times connections. A peer's configuration sets them; {@link #DEFAULTS} are its
 * defaults.
 *
 * @param threads event loops; one serves four peers on a small machine, more help many clients
 * @param frame largest frame that is sent or accepted
 * @param chunkQueueBytes chunks for a peer are dropped while more than this waits for it; it
 *     fetches them later
 * @param linkQueueBytes everything for a peer is dropped while more than this waits for it
 * @param clientBytes memory that one client's requests and unread replies may take; its connection
 *     is not read beyond that
 * @param maxClients clients that a peer serves at a time
 * @param maxHandshakes connections at a time that have not proved that they hold the key
 * @param handshakeMillis how long they may take for that
 * @param connectMillis how long a TCP connection may take
 * @param reconnectMinMillis pause before dialing again after the first failure; doubles from there
 * @param reconnectMaxMillis longest pause before dialing again
 * @param pingMillis a connection on which nothing was sent for this long carries a ping
 * @param silentMillis a connection on which nothing arrived for this long is closed
 * @param stallMillis a connection that takes none of the bytes waiting for it for this long is
 *     closed
 */
public record TransportOptions(
    int threads,
    FrameLimits frame,
    long chunkQueueBytes,
    long linkQueueBytes,
    long clientBytes,
    int maxClients,
    int maxHandshakes,
    int handshakeMillis,
    int connectMillis,
    int reconnectMinMillis,
    int reconnectMaxMillis,
    int pingMillis,
    int silentMillis,
    int stallMillis) {

  public static final TransportOptions DEFAULTS =
      new TransportOptions(
          1,
          FrameLimits.DEFAULT,
          16L << 20,
          64L << 20,
          16L << 20,
          1_000,
          64,
          3_000,
          500,
          50,
          250,
          200,
          700,
          30_000);

  /** The same with other bounds for the queue of a link. */
  public TransportOptions withQueues(long newChunkQueueBytes, long newLinkQueueBytes) {
    return new TransportOptions(
        threads,
        frame,
        newChunkQueueBytes,
        newLinkQueueBytes,
        clientBytes,
        maxClients,
        maxHandshakes,
        handshakeMillis,
        connectMillis,
        reconnectMinMillis,
        reconnectMaxMillis,
        pingMillis,
        silentMillis,
        stallMillis);
  }

  /** The same with other bounds for clients. */
  public TransportOptions withClients(int newMaxClients, long newClientBytes) {
    return new TransportOptions(
        threads,
        frame,
        chunkQueueBytes,
        linkQueueBytes,
        newClientBytes,
        newMaxClients,
        maxHandshakes,
        handshakeMillis,
        connectMillis,
        reconnectMinMillis,
        reconnectMaxMillis,
        pingMillis,
        silentMillis,
        stallMillis);
  }

  /** The same with another bound for strangers. */
  public TransportOptions withHandshakes(int newMaxHandshakes, int newHandshakeMillis) {
    return new TransportOptions(
        threads,
        frame,
        chunkQueueBytes,
        linkQueueBytes,
        clientBytes,
        maxClients,
        newMaxHandshakes,
        newHandshakeMillis,
        connectMillis,
        reconnectMinMillis,
        reconnectMaxMillis,
        pingMillis,
        silentMillis,
        stallMillis);
  }

  /** The same with other times for noticing a dead connection. */
  public TransportOptions withPings(int newPingMillis, int newSilentMillis) {
    return new TransportOptions(
        threads,
        frame,
        chunkQueueBytes,
        linkQueueBytes,
        clientBytes,
        maxClients,
        maxHandshakes,
        handshakeMillis,
        connectMillis,
        reconnectMinMillis,
        reconnectMaxMillis,
        newPingMillis,
        newSilentMillis,
        stallMillis);
  }
}

package io.quorate.store.net.client;

import io.quorate.store.net.transport.TransportOptions;

/**
 * How a client behaves.
 *
 * @param requestMillis each call ends by then; a little more than the peers' own deadline, so that
 *     it is the peer that says why
 * @param inFlightBytes content of calls that are not answered yet; beyond it calls fail at once
 * @param transport timing of the connection
 */
public record RemoteOptions(int requestMillis, long inFlightBytes, TransportOptions transport) {
  public static final RemoteOptions DEFAULTS =
      new RemoteOptions(7_000, 256L << 20, TransportOptions.DEFAULTS);

  public RemoteOptions {
    if (requestMillis < 10 || requestMillis > 600_000) {
      throw new IllegalArgumentException(
          "requestMillis is " + requestMillis + "; allowed are 10 to 600000");
    }
    if (inFlightBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "inFlightBytes is " + inFlightBytes + "; allowed is " + (1 << 20) + " or more");
    }
  }
}

package io.quorate.store.net.client;

import io.quorate.store.net.transport.TransportOptions;

/**
 * How a client behaves.
 *
 * @param openMillis opening goes on trying until then, whatever a call may take: peers that are
 *     only being started are waited for
 * @param requestMillis each call ends by then; a little more than the peers' own deadline, so that
 *     it is the peer that says why
 * @param inFlightBytes content of calls that are not answered yet; beyond it calls fail at once
 * @param patienceMillis a peer that answers nothing for so long although calls wait is left for
 *     another, if another answers. Longer than an election takes, or clients change in vain
 * @param returnMillis pause between attempts to return to a peer that comes earlier in the list
 * @param transport timing of the connection
 */
public record RemoteOptions(
    long openMillis,
    int requestMillis,
    long inFlightBytes,
    int patienceMillis,
    int returnMillis,
    TransportOptions transport) {
  /** A few full frames, however small the heap is. */
  private static final long LEAST_IN_FLIGHT_BYTES = 8 << 20;

  public static final RemoteOptions DEFAULTS =
      new RemoteOptions(7_000, 256L << 20, TransportOptions.DEFAULTS);

  /** With the default ways of changing between peers; opening takes as long as a call may. */
  public RemoteOptions(int requestMillis, long inFlightBytes, TransportOptions transport) {
    this(requestMillis, requestMillis, inFlightBytes, 2_000, 5_000, transport);
  }

  /**
   * For callers that give up after {@code deadlineMillis}: a call must end before that, to be asked
   * again and to say who was asked. Opening may take all of it.
   */
  public static RemoteOptions within(long deadlineMillis) {
    int millis = (int) Math.min(DEFAULTS.requestMillis, deadlineMillis * 4 / 5);
    long bytes = Math.min(DEFAULTS.inFlightBytes, Runtime.getRuntime().maxMemory() / 4);
    return new RemoteOptions(millis, Math.max(bytes, LEAST_IN_FLIGHT_BYTES), DEFAULTS.transport)
        .withOpening(deadlineMillis);
  }

  /** With another time for opening. */
  public RemoteOptions withOpening(long millis) {
    return new RemoteOptions(
        millis, requestMillis, inFlightBytes, patienceMillis, returnMillis, transport);
  }

  public RemoteOptions {
    requireMillis("openMillis", openMillis);
    requireMillis("requestMillis", requestMillis);
    requireMillis("patienceMillis", patienceMillis);
    requireMillis("returnMillis", returnMillis);
    if (inFlightBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "inFlightBytes is " + inFlightBytes + "; allowed is " + (1 << 20) + " or more");
    }
  }

  private static void requireMillis(String field, long millis) {
    if (millis < 10 || millis > 600_000) {
      throw new IllegalArgumentException(field + " is " + millis + "; allowed are 10 to 600000");
    }
  }
}

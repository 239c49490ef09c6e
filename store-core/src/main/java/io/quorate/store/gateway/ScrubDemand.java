package io.quorate.store.gateway;

/**
 * Asks for a look over all that is stored, now: every chunk that the tree names is read and
 * checked, and the digest of the metadata computed anew. What is damaged is mended.
 *
 * @param ticket the asker's name for it, not 0; comes back in {@link Upkeep.Demanded}
 * @param peer who is to do it; 0 for all
 * @param bytesPerSecond content read at most; 0 for the pace that each peer is set to
 */
public record ScrubDemand(long ticket, int peer, long bytesPerSecond) {
  /** Without a pause. */
  public static final long FULL_SPEED = Long.MAX_VALUE;

  public ScrubDemand {
    if (ticket == 0 || peer < 0 || bytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "scrub: ticket " + ticket + ", peer " + peer + ", bytesPerSecond " + bytesPerSecond);
    }
  }
}

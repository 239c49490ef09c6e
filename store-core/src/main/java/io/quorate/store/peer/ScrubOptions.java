package io.quorate.store.peer;

/**
 * How a peer looks over what it has stored.
 *
 * @param bytesPerSecond content read at most; 0 for no scrubbing. A fast pass finds damage sooner
 *     and takes more of the disk from everybody else. Up to 1 TiB; default 8 MiB
 * @param intervalMillis from the end of a pass until the next begins. 10 to 1e10; default a week
 */
public record ScrubOptions(long bytesPerSecond, long intervalMillis) {
  public static final ScrubOptions DEFAULT = new ScrubOptions(8L << 20, 7L * 24 * 3_600 * 1_000);

  public ScrubOptions {
    PeerOptions.checkRange("scrub bytesPerSecond", bytesPerSecond, 0, 1L << 40);
    PeerOptions.checkRange("scrub intervalMillis", intervalMillis, 10, 10_000_000_000L);
  }
}

package io.quorate.store.peer;

/**
 * How a peer gets back the space of content that nobody needs any more.
 *
 * @param liveShare a segment of the journal is rewritten when less than this share of it is needed;
 *     what is needed is copied, and the file goes. Higher keeps the disk emptier and copies more:
 *     at 0.5 each byte given back costs at most one that is copied, at 0.9 nine. 0 copies nothing
 *     and gives back only segments of which nothing is needed. 0 to 0.95; default 0.5
 * @param bytesPerSecond content copied at most, while the disk is not full; a full one is emptied
 *     as fast as it goes. Faster gives space back sooner and takes more of the disk from everybody
 *     else. 64 KiB to 1 TiB; default 32 MiB
 * @param intervalMillis how often it looks for what can be given back. 1 to 1e9; default 1,000
 * @param countMillis how often all chunks are counted anew, if anything has changed: this finds
 *     what was uploaded and never published. 1 to 1e9; default 60,000
 */
public record CompactionOptions(
    double liveShare, long bytesPerSecond, long intervalMillis, long countMillis) {
  public static final CompactionOptions DEFAULT =
      new CompactionOptions(0.5, 32L << 20, 1_000, 60_000);

  public CompactionOptions {
    if (!(liveShare >= 0 && liveShare <= 0.95)) {
      throw new IllegalArgumentException(
          "compaction liveShare is " + liveShare + "; allowed are 0 to 0.95");
    }
    PeerOptions.checkRange("compaction bytesPerSecond", bytesPerSecond, 64 << 10, 1L << 40);
    PeerOptions.checkRange("compaction intervalMillis", intervalMillis, 1, 1_000_000_000);
    PeerOptions.checkRange("compaction countMillis", countMillis, 1, 1_000_000_000);
  }
}

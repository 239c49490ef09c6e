package io.quorate.store.gateway;

/**
 * What a peer does to stay whole, by its own account: at most about a second old while it is heard.
 *
 * @param content what it lacks and fetches
 * @param checkpoint what it is sent of another peer's state
 * @param scrub how far it has looked over what it stores
 * @param space what its journal takes
 */
public record Upkeep(Content content, Checkpoint checkpoint, Scrub scrub, Space space) {
  /** Of a peer that has not said anything yet. */
  public static final Upkeep UNKNOWN =
      new Upkeep(
          new Content(false, 0, 0, 0, 0),
          Checkpoint.NONE,
          new Scrub(false, 0, 0, 0, 0, 0, 0, Demanded.NONE),
          Space.UNKNOWN);

  /**
   * Content that the tree names and this peer lacks.
   *
   * @param searching whether it has not looked through all of the tree yet, so that more may be
   *     missing
   * @param missingChunks how many it knows to lack
   * @param missingBytes what these amount to
   * @param lostChunks how many of the missing no peer has any more, as far as is known
   * @param bytesPerSecond what came in the last seconds
   */
  public record Content(
      boolean searching,
      long missingChunks,
      long missingBytes,
      long lostChunks,
      long bytesPerSecond) {

    /** Whether it lacks nothing, and knows. */
    public boolean isComplete() {
      return !searching && missingChunks == 0;
    }

    /** Whether it knows all that it lacks, and nobody has any of that. */
    public boolean isHopeless() {
      return !searching && lostChunks > 0 && missingChunks == lostChunks;
    }

    /** Until all is there if it goes on as it did lately; −1 if that can not be told. */
    public long millisLeft() {
      if (missingChunks == 0) {
        return 0;
      }
      return bytesPerSecond <= 0 ? -1 : (long) (missingBytes * 1e3 / bytesPerSecond) + 1;
    }
  }

  /**
   * A checkpoint that is coming in.
   *
   * @param totalBytes 0 if there is none
   */
  public record Checkpoint(long doneBytes, long totalBytes) {
    public static final Checkpoint NONE = new Checkpoint(0, 0);

    public boolean isComing() {
      return totalBytes > 0;
    }
  }

  /**
   * Looking over what is stored.
   *
   * @param running whether a pass is under way
   * @param checkedBytes content that this pass has read
   * @param passBytes about what a pass reads in all
   * @param passes how many were ended since the peer was started
   * @param finishedMillis when the last one ended, in milliseconds since 1970; 0 if none has
   * @param damagedChunks copies found damaged or missing since the peer was started
   * @param mendedChunks how many of these are whole again
   * @param demanded the pass that somebody asked for last
   */
  public record Scrub(
      boolean running,
      long checkedBytes,
      long passBytes,
      long passes,
      long finishedMillis,
      long damagedChunks,
      long mendedChunks,
      Demanded demanded) {

    /** How much of the present pass is done, 0 to 100; 0 if none is under way. */
    public int percent() {
      return !running || passBytes <= 0 ? 0 : (int) Math.min(100, checkedBytes * 100.0 / passBytes);
    }
  }

  /**
   * What a pass has found that was asked for.
   *
   * @param ticket of the {@link ScrubDemand}; 0 if there was none since the peer was started
   * @param ended whether the pass has ended
   * @param damagedChunks copies found damaged or missing by it
   * @param mendedChunks how many of these are whole by now
   * @param metadataSound whether the metadata's rows amount to its digest, as far as is known
   */
  public record Demanded(
      long ticket,
      boolean ended,
      long checkedChunks,
      long checkedBytes,
      long damagedChunks,
      long mendedChunks,
      boolean metadataSound) {
    public static final Demanded NONE = new Demanded(0, false, 0, 0, 0, 0, true);
  }

  /**
   * The journal's space; −1 each if unknown.
   *
   * @param liveBytes content that a file uses or that may yet be published
   * @param garbageBytes content that nobody needs, in segments that compaction may take
   * @param logBytes what else lies in segments that the log needs
   * @param reservedBytes free, and kept so for what deleting needs
   * @param freeBytes what new content may take
   */
  public record Space(
      long liveBytes, long garbageBytes, long logBytes, long reservedBytes, long freeBytes) {
    public static final Space UNKNOWN = new Space(-1, -1, -1, -1, -1);
  }
}

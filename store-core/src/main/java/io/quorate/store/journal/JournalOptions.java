package io.quorate.store.journal;

import java.util.UUID;
import java.util.function.Consumer;

/**
 * Settings of a {@link Journal}; validated once, here.
 *
 * @param clusterId the cluster that the data belongs to; a directory of another one is refused
 * @param segmentBytes size of a segment file. A record never spans two, so it must exceed the
 *     largest chunk; larger segments mean fewer files and footers, and more space allocated ahead
 *     of need (two segments at most). 65,536 (tests) to 1 GiB; default 64 MiB
 * @param durability what a durable record has survived; default {@link Durability#FSYNC}
 * @param maxBatchBytes bytes gathered into one write before those that wait for it are answered; a
 *     larger batch shares an fdatasync among more, a smaller one answers the first sooner. 65,536
 *     to 256 MiB; default 8 MiB
 * @param verifySealedChunks whether recovery reads and checks the content of every chunk of sealed
 *     segments too; the newest segment is always checked. Costs reading the whole journal at start;
 *     default false, as reads and the scrubber check as well
 * @param onFailure told once, on the journal's thread, when a write or sync failed and the journal
 *     has stopped; the peer must end its process
 */
public record JournalOptions(
    UUID clusterId,
    int segmentBytes,
    Durability durability,
    int maxBatchBytes,
    boolean verifySealedChunks,
    Consumer<Throwable> onFailure) {

  static final int MIN_SEGMENT_BYTES = 1 << 16;
  static final int MAX_SEGMENT_BYTES = 1 << 30;
  static final int MIN_BATCH_BYTES = 1 << 16;
  static final int MAX_BATCH_BYTES = 1 << 28;

  public JournalOptions {
    requireRange("segmentBytes", segmentBytes, MIN_SEGMENT_BYTES, MAX_SEGMENT_BYTES);
    requireRange("maxBatchBytes", maxBatchBytes, MIN_BATCH_BYTES, MAX_BATCH_BYTES);
  }

  /** Default settings for a peer of that cluster. */
  public static JournalOptions of(UUID clusterId, Consumer<Throwable> onFailure) {
    return new JournalOptions(clusterId, 64 << 20, Durability.FSYNC, 8 << 20, false, onFailure);
  }

  /** These settings with another size of segment. */
  public JournalOptions withSegmentBytes(int bytes) {
    return new JournalOptions(
        clusterId, bytes, durability, maxBatchBytes, verifySealedChunks, onFailure);
  }

  /** These settings with another meaning of durable. */
  public JournalOptions withDurability(Durability other) {
    return new JournalOptions(
        clusterId, segmentBytes, other, maxBatchBytes, verifySealedChunks, onFailure);
  }

  /** These settings with another size of batch. */
  public JournalOptions withMaxBatchBytes(int bytes) {
    return new JournalOptions(
        clusterId, segmentBytes, durability, bytes, verifySealedChunks, onFailure);
  }

  /** These settings, with all chunks checked on start or not. */
  public JournalOptions withVerifySealedChunks(boolean verify) {
    return new JournalOptions(
        clusterId, segmentBytes, durability, maxBatchBytes, verify, onFailure);
  }

  /** These settings with another listener for failures. */
  public JournalOptions withOnFailure(Consumer<Throwable> other) {
    return new JournalOptions(
        clusterId, segmentBytes, durability, maxBatchBytes, verifySealedChunks, other);
  }

  private static void requireRange(String field, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "journal " + field + " is " + value + "; allowed is " + min + " to " + max);
    }
  }
}

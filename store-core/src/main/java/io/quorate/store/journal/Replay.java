package io.quorate.store.journal;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;

/**
 * Told, in the order of the journal, what {@link Journal#open} found to be valid. A chunk may be
 * told twice; the later position counts, and the earlier must not be read any more.
 */
public interface Replay {
  /**
   * Chunks up to this place are known already and need not be told: a segment that lies before it
   * and before the log's start is not read at all.
   */
  default Position chunksKnownUpTo() {
    return new Position(0, 0, 0);
  }

  /** The log begins after the entry (index, term), (0, 0) for all of it; told before any entry. */
  default void logStart(long index, long term) {}

  /** A chunk's content is at {@code position}. */
  void chunk(ChunkRef chunk, Position position);

  /**
   * The state after the entry (index, term) was taken from another peer: the log begins after it,
   * and no entry told before counts.
   */
  default void install(long index, long term) {}

  /**
   * A log entry; it supersedes every earlier one at or above its index. One at or below the log's
   * start may be told, and counts for nothing else.
   */
  void entry(Entry entry, Position position);

  /** Term and vote; the last one counts. */
  void hardState(HardState state);

  /** A chunk was here and is damaged: it must be had from another peer. Costs no vote. */
  default void damagedChunk(ChunkId id, Position position) {}

  /**
   * An entry was here and is damaged. It supersedes like a valid one; what follows may have higher
   * indexes, so the log has a hole unless it is applied already, see {@link Recovery#costsVote}.
   */
  default void damagedEntry(long index, long term, Position position) {}

  /**
   * Records were here of which nothing is known, entries perhaps, which superseded others. The peer
   * is suspect.
   */
  default void lostRecords() {}
}

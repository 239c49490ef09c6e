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
  /** A chunk's content is at {@code position}. */
  void chunk(ChunkRef chunk, Position position);

  /** A log entry; it supersedes every earlier one at or above its index. */
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
}

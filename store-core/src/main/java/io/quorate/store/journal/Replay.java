package io.quorate.store.journal;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;

/** Told, in the order of the journal, what {@link Journal#open} found to be valid. */
public interface Replay {
  /** A chunk's content is at {@code position}. */
  void chunk(ChunkRef chunk, Position position);

  /** A log entry; it supersedes every earlier one at or above its index. */
  void entry(Entry entry, Position position);

  /** Term and vote; the last one counts. */
  void hardState(HardState state);
}

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.Restored;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what the journal replays on start. A damaged entry leaves a gap; what follows it can not
 * be relied on and is not taken, and a peer that had acknowledged it must not vote.
 */
final class LogReplay implements Replay {
  private final ChunkStore chunks;
  private final Restored.Builder restored;
  private final List<Position> positions = new ArrayList<>();
  private long gapAfter = -1;

  LogReplay(Membership genesis, ChunkStore chunks) {
    this.chunks = chunks;
    this.restored = Restored.builder(genesis);
  }

  @Override
  public void chunk(ChunkRef chunk, Position position) {
    chunks.replayed(chunk, position);
  }

  @Override
  public void entry(Entry entry, Position position) {
    if (entry.index() > positions.size() + 1L) {
      gapAfter = gapAfter < 0 ? positions.size() : gapAfter;
      return;
    }
    if (entry.index() <= gapAfter + 1) {
      gapAfter = -1; // written again later, or superseded by what comes before it
    }
    while (positions.size() >= entry.index()) {
      positions.remove(positions.size() - 1);
    }
    positions.add(position);
    restored.entry(entry);
  }

  @Override
  public void hardState(HardState state) {
    restored.hardState(state);
  }

  /** Index of the last entry before a gap, or −1 if there is none. */
  long gapAfter() {
    return gapAfter;
  }

  /** Positions of entries 1 and up. */
  List<Position> positions() {
    return positions;
  }

  /**
   * What consensus starts from.
   *
   * @param appliedIndex index that the metadata has applied
   * @throws IllegalStateException if the metadata is ahead of the log that is left
   */
  Restored restored(long appliedIndex) {
    if (appliedIndex > positions.size()) {
      throw new IllegalStateException(
          "the metadata has applied entry "
              + appliedIndex
              + ", but the journal's log ends at "
              + positions.size()
              + ": the journal lost entries; replace this peer's data directory");
    }
    return restored.commitIndex(appliedIndex).build();
  }
}

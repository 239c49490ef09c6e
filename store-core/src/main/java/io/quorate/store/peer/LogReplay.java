package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.Restored;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collects what the journal replays on start. A damaged entry leaves a gap; what follows it can not
 * be relied on and is not taken, and a peer that had acknowledged it must not vote.
 *
 * <p>Damage to an entry that is applied is of no consequence here: then the log begins after the
 * applied index, and only other peers can serve what lies before it.
 */
final class LogReplay implements Replay {
  private final ChunkStore chunks;
  private final long appliedIndex;
  private final long appliedTerm;
  private final Membership genesis;
  private final Run whole;

  /** The log from the applied entry on; null while it is empty. */
  private @Nullable Run afterApplied;

  private long appliedStampNanos;
  private HardState hardState = HardState.INITIAL;

  /** The entries that follow on one index without a gap. */
  private static final class Run {
    final Restored.Builder restored;
    final LogPositions positions;
    long gapAfter = -1;

    Run(Membership genesis, long startIndex) {
      this.restored = Restored.builder(genesis);
      this.positions = new LogPositions(startIndex);
    }

    long lastIndex() {
      return positions.lastIndex();
    }

    void entry(Entry entry, Position position) {
      if (entry.index() > lastIndex() + 1) {
        gapAfter = gapAfter < 0 ? lastIndex() : gapAfter;
        return;
      }
      if (entry.index() <= gapAfter + 1) {
        gapAfter = -1; // written again later, or superseded by what comes before it
      }
      positions.put(entry.index(), position);
      restored.entry(entry);
    }
  }

  /** Given what the flushed metadata has applied. */
  LogReplay(Membership genesis, ChunkStore chunks, long appliedIndex, long appliedTerm) {
    this.chunks = chunks;
    this.appliedIndex = appliedIndex;
    this.appliedTerm = appliedTerm;
    this.genesis = genesis;
    this.whole = new Run(genesis, 0);
  }

  private Run afterApplied() {
    Run run = afterApplied;
    if (run == null) {
      run = new Run(genesis, appliedIndex);
      run.restored.startingAfter(appliedIndex, appliedTerm, appliedStampNanos);
      afterApplied = run;
    }
    return run;
  }

  @Override
  public void chunk(ChunkRef chunk, Position position) {
    chunks.replayed(chunk, position);
  }

  @Override
  public void entry(Entry entry, Position position) {
    whole.entry(entry, position);
    if (entry.index() <= appliedIndex) {
      // It supersedes whatever an earlier leader had put after it.
      afterApplied = null;
      appliedStampNanos = entry.stampNanos();
    } else if (entry.term() >= appliedTerm) {
      afterApplied().entry(entry, position);
    } // else it is from before the applied entry, and superseded by it
  }

  @Override
  public void hardState(HardState state) {
    hardState = state;
  }

  /**
   * What there is to go on with.
   *
   * @param damagedEntries indexes of the entries that the journal knows to be damaged
   * @throws IllegalStateException if the metadata is ahead of a log whose end is lost
   */
  Log log(Set<Long> damagedEntries) {
    Run run = whole;
    if (appliedIndex > whole.lastIndex()) {
      if (!damagedEntries.contains(whole.lastIndex() + 1)) {
        throw new IllegalStateException(
            "the metadata has applied entry "
                + appliedIndex
                + ", but the journal's log ends at "
                + whole.lastIndex()
                + ": the journal lost entries; replace this peer's data directory");
      }
      run = afterApplied();
    }
    return new Log(
        run.restored.hardState(hardState).commitIndex(appliedIndex).build(),
        run.positions,
        run.gapAfter >= 0);
  }

  /**
   * The log as found.
   *
   * @param hasGap whether entries past the end of {@code positions} were damaged
   */
  record Log(Restored restored, LogPositions positions, boolean hasGap) {}
}

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.Restored;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Metadata;
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
  private final @Nullable CheckpointManifest staged;

  /** What the flushed metadata has applied, or will have once the staged one is in its place. */
  private Metadata.Moment applied;

  private boolean swapDue;

  /** Whether records are lost, and nobody can say which. */
  private boolean distrusted;

  private final Membership genesis;
  private Run whole;

  /** The log from the applied entry on; null while it is empty. */
  private @Nullable Run afterApplied;

  private HardState hardState = HardState.INITIAL;

  /** The entries that follow on one index without a gap. */
  private static final class Run {
    final Restored.Builder restored;
    final LogPositions positions;
    long gapAfter = -1;

    Run(Restored.Builder restored, long startIndex) {
      this.restored = restored;
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
      positions.truncateFrom(entry.index());
      if (entry.index() > positions.startIndex()) {
        positions.put(entry.index(), position);
      }
      restored.entry(entry);
    }

    /** An entry was written here that can not be read: what it superseded must not come back. */
    void damaged(long index) {
      if (index <= lastIndex() + 1) {
        positions.truncateFrom(index);
        restored.truncateFrom(index);
        gapAfter = lastIndex();
      }
    }
  }

  /**
   * For what is there besides the journal.
   *
   * @param applied what the flushed metadata has applied
   * @param staged a checkpoint that came to take its place, whole or in part; null if there is none
   */
  LogReplay(
      Membership genesis,
      ChunkStore chunks,
      Metadata.Moment applied,
      @Nullable CheckpointManifest staged) {
    this.chunks = chunks;
    this.applied = applied;
    this.staged = staged;
    this.genesis = genesis;
    this.whole = new Run(Restored.builder(genesis), 0);
  }

  /**
   * A log that begins after an index that is applied. The newest membership applied stands for the
   * one that held there: if it came later, both are known to be committed.
   */
  private Run startingAfter(long index, long term) {
    byte[] body = applied.membership();
    Membership base = body.length == 0 ? genesis : Membership.decode(index, body);
    return new Run(Restored.builder(base).startingAfter(index, term, applied.stampNanos()), index);
  }

  private Run afterApplied() {
    Run run = afterApplied;
    if (run == null) {
      run = startingAfter(applied.index(), applied.term());
      afterApplied = run;
    }
    return run;
  }

  @Override
  public Position chunksKnownUpTo() {
    return chunks.indexedThrough();
  }

  @Override
  public void logStart(long index, long term) {
    if (index > 0) {
      begin(index, term);
    }
  }

  /** The staged checkpoint counts from here on, whether it is in its place yet or not. */
  @Override
  public void install(long index, long term) {
    begin(index, term);
  }

  private void begin(long index, long term) {
    if (index > applied.index()) {
      CheckpointManifest checkpoint = staged;
      if (checkpoint == null || checkpoint.index() != index || checkpoint.term() != term) {
        throw new IllegalStateException(
            "the journal's log begins after entry "
                + index
                + ", but the metadata has applied only "
                + applied.index()
                + ": the metadata is not the journal's; replace this peer's data directory");
      }
      applied = checkpoint.state();
      swapDue = true;
    }
    whole = startingAfter(index, term);
    afterApplied = null;
    distrusted = false;
  }

  /** Whether the staged checkpoint is to take the place of the metadata before anything else. */
  boolean isSwapDue() {
    return swapDue;
  }

  @Override
  public void chunk(ChunkRef chunk, Position position) {
    chunks.replayed(chunk, position);
  }

  @Override
  public void entry(Entry entry, Position position) {
    whole.entry(entry, position);
    if (entry.index() <= applied.index()) {
      // It supersedes whatever an earlier leader had put after it.
      afterApplied = null;
    } else if (entry.term() >= applied.term()) {
      afterApplied().entry(entry, position);
    } // else it is from before the applied entry, and superseded by it
  }

  @Override
  public void damagedEntry(long index, long term, Position position) {
    whole.damaged(index);
    if (index <= applied.index()) {
      afterApplied = null;
    } else if (term >= applied.term()) {
      afterApplied().damaged(index);
    }
  }

  /**
   * One of them may have superseded entries told before: those would make, together with the
   * entries that follow, a log that there never was. So of what came before only what is applied
   * counts.
   */
  @Override
  public void lostRecords() {
    distrusted = true;
    afterApplied = null;
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
    boolean lost = false;
    if (distrusted || applied.index() > whole.lastIndex()) {
      if (!distrusted && !damagedEntries.contains(whole.lastIndex() + 1)) {
        throw new IllegalStateException(
            "the metadata has applied entry "
                + applied.index()
                + ", but the journal's log ends at "
                + whole.lastIndex()
                + ": the journal lost entries; replace this peer's data directory");
      }
      run = afterApplied();
    } else if (contradictsApplied(whole)) {
      // What superseded these entries is lost, by a disk that said that it was written. What came
      // after it may be lost as well.
      run = afterApplied();
      lost = true;
    }
    return new Log(
        run.restored.hardState(hardState).commitIndex(applied.index()).build(),
        run.positions,
        lost || run.gapAfter >= 0);
  }

  /** Whether it has another entry where one is applied. */
  private boolean contradictsApplied(Run run) {
    return applied.index() >= run.restored.startIndex()
        && run.restored.termAt(applied.index()) != applied.term();
  }

  /**
   * The log as found.
   *
   * @param hasGap whether entries past the end of {@code positions} were damaged or are lost
   */
  record Log(Restored restored, LogPositions positions, boolean hasGap) {}
}

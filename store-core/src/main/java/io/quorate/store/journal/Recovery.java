package io.quorate.store.journal;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.HardState;
import java.util.List;

/**
 * What {@link Journal#open} found.
 *
 * @param suspicion why this peer must not vote until it is readmitted; {@link Suspicion#NONE}
 *     mostly. Kept in every later segment header, so it outlives restarts
 * @param detail one line for the operator about the suspicion or the cut; empty if there is nothing
 *     to say
 * @param cut where the previous newest segment was cut: what came past it was copied or dropped;
 *     null in a new journal
 * @param hardState term and vote, the newer of the journal's and the second place's
 * @param membership bytes last given to {@link Journal#setMembership}; empty if none were
 * @param chunks chunk records replayed
 * @param entries entry records replayed, superseded ones included
 * @param copiedBytes bytes past the last proven-durable point that were valid and kept
 * @param droppedTail whether a torn or suspect record was found at the end and cut
 * @param damagedChunks chunks whose records are known to be bad; to be mended from other peers
 * @param damagedEntries entry records that are known to be bad and that no later record supersedes
 * @param damagedFooters footers that were bad, with no loss as the records themselves were read
 */
public record Recovery(
    Suspicion suspicion,
    String detail,
    @org.jspecify.annotations.Nullable Position cut,
    HardState hardState,
    byte[] membership,
    long chunks,
    long entries,
    long copiedBytes,
    boolean droppedTail,
    List<DamagedChunk> damagedChunks,
    List<DamagedEntry> damagedEntries,
    int damagedFooters) {

  /** Why a journal may lack something that this peer once promised to hold. */
  public enum Suspicion {
    /** Nothing is amiss. */
    NONE(0),
    /**
     * The last record is invalid and is not one that a crash tore: it may have been acknowledged.
     */
    TAIL(1),
    /** A record that was durable is lost and nothing says which one it was. */
    UNKNOWN_RECORD(2),
    /** Term and vote are lost in both places. */
    HARD_STATE(3),
    /** Durability is MEMORY and the machine went down without a clean close. */
    UNCLEAN_BOOT(4),
    /** Others know of promises that this journal never heard of: an older image was put back. */
    OLDER_IMAGE(5),
    /** As before, and nothing was there at all: the disk is a new one. */
    WIPED(6),
    /**
     * A new disk that an operator has put in place of one that is lost, and that is to be filled.
     */
    REJOINING(7);

    private final int code;

    Suspicion(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static Suspicion ofCode(int code) {
      for (Suspicion suspicion : values()) {
        if (suspicion.code == code) {
          return suspicion;
        }
      }
      return UNKNOWN_RECORD;
    }
  }

  /** A chunk whose record at {@code position} is bad. */
  public record DamagedChunk(ChunkId id, Position position) {}

  /** An entry whose record at {@code position} is bad. */
  public record DamagedEntry(long index, long term, Position position) {}

  /** Whether the peer must not vote, whatever is applied. */
  public boolean suspect() {
    return suspicion != Suspicion.NONE;
  }

  /**
   * Whether the peer must not vote, given that entries up to {@code appliedIndex} are in the
   * flushed metadata: a damaged entry at or below it is of no consequence.
   */
  public boolean costsVote(long appliedIndex) {
    return suspect() || damagedEntries.stream().anyMatch(entry -> entry.index() > appliedIndex);
  }
}

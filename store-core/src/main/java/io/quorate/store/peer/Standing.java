package io.quorate.store.peer;

import io.quorate.store.journal.Journal;
import io.quorate.store.journal.Recovery.Suspicion;
import io.quorate.store.world.World;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who this peer is among the others: its incarnation, and whether it may have forgotten something
 * that it promised.
 *
 * <pre>
 *   MEMBER ── the disk lacks what was promised ──► SUSPECT ── a committed membership ──► MEMBER
 *      │                                          (a fresh     names the fresh one
 *      └── the disk holds nothing at all ──► WIPED incarnation)
 *                                           │ an operator says that it is a new one
 *                                           ▼
 *                                       REJOINING ── a committed membership names it ──► MEMBER
 *                                           ▲
 *   JOINING ── a leader says that it is awaited ──┘
 * </pre>
 *
 * <p>A suspect takes a new incarnation, at random, at each start; what it says as that it keeps,
 * and what it said before counts no longer. Only when a committed membership names the incarnation
 * is it written down, together with the end of the suspicion, in the header of a new segment. So
 * whatever a crash leaves, no two lives share an incarnation without sharing all promises. One that
 * learns has its vote only once that is durable: else a crash would leave a voter that nobody is.
 *
 * <p>Lives on the peer's loop; what it is can be asked from any thread.
 */
final class Standing {
  static final String LEARNS = "it learns all anew, and votes once it has it";

  private static final Logger LOG = LoggerFactory.getLogger(Standing.class);

  /** What a peer is. */
  enum Kind {
    /** It has kept what it promised. */
    MEMBER,
    /** It may have forgotten something, and asks to be readmitted. */
    SUSPECT,
    /** Its disk is empty, though it has promised something; an operator has to say why. */
    WIPED,
    /** Its disk is a new one, as an operator has said: it asks to learn first, and then to vote. */
    REJOINING,
    /** It was never a member: once an operator adds it, it learns, and then it votes. */
    JOINING
  }

  private final World world;
  private final Journal journal;
  private final int id;
  private volatile Kind kind;
  private volatile long incarnation;
  private volatile String suspicion;

  /**
   * As the disk was found.
   *
   * @param genesis the incarnation that `init` gave this peer
   * @param suspicion why nothing that it says counts; empty if it does
   * @param rejoins whether an operator has just said that the disk is a new one
   * @param founder whether it was a member from the beginning
   */
  Standing(
      World world,
      Journal journal,
      int id,
      long genesis,
      String suspicion,
      boolean rejoins,
      boolean founder) {
    this.world = world;
    this.journal = journal;
    this.id = id;
    this.suspicion = suspicion;
    this.kind = rejoins ? Kind.REJOINING : kind(journal, suspicion, founder);
    this.incarnation = kind == Kind.MEMBER ? kept(journal, genesis) : fresh(world);
    if (rejoins) {
      journal.suspect(Suspicion.REJOINING);
    } else if (!suspicion.isEmpty() && !journal.recovered().suspect()) {
      // What is missing may be made good before the next start, and would show no longer.
      journal.suspect(Suspicion.UNKNOWN_RECORD);
    }
  }

  private static Kind kind(Journal journal, String suspicion, boolean founder) {
    if (suspicion.isEmpty()) {
      boolean named = journal.recovered().membership().length == Long.BYTES;
      return founder || named ? Kind.MEMBER : Kind.JOINING;
    }
    return switch (journal.recovered().suspicion()) {
      case WIPED -> Kind.WIPED;
      case REJOINING -> Kind.REJOINING;
      case NONE, TAIL, UNKNOWN_RECORD, HARD_STATE, UNCLEAN_BOOT, OLDER_IMAGE -> Kind.SUSPECT;
    };
  }

  /** The one that the newest segment's header names. */
  private static long kept(Journal journal, long genesis) {
    byte[] written = journal.recovered().membership();
    return written.length == Long.BYTES ? ByteBuffer.wrap(written).getLong() : genesis;
  }

  private static long fresh(World world) {
    return world.randomLong() >>> 1 | 1L << 62;
  }

  Kind kind() {
    return kind;
  }

  long incarnation() {
    return incarnation;
  }

  /** Whether nothing that this peer says counts. */
  boolean isSuspect() {
    return kind != Kind.MEMBER;
  }

  /** For people; empty for a member. */
  String detail() {
    return switch (kind) {
      case MEMBER -> "";
      case SUSPECT -> suspicion + "; it is readmitted by itself once it has caught up";
      case WIPED ->
          "the disk is empty, and this peer has promised something; if the old one is lost for good,"
              + " stop this peer and start it with serve --rejoin";
      case REJOINING -> LEARNS;
      case JOINING -> "it waits to be added: quorate peer add " + id + " ADDRESS";
    };
  }

  /** The members await it: it is about to come, and says so only once that is noted durably. */
  void awaited() {
    LOG.info("peer {} is awaited, and joins as incarnation {}", id, incarnation);
    journal.suspect(Suspicion.REJOINING);
  }

  /** What {@link #awaited} noted is durable. */
  void joins() {
    kind = Kind.REJOINING;
  }

  /** The disk is older than what this peer promised: it goes on as another. */
  void forgot(String why) {
    journal.suspect(Suspicion.OLDER_IMAGE);
    suspicion = why;
    kind = Kind.SUSPECT;
    incarnation = fresh(world);
  }

  /** The disk holds nothing of what this peer promised. */
  void wiped(String why) {
    journal.suspect(Suspicion.WIPED);
    suspicion = why;
    kind = Kind.WIPED;
    incarnation = fresh(world);
  }

  /** A committed membership names this incarnation. */
  void readmitted() {
    LOG.info("peer {} is readmitted, as incarnation {}", id, incarnation);
    journal.setMembership(ByteBuffer.allocate(Long.BYTES).putLong(incarnation).array());
    journal.suspect(Suspicion.NONE);
    suspicion = "";
    kind = Kind.MEMBER;
  }
}

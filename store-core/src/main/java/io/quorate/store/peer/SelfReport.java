package io.quorate.store.peer;

import io.quorate.store.gateway.Features;
import io.quorate.store.gateway.Upkeep;
import io.quorate.store.metadata.FeatureLevels;
import io.quorate.store.peer.PeerMessage.Report;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What this peer tells all others of itself, over and over. Lives on the peer's loop. */
final class SelfReport {
  private final Protocol.Parts parts;
  private final Standing standing;
  private final Replication replication;
  private final Homecoming homecoming;
  private final CatchUp catchUp;
  private final Supplier<@Nullable String> refusal;
  private long reportedIndex = -1;

  /**
   * A peer's own.
   *
   * @param refusal why the peer serves nothing for good, or null
   */
  SelfReport(
      Protocol.Parts parts,
      Standing standing,
      Replication replication,
      Homecoming homecoming,
      CatchUp catchUp,
      Supplier<@Nullable String> refusal) {
    this.parts = parts;
    this.standing = standing;
    this.replication = replication;
    this.homecoming = homecoming;
    this.catchUp = catchUp;
    this.refusal = refusal;
  }

  /** How it is now. */
  Report next() {
    Applier.DigestAt current = parts.applier().current();
    Applier.DigestAt digest = comparable(current);
    reportedIndex = current.index();
    return new Report(
        standing.incarnation(),
        current.index(),
        replication.commitIndex(),
        digest.index(),
        digest.digest().high(),
        digest.digest().low(),
        parts.journal().usableBytes(),
        totalBytes(),
        standing.isSuspect(),
        catchUp.isReceiving(),
        detail(),
        new Upkeep(
            parts.healing().account(),
            catchUp.account(),
            parts.scrub().account(),
            Room.account(parts)),
        new Features(parts.metadata().featureLevel(), FeatureLevels.HIGHEST));
  }

  /** An idle peer's where it stands; a busy one's at a round index, where others can meet it. */
  private Applier.DigestAt comparable(Applier.DigestAt current) {
    return current.index() == reportedIndex ? current : parts.applier().lastRound();
  }

  private long totalBytes() {
    try {
      return parts.storage().disk().totalBytes();
    } catch (IOException e) {
      return -1; // only shown; an unreadable disk stops the journal, which is what counts
    }
  }

  private String detail() {
    String why = refusal.get();
    if (why != null || standing.isSuspect()) {
      return why != null ? why : standing.detail();
    }
    if (replication.isStalled()) {
      return "the disk has no room for the log; make room";
    }
    String awaited = homecoming.waitsFor();
    if (!awaited.isEmpty()) {
      return awaited;
    }
    String lags = catchUp.detail();
    boolean learns = replication.committedMembership().learners().containsKey(parts.options().id());
    return learns && lags.isEmpty() ? Standing.LEARNS : lags;
  }
}

package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.consensus.Consensus;
import io.quorate.store.consensus.ConsensusOptions;
import io.quorate.store.consensus.Restored;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.Recovery;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.world.World;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a data directory held when the peer started: its parts, opened and replayed. If it can not
 * be made, whatever was begun is ended again; the storage itself stays with the caller.
 *
 * @param journalFailure completes when the journal stops for good
 * @param suspicion why this peer must not vote; empty if it may
 * @param rejoins whether an operator has just said that the disk is a new one
 */
record PeerRecovery(
    Staging staging,
    Metadata metadata,
    ChunkStore chunks,
    Journal journal,
    LogStore log,
    Restored restored,
    CompletableFuture<Throwable> journalFailure,
    String suspicion,
    boolean rejoins) {
  private static final Logger LOG = LoggerFactory.getLogger(PeerRecovery.class);

  static PeerRecovery run(World world, PeerOptions options, PeerStorage storage, boolean rejoins)
      throws IOException {
    Staging staging = new Staging(storage.disk(), storage.metadata());
    staging.endSwap();
    Metadata metadata = Metadata.open(storage.metadata().open(storage.disk()), Genesis.DEFAULT);
    try {
      return run(world, options, storage, staging, metadata, rejoins);
    } catch (IOException | RuntimeException e) {
      metadata.close();
      throw e;
    }
  }

  private static PeerRecovery run(
      World world,
      PeerOptions options,
      PeerStorage storage,
      Staging staging,
      Metadata metadata,
      boolean rejoins)
      throws IOException {
    ChunkStore chunks = new ChunkStore(storage.index());
    LogReplay replay =
        new LogReplay(options.genesis(), chunks, metadata.moment(), staging.manifest());
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Journal journal =
        Journal.open(
            world,
            storage.disk(),
            storage
                .journal()
                .withOnFailure(
                    error -> {
                      storage.journal().onFailure().accept(error);
                      failure.complete(error);
                    }),
            replay);
    try {
      chunks.attach(journal);
      if (replay.isSwapDue()) {
        LOG.info("peer {}: a checkpoint takes the place of the metadata", options.id());
        metadata.replace(staging::swapNow);
      }
      journal
          .recovered()
          .damagedChunks()
          .forEach(damaged -> chunks.forget(damaged.id(), damaged.position()));
      Set<Long> damaged =
          journal.recovered().damagedEntries().stream()
              .map(Recovery.DamagedEntry::index)
              .collect(Collectors.toSet());
      LogReplay.Log found = replay.log(damaged);
      String suspicion = suspicion(options, metadata, journal, found);
      if (rejoins) {
        requireNewDisk(options, storage, journal, found);
      }
      LogStore log = new LogStore(journal, found.positions());
      return new PeerRecovery(
          staging,
          metadata,
          chunks,
          journal,
          log,
          forced(options, storage, found.restored()),
          failure,
          suspicion,
          rejoins);
    } catch (IOException | RuntimeException e) {
      try {
        journal.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** What an operator has forced counts, until the log says so and that is committed. */
  private static Restored forced(PeerOptions options, PeerStorage storage, Restored found)
      throws IOException {
    Membership forced = ForcedQuorum.read(storage.disk());
    if (forced == null) {
      return found;
    }
    if (found.membership().forced() < forced.forced()) {
      LOG.warn("peer {} goes on with a quorum that was forced: {}", options.id(), forced.audit());
    }
    return found.under(forced);
  }

  /** Who has kept something must not give it up by a wrong word on the command line. */
  private static void requireNewDisk(
      PeerOptions options, PeerStorage storage, Journal journal, LogReplay.Log found)
      throws IOException {
    boolean empty = found.restored().lastIndex() == 0 && found.restored().hardState().term() == 0;
    boolean known =
        switch (journal.recovered().suspicion()) {
          case WIPED, REJOINING -> true;
          case NONE, TAIL, UNKNOWN_RECORD, HARD_STATE, UNCLEAN_BOOT, OLDER_IMAGE -> false;
        };
    if (!empty && !known) {
      throw new IOException(
          "peer "
              + options.id()
              + " can not rejoin with "
              + storage.disk().directory()
              + ": there is data in it. Start it without --rejoin; only if this data is to be given"
              + " up, empty the directory first");
    }
  }

  private static String suspicion(
      PeerOptions options, Metadata metadata, Journal journal, LogReplay.Log found) {
    if (journal.recovered().costsVote(metadata.appliedIndex()) || found.hasGap()) {
      String detail =
          "the journal may lack what this peer once acknowledged, so it does not vote: "
              + journal.recovered().detail();
      LOG.error("peer {}: {}", options.id(), detail);
      return detail;
    }
    return "";
  }

  /** Whether nothing was there: this peer starts for the first time, or its disk is new. */
  boolean isEmpty() {
    return restored.lastIndex() == 0 && restored.hardState().term() == 0;
  }

  /** A consensus that begins with what was found. */
  Consensus consensus(World world, PeerOptions options, Standing standing) {
    long milli = 1_000_000L;
    long election = options.electionTimeoutMillis() * milli;
    ConsensusOptions timed =
        ConsensusOptions.of(options.id(), standing.incarnation(), world.randomLong())
            .withTiming(options.heartbeatMillis() * milli, election, election * 9 / 5)
            .withLease(ConsensusOptions.LEASE_NANOS);
    boolean elector =
        switch (standing.kind()) {
          case MEMBER, SUSPECT -> true;
          case WIPED, REJOINING, JOINING -> false;
        };
    return new Consensus(elector ? timed : timed.asNewcomer(), restored, world.nanoTime());
  }
}

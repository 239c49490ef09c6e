package io.quorate.store.sim;

import io.quorate.store.consensus.FigureEight;
import io.quorate.store.consensus.ModelSeed;
import io.quorate.store.peer.RemovalSeed;
import io.quorate.store.sim.CodeEdit.Answers;
import io.quorate.store.sim.CodeEdit.AnswersArgument;
import io.quorate.store.sim.CodeEdit.Believes;
import io.quorate.store.sim.CodeEdit.Skips;
import java.util.List;

/**
 * Deliberate faults of the protocol, the journal, the state and the client, and the number of seeds
 * within which the checkers must notice each.
 *
 * <p>Most are noticed by the simulation of the whole cluster. Some need what it does not have: a
 * changing membership, or a coincidence that no seed brings; then the check that notices them is
 * named, and runs with the same edited classes.
 *
 * <p>Orphans forgotten while held are not here: the sessions of bare clients say nothing about what
 * they hold, and so keep every orphan. That a readmitted peer counts before its readmission is
 * committed took two leaders at once in terms next to each other to do harm, and 2,000 seeds of the
 * model had none: ReadmissionTest looks at it.
 */
enum CodeMutation {
  /** The journal acknowledges without fdatasync. */
  SKIP_FSYNC(new Skips("journal.JournalWriter", "sync", "sync", null), 50),

  /** A new segment's name is not made durable. */
  SKIP_DIRECTORY_SYNC(new Skips("journal.SegmentFiles", "create", "syncDirectory", null), 2_000),

  /** A follower acknowledges what it has only in memory. */
  ACKNOWLEDGE_BEFORE_DURABLE(new AnswersArgument("consensus.Rules", "acknowledged", 0), 100),

  /** Each candidate of a term gets the vote. */
  VOTE_TWICE(new Answers("consensus.Rules", "mayVoteFor", true), 100),

  /** Candidates with short logs get votes. */
  VOTE_FOR_OLD_LOG(new Answers("consensus.Rules", "isUpToDate", true), 100),

  /** Two votes win, among however many. */
  ELECT_WITH_TWO(new Answers("consensus.Rules", "voteQuorum", 2), 200),

  /** The vote leaves before it is durable. */
  VOTE_BEFORE_DURABLE(new Answers("consensus.Rules", "mustWaitForHardState", false), 500),

  /** Two copies commit, among however many. */
  COMMIT_ON_TWO(new Skips("consensus.CommitRule", "static", "commitQuorum", 2), 200),

  /** A follower commits as far as the leader, whatever it holds. */
  FOLLOWER_COMMITS_BLINDLY(new AnswersArgument("consensus.Rules", "followerCommit", 0), 100),

  /** A new leader answers reads before it has committed an entry of its term. */
  READ_BEFORE_OWN_TERM_COMMIT(new Answers("consensus.Rules", "mayServeReads", true), 1_000),

  /** A peer answers reads before it has applied what they must see. */
  READ_BEFORE_APPLIED(new Answers("peer.Reads", "applied", null), 100),

  /** An entry is appended without the chunks that it names. */
  ENTRY_WITHOUT_CHUNKS(new Answers("peer.Protocol", "isHeld", true), 200),

  /** Missing chunks are never fetched. */
  NEVER_HEAL(new Answers("peer.Healing", "run", null), 200),

  /** A peer that comes back with an older disk takes part as if nothing were missing. */
  IGNORE_PROMISES(new Answers("consensus.Promise", "isKeptBy", true), 500),

  /** A command that comes twice is applied twice. */
  APPLY_TWICE(new Skips("metadata.Applier", "windowed", "get", null), 200),

  /** The condition of a put is not looked at. */
  PUT_WITHOUT_CONDITION(new Answers("metadata.ContentCommands", "checkCondition", null), 100),

  /** A directory may be moved into itself. */
  MOVE_INTO_ITSELF(new Answers("metadata.RenameCommand", "requireOutside", null), 200),

  /** A directory that is not empty may be removed or replaced. */
  REMOVE_FULL_DIRECTORY(new Answers("metadata.NamespaceCommands", "requireEmpty", null), 200),

  /** A truncation leaves the old content in place. */
  TRUNCATE_KEEPS_CONTENT(new Skips("metadata.ContentCommands", "setSize", "discard", null), 300),

  /** A log is followed from any entry on, whether it matches or not. */
  APPEND_ANYWHERE(new Answers("consensus.Following", "matches", true), 200),

  /** Entries that the leader replaced stay. */
  KEEP_REPLACED_ENTRIES(new Skips("consensus.Following", "append", "truncateFrom", null), 200),

  /** On a restart only the flushed part of the state comes back. */
  FORGET_LOG_AT_RESTART(new Answers("peer.LogReplay", "entry", null), 100),

  /** The log is dropped as far as it is applied, flushed or not. */
  DROP_WHAT_IS_NOT_FLUSHED(new AnswersArgument("peer.LogTrimming", "covered", 0), 500),

  /** The files of a checkpoint count without having been made durable. */
  INSTALL_BEFORE_DURABLE(new Skips("peer.Staging", "makeDurable", "sync", null), 500),

  /** A checkpoint is installed whatever it holds. */
  CHECKPOINT_UNCHECKED(new Answers("metadata.Metadata", "isSound", true), 500),

  /** The journal is not told that the state was replaced. */
  FORGET_INSTALL(new Skips("peer.Replication", "install", "appendInstall", null), 500),

  /** The log is replayed as if it had its beginning still. */
  REPLAY_FROM_THE_WRONG_POINT(new Answers("peer.LogReplay", "begin", null), 200),

  /** A lock conflicts with nobody's. */
  LOCK_ANYWAY(new Answers("metadata.Locks", "conflict", null), 300),

  /** What a session has not yet said about its open files does not count. */
  FORGET_ORPHAN_EARLY(new AnswersArgument("metadata.Sessions", "handlesFloor", 0), 500),

  /** A client takes an unknown outcome for "nothing happened". */
  UNKNOWN_IS_NOTHING(new Believes("file.Requests$Request", "expire", "effect", false), 200),

  /** Acknowledgements count from a peer that has lost its disk and come back as another. */
  COUNT_OLD_INCARNATION(
      new Answers("consensus.Rules", "counts", true), Check.CONSENSUS_MODEL, 2_000),

  /** An election in which too few count is won without the votes of all. */
  ELECT_SUSPECTS_WITHOUT_ALL(
      new Answers("consensus.Rules", "winsWithAll", true), Check.CONSENSUS_MODEL, 500),

  /** A peer that forgot something goes on as who it was. */
  SUSPECT_KEEPS_INCARNATION(new Answers("peer.Standing", "fresh", 1L), 1_000),

  /** A leader answers reads without asking whether it still leads. */
  READ_WITHOUT_QUORUM(
      new Answers("consensus.Rules", "readQuorum", 1), Check.CONSENSUS_MODEL, 2_000),

  /** A commit does not wait for those that answer reads by themselves. */
  COMMIT_PAST_LEASES(
      new Answers("consensus.Rules", "commitsPastHolders", true), Check.CONSENSUS_MODEL, 100),

  /** A new leader commits while others may hold leases of the one before. */
  COMMIT_WHILE_OLDER_LEASES_LAST(
      new Answers("consensus.Rules", "ignoresOlderLeases", true), Check.CONSENSUS_MODEL, 1_000),

  /** Who was granted a read lease once answers reads by itself for ever. */
  READ_PAST_THE_LEASE(new Answers("consensus.Rules", "isLeased", true), Check.CONSENSUS_MODEL, 100),

  /** A leader commits entries of older terms by counting copies. */
  COMMIT_OLDER_TERMS(new Answers("consensus.Rules", "mayCommit", true), Check.FIGURE_EIGHT, 1),

  /** A new leader appends no entry of its own term. */
  SKIP_OWN_TERM_NO_OP(
      List.of(
          new Skips("consensus.Leading", "<init>", "appendMark", null),
          // Else an empty log shows at once, by an exception.
          new Skips("consensus.Replicator", "onReply", "clamp", 1)),
      Check.CONSENSUS_MODEL,
      3_000),

  /** Restarts take all records of the newest segment for the tail, whatever later ones prove. */
  IGNORE_DURABLE_UP_TO(
      new Answers("journal.JournalRecovery", "durableUpTo", 8_192), Check.JOURNAL, 500),

  /** A session's number that was given up may still be used by a command that comes late. */
  FORGET_LOWEST_OUTSTANDING(new Skips("metadata.Applier", "windowed", "forget", null), 1_000),

  /** Commands of sessions that have ended are carried out. */
  SERVE_ENDED_SESSIONS(
      List.of(
          new Believes("metadata.Sessions", "live", "ended", false),
          new Answers("metadata.Purge", "purgeEnded", null)),
      Check.CLUSTER,
      1_000),

  /** The purge below a session's floor takes chunks that files use. */
  RECLAIM_CHUNKS_IN_USE(new Skips("metadata.Purge", "sweepChunks", "references", 0), 500),

  /** A segment goes before the copies of its chunks are durable. */
  GIVE_BACK_BEFORE_DURABLE(new Answers("peer.Compaction", "awaitDurable", null), 100),

  /** A segment goes before the index says durably where the copies are. */
  GIVE_BACK_BEFORE_INDEXED(new Skips("peer.Compaction", "writeIndex", "flush", null), 100),

  /** A segment goes while a crash would bring back a state in which files use its chunks. */
  GIVE_BACK_WHAT_IS_FLUSHED_AS_USED(new Answers("peer.Compaction", "isFlushed", true), 200),

  /** What a session may yet publish counts as garbage, whatever it said about its floor. */
  GIVE_BACK_BELOW_ANOTHERS_FLOOR(new Answers("metadata.ChunkStates", "closed", true), 200),

  /** A segment goes although the log needs entries that are in it. */
  GIVE_BACK_LOG_ENTRIES(
      List.of(
          new Skips("journal.Segments", "freeOfLogBelow", "segment", Long.MAX_VALUE),
          new Answers("journal.Segments", "requireFreeOfLog", null)),
      Check.CLUSTER,
      200),

  /** The copies of peers that learn count for a commit. */
  COUNT_LEARNERS_COPIES(
      new AnswersArgument("consensus.Rules", "acknowledging", 1), Check.CONSENSUS_MODEL, 500),

  /** A peer that learns gets its vote as soon as it asks. */
  PROMOTE_BEFORE_CAUGHT_UP(
      List.of(
          new Answers("peer.Readmission", "hasCaughtUp", true),
          new Skips("peer.Readmission", "next", "complete", true),
          new Answers("peer.Census", "isEnough", true)),
      Check.CLUSTER,
      200),

  /** The first leader after a quorum was forced needs only a majority of the survivors. */
  FORCED_LEADER_BY_MAJORITY(
      new Answers("consensus.Rules", "needsAllVotes", false), Check.LOSING_HALF, 60),

  /** Members that the log named before a quorum was forced count again. */
  OLDER_MEMBERS_AFTER_FORCING(
      new Answers("consensus.Memberships", "outranks", false), Check.LOSING_HALF, 60),

  /** Survivors hear peers that were given up when a quorum was forced. */
  HEAR_THE_LOST(new Answers("consensus.Rules", "hears", true), Check.LOSING_HALF, 1_000),

  /** What an operator has forced is not made durable. */
  FORCE_WITHOUT_SYNC(new Skips("peer.ForcedQuorum", "write", "sync", null), Check.LOSING_HALF, 60),

  /** A peer leaves although content would be left on less than a majority. */
  REMOVE_BELOW_A_MAJORITY(new Answers("peer.Census", "isHeldByMajority", true), Check.REMOVAL, 3);

  /** Who is to notice a fault. */
  enum Check {
    /** The whole cluster under faults. */
    CLUSTER(CheckedRun.OfCluster.class.getName()),

    /** The whole cluster, of which half of the peers are lost for good. */
    LOSING_HALF(CheckedRun.OfLosingHalf.class.getName()),

    /** The journal alone, crashed and damaged. */
    JOURNAL(CheckedRun.OfJournal.class.getName()),

    /** The model of the consensus package. */
    CONSENSUS_MODEL(ModelSeed.class.getName()),

    /** A removal while content is missing. */
    REMOVAL(RemovalSeed.class.getName()),

    /** The transcript of figure 8 of Raft, which needs a coincidence that no seed brings. */
    FIGURE_EIGHT(FigureEight.class.getName());

    private final String className;

    Check(String className) {
      this.className = className;
    }

    /** Class of a {@code LongFunction} that runs one seed and answers what is wrong, or null. */
    String className() {
      return className;
    }
  }

  private final List<CodeEdit> edits;
  private final Check noticedBy;
  private final int seeds;

  CodeMutation(CodeEdit edit, int seeds) {
    this(edit, Check.CLUSTER, seeds);
  }

  CodeMutation(CodeEdit edit, Check noticedBy, int seeds) {
    this(List.of(edit), noticedBy, seeds);
  }

  CodeMutation(List<CodeEdit> edits, Check noticedBy, int seeds) {
    this.edits = edits;
    this.noticedBy = noticedBy;
    this.seeds = seeds;
  }

  List<CodeEdit> edits() {
    return edits;
  }

  Check noticedBy() {
    return noticedBy;
  }

  /** Seeds from 1 on within which it must be noticed. */
  int seeds() {
    return seeds;
  }
}

package io.quorate.store.metadata;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.metadata.Metadata.Applied;
import io.quorate.store.metadata.Metadata.Change;
import io.quorate.store.table.OrderedTables;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Applies entries one by one: the session's window, the command, and a bit of purging. */
final class Applier {
  /** Rows that an entry purges: more than an unlink leaves behind, so that purging keeps up. */
  private static final int PURGE_ROWS = 64;

  /** Signs of life come seldom, so they purge more: an idle cluster gets rid of its orphans too. */
  private static final int PURGE_ROWS_OF_A_KEEP_ALIVE = 2048;

  private final OrderedTables tables;
  private final Sessions sessions;
  private final DirectoryPaths paths = new DirectoryPaths();
  private Globals globals;
  private Digest digest;
  private byte[] storedGlobals;

  Applier(OrderedTables tables, Globals globals, Digest digest, Sessions sessions) {
    FeatureLevels.requireKnown(globals.featureLevel);
    this.tables = tables;
    this.globals = globals;
    this.digest = digest;
    this.sessions = sessions;
    this.storedGlobals = globals.encode();
  }

  Globals globals() {
    return globals;
  }

  Digest digest() {
    return digest;
  }

  Sessions sessions() {
    return sessions;
  }

  Draft begin() {
    Draft draft = new Draft(tables, digest);
    draft.know(MetadataTable.STATE, Globals.KEY, storedGlobals);
    return draft;
  }

  void end(Draft draft) {
    digest = draft.digest();
  }

  Applied apply(Draft draft, Entry entry) {
    if (entry.index() != globals.index + 1) {
      throw new IllegalArgumentException(
          "entry " + entry.index() + " does not follow on " + globals.index);
    }
    globals.index = entry.index();
    globals.term = entry.term();
    globals.stampNanos = entry.stampNanos();
    Applied applied =
        switch (entry.kind()) {
          case NO_OP, MEMBERSHIP -> {
            purge(draft, PURGE_ROWS);
            yield new Applied(entry.index(), entry.stampNanos(), 0, 0, null, List.of());
          }
          case COMMAND -> command(draft, entry);
        };
    storedGlobals = globals.encode();
    draft.put(MetadataTable.STATE, Globals.KEY, storedGlobals);
    return applied;
  }

  private void purge(Draft draft, int rows) {
    new Purge(transaction(draft, null), rows).run();
  }

  private Transaction transaction(Draft draft, @Nullable Session session) {
    return new Transaction(
        draft, globals, sessions, paths, globals.index, globals.stampNanos, session);
  }

  private Applied command(Draft draft, Entry entry) {
    SessionCommand command;
    try {
      command = CommandCodec.decode(entry.body());
    } catch (MalformedCommandException e) {
      purge(draft, PURGE_ROWS);
      Result failed = new Result.Failed(ErrorCode.INVALID, "no command: " + e.getMessage());
      return new Applied(entry.index(), entry.stampNanos(), 0, 0, failed, List.of());
    }
    Outcome outcome = windowed(draft, command, entry.chunks());
    boolean signOfLife =
        command.command() instanceof Command.KeepAlive
            || command.command() instanceof Command.EndSession;
    purge(draft, signOfLife ? PURGE_ROWS_OF_A_KEEP_ALIVE : PURGE_ROWS);
    return new Applied(
        entry.index(),
        entry.stampNanos(),
        command.session(),
        command.sequence(),
        outcome.result(),
        outcome.changes());
  }

  private record Outcome(Result result, List<Change> changes) {
    static Outcome failed(ErrorCode code, String detail) {
      return new Outcome(new Result.Failed(code, detail), List.of());
    }
  }

  /** Applies a command once, whatever number of times it comes. */
  private Outcome windowed(Draft draft, SessionCommand command, List<ChunkRef> chunks) {
    if (command.session() == 0) {
      return run(draft, command.command(), null, chunks);
    }
    Session session = sessions.live(command.session());
    if (session == null) {
      return Outcome.failed(
          ErrorCode.SESSION_ENDED, "session " + command.session() + " is unknown or has ended");
    }
    long sequence = command.sequence();
    if (command.lowestOutstanding() < 1 || command.lowestOutstanding() > sequence) {
      return Outcome.failed(
          ErrorCode.INVALID,
          "command " + sequence + " says that " + command.lowestOutstanding() + " is outstanding");
    }
    Transaction tx = transaction(draft, session);
    session.lastCommandIndex = globals.index;
    sessions.forget(tx, session, command.lowestOutstanding());
    Outcome outcome;
    byte[] answered = session.results.get(sequence);
    if (sequence < session.lowest) {
      outcome =
          Outcome.failed(
              ErrorCode.ANSWER_FORGOTTEN,
              "command " + sequence + " was answered, and the answer is forgotten");
    } else if (sequence - session.lowest >= SessionCommand.WINDOW) {
      outcome =
          Outcome.failed(
              ErrorCode.INVALID,
              "command "
                  + sequence
                  + " is "
                  + SessionCommand.WINDOW
                  + " or more ahead of the oldest one outstanding, "
                  + session.lowest);
    } else if (answered != null) {
      outcome = new Outcome(decode(answered), List.of());
    } else {
      outcome = run(draft, command.command(), session, chunks);
      if (!session.ended) {
        sessions.keepResult(tx, session, sequence, outcome.result());
      }
    }
    sessions.save(tx, session);
    return outcome;
  }

  private static Result decode(byte[] answered) {
    try {
      return ResultCodec.decode(answered);
    } catch (MalformedCommandException e) {
      throw new IllegalStateException("a result in a session's window is damaged", e);
    }
  }

  /** Runs a command; one that is refused leaves no trace. */
  private Outcome run(
      Draft draft, Command command, @Nullable Session session, List<ChunkRef> chunks) {
    Globals before = globals.copy();
    draft.begin();
    Transaction tx = transaction(draft, session);
    try {
      requireSameChunks(command, chunks);
      Result result = dispatch(tx, command);
      sessions.settleTombstones(tx);
      return new Outcome(result, tx.changes);
    } catch (Refused refused) {
      draft.rollback();
      globals = before;
      return Outcome.failed(refused.code(), refused.detail());
    }
  }

  /** The chunk rule held for the chunks that the entry names; the command must name no others. */
  private static void requireSameChunks(Command command, List<ChunkRef> chunks) {
    List<ChunkRef> named = command.chunks();
    if (!named.equals(chunks) && !new java.util.HashSet<>(chunks).containsAll(named)) {
      throw new Refused(
          ErrorCode.INVALID, "the command publishes chunks that its log entry does not name");
    }
  }

  private Result dispatch(Transaction tx, Command command) {
    if (tx.session == null) {
      return switch (command) {
        case Command.OpenSession c -> sessions.open(tx, c);
        case Command.EndSession c -> sessions.end(tx, c);
        case Command.Configure c -> configure(tx, c);
        default -> throw new Refused(ErrorCode.INVALID, "this command needs a session");
      };
    }
    return switch (command) {
      case Command.OpenSession _ ->
          throw new Refused(ErrorCode.INVALID, "a session is opened outside of any session");
      case Command.KeepAlive c -> sessions.keepAlive(tx, c);
      case Command.EndSession c -> sessions.end(tx, c);
      case Command.Configure c -> configure(tx, c);
      case Command.Create c -> new NamespaceCommands(tx).create(c);
      case Command.CreateUnnamed c -> new NamespaceCommands(tx).createUnnamed(c);
      case Command.MakeDirectory c -> new NamespaceCommands(tx).makeDirectory(c);
      case Command.MakeSymlink c -> new NamespaceCommands(tx).makeSymlink(c);
      case Command.MakeNode c -> new NamespaceCommands(tx).makeNode(c);
      case Command.Link c -> new NamespaceCommands(tx).link(c);
      case Command.Unlink c -> new NamespaceCommands(tx).unlink(c);
      case Command.RemoveDirectory c -> new NamespaceCommands(tx).removeDirectory(c);
      case Command.Rename c -> new RenameCommand(tx, c).apply();
      case Command.SetAttributes c -> new AttributeCommands(tx).setAttributes(c);
      case Command.SetXattr c -> new AttributeCommands(tx).setXattr(c);
      case Command.RemoveXattr c -> new AttributeCommands(tx).removeXattr(c);
      case Command.Publish c -> new ContentCommands(tx).publish(c);
      case Command.Truncate c -> new ContentCommands(tx).truncate(c);
      case Command.Allocate c -> new ContentCommands(tx).allocate(c);
      case Command.CopyRange c -> new ContentCommands(tx).copyRange(c);
      case Command.Put c -> new ContentCommands(tx).put(c);
      case Command.Lock c -> new Locks(tx).apply(c);
    };
  }

  private static Result configure(Transaction tx, Command.Configure command) {
    Integer chunkBytes = command.chunkBytes();
    Integer featureLevel = command.featureLevel();
    if (chunkBytes != null
        && (chunkBytes < Genesis.MIN_CHUNK_BYTES || chunkBytes > ChunkRef.MAX_BYTES)) {
      throw new Refused(
          ErrorCode.INVALID,
          "chunkBytes is "
              + Genesis.MIN_CHUNK_BYTES
              + " to "
              + ChunkRef.MAX_BYTES
              + ", not "
              + chunkBytes);
    }
    if (featureLevel != null && featureLevel < tx.globals.featureLevel) {
      throw new Refused(
          ErrorCode.INVALID,
          "the feature level is " + tx.globals.featureLevel + " and never goes down");
    }
    if (featureLevel != null) {
      FeatureLevels.requireKnown(featureLevel);
    }
    tx.globals.chunkBytes = chunkBytes == null ? tx.globals.chunkBytes : chunkBytes;
    tx.globals.featureLevel = featureLevel == null ? tx.globals.featureLevel : featureLevel;
    return new Result.Done();
  }
}

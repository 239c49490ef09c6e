package io.quorate.store.file;

import io.quorate.store.IndeterminateWriteException;
import io.quorate.store.NoQuorumException;
import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.ErrorCode;
import io.quorate.store.metadata.FileType;
import io.quorate.store.metadata.Result;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Opens regular files that were found: each in the session that holds it. Thread-safe. */
final class Openings {
  private final OpenFile.Tools tools;
  private final Sessions sessions;
  private final Changes changes;
  private final Lookups lookups;
  private final long deadlineMillis;

  Openings(
      OpenFile.Tools tools,
      Sessions sessions,
      Changes changes,
      Lookups lookups,
      long deadlineMillis) {
    this.tools = tools;
    this.sessions = sessions;
    this.changes = changes;
    this.lookups = lookups;
    this.deadlineMillis = deadlineMillis;
  }

  /**
   * The session to open a file in. A reader goes without one if none can be had soon: a cluster
   * that has no quorum for writes may still have one for reads.
   */
  @Nullable Session session(OpenMode mode, String file) throws IOException {
    if (mode.write()) {
      return Requests.join(sessions.current(file, tools.requests().deadline()));
    }
    long soon = tools.world().nanoTime() + deadlineMillis * 1_000_000 / 4;
    try {
      return Requests.join(sessions.current(file, soon));
    } catch (NoQuorumException | IndeterminateWriteException e) {
      return null;
    }
  }

  /** See {@link FileTree#opened}. */
  FileHandle opened(Attributes attributes, String file) throws IOException {
    return opened(session(OpenMode.READ, file), attributes, OpenMode.READ, file);
  }

  /** The handle of a file that was found between {@link InodeTable#opening} and the end of that. */
  FileHandle opened(@Nullable Session session, Attributes attributes, OpenMode mode, String file)
      throws RefusedException {
    if (attributes.type() != FileType.REGULAR) {
      throw new RefusedException(
          attributes.type() == FileType.DIRECTORY ? ErrorCode.IS_DIRECTORY : ErrorCode.INVALID,
          file,
          null,
          "is a " + attributes.type().name().toLowerCase(Locale.ROOT) + ", not a file");
    }
    OpenFile open =
        tools
            .files()
            .hold(session, attributes, (owner, known) -> new OpenFile(tools, owner, known, file));
    open.heard(attributes);
    return new FileHandle(open, mode.write(), attributes);
  }

  /** See {@link FileTree#openAsync}. */
  CompletableFuture<Optional<FileHandle>> openAsync(At at, String file) {
    Session session = changes.present(file);
    if (session == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    long ticket = tools.files().opening();
    return lookups
        .publishedAsync(at)
        .thenApply(attributes -> Optional.of(openedToRead(session, attributes, file)))
        .whenComplete((opened, thrown) -> tools.files().ended(ticket));
  }

  /** See {@link PromptChanges#create}. */
  CompletableFuture<Optional<FileHandle>> createAsync(
      At at, OpenMode mode, Caller owner, String file) {
    Session session = changes.present(file);
    long ticket = tools.files().opening();
    return changes
        .submitAsync(session, mode.command(at, owner), at, null)
        .thenApply(made -> made.map(result -> created(session, result, mode, file)))
        .whenComplete((opened, thrown) -> tools.files().ended(ticket));
  }

  private FileHandle created(@Nullable Session session, Result result, OpenMode mode, String file) {
    Result.Node node = (Result.Node) result;
    try {
      FileHandle handle = opened(session, node.attributes(), mode, file);
      if (mode.truncate() && !node.created()) {
        handle.truncateOrAbandon();
      }
      return handle;
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  private FileHandle openedToRead(Session session, Attributes attributes, String file) {
    try {
      return opened(session, attributes, OpenMode.READ, file);
    } catch (RefusedException e) {
      throw new CompletionException(e);
    }
  }
}

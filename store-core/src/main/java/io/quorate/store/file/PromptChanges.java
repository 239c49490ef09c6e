package io.quorate.store.file;

import io.quorate.store.metadata.At;
import io.quorate.store.metadata.Attributes;
import io.quorate.store.metadata.Caller;
import io.quorate.store.metadata.Command;
import io.quorate.store.metadata.Result;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Changes of names as {@link FileTree} makes them, for who must not wait. What each tells is empty,
 * or false, where only the call there knows what to do, and nothing has happened then. Completes on
 * a thread that must not be kept. Thread-safe.
 */
public final class PromptChanges {
  private final Changes changes;
  private final Openings openings;

  PromptChanges(Changes changes, Openings openings) {
    this.changes = changes;
    this.openings = openings;
  }

  /** See {@link FileTree#makeDirectory(At, int, Caller)}. */
  public CompletableFuture<Optional<Attributes>> makeDirectory(
      At at, int permissions, Caller owner) {
    return submit(new Command.MakeDirectory(at, permissions, owner), at, null)
        .thenApply(made -> made.map(result -> ((Result.Node) result).attributes()));
  }

  /** See {@link FileTree#unlink}. */
  public CompletableFuture<Boolean> unlink(At at) {
    return submit(new Command.Unlink(at), at, null).thenApply(Optional::isPresent);
  }

  /** See {@link FileTree#removeDirectory}. */
  public CompletableFuture<Boolean> removeDirectory(At at) {
    return submit(new Command.RemoveDirectory(at), at, null).thenApply(Optional::isPresent);
  }

  /** See {@link FileTree#rename}. */
  public CompletableFuture<Boolean> rename(At from, At to, Command.RenameMode mode) {
    return submit(new Command.Rename(from, to, mode), from, to).thenApply(Optional::isPresent);
  }

  /** Makes a file, or finds it, and opens it: {@link FileTree#open(At, OpenMode, Caller)}. */
  public CompletableFuture<Optional<FileHandle>> create(At at, OpenMode mode, Caller owner) {
    return mode.isMadeUnasked()
        ? openings.createAsync(at, mode, owner, FileTree.name(at))
        : CompletableFuture.completedFuture(Optional.empty());
  }

  private CompletableFuture<Optional<Result>> submit(Command command, At at, @Nullable At other) {
    return changes.submitAsync(changes.present(FileTree.name(at)), command, at, other);
  }
}

package io.quorate.store;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of the tree, as every peer tells it, in the same order.
 *
 * @param path what was changed, absolute, by its name at that moment; after a move the new name
 * @param movedFrom the old name, for {@link Kind#MOVED}; else null
 * @param directory whether it is a directory
 * @param version the version of the store that the change made: several changes of one step, such
 *     as an exchange of two names, share it. What {@link Store#changes(long)} goes on after
 * @param time of the leader's clock when the change was made
 */
public record FileChange(
    Kind kind, Path path, @Nullable Path movedFrom, boolean directory, long version, Instant time) {

  /** What happened. */
  public enum Kind {
    /** A file, directory, link or other node got the name. */
    CREATED,
    /** Content of a file was published. */
    MODIFIED,
    /** Owner, permissions, times or extended attributes were set. */
    ATTRIBUTES,
    /** The name went away. */
    DELETED,
    /** It got another name, and replaced what was there, if anything. */
    MOVED
  }
}

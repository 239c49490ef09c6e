package io.quorate.store;

import io.quorate.store.log.ChunkRef;
import java.time.Duration;

/**
 * How a store behaves towards its caller. Immutable; each {@code with} method returns a changed
 * copy.
 *
 * @param owner who opens the session, for status output. At most 255 characters.
 * @param deadlineMillis longest that a call may take before it fails with {@link NoQuorumException}
 *     or {@link IndeterminateWriteException}. Long enough to outlast an election; too long keeps
 *     callers waiting for a cluster that is gone. 100 to 600,000; 10,000 by default.
 * @param sessionTimeoutMillis the cluster ends the session, with its locks and open files, after
 *     this long without a sign of life. Short frees locks of the dead early; long survives longer
 *     partitions. 1,000 to 600,000; 30,000 by default.
 * @param chunkBytes content is cut into chunks of this size. Larger chunks cost less bookkeeping,
 *     smaller ones less memory per open file. 4,096 to 1,048,576; 1,048,576 by default.
 * @param windowBytes content under way to the peers and not yet taken by the nearest one, for the
 *     whole store. A writer that meets the bound waits. At least one chunk, at most 1 GiB; 16 MiB
 *     by default.
 * @param unpublishedBytes memory for written and not yet published content, for the whole store.
 *     Beyond it content is no longer kept for reading back: such a read publishes first. As much
 *     again for the buffers of uploads; beyond that each has one of 64 KiB. At least four chunks,
 *     at most 16 GiB; 128 MiB by default.
 * @param directoryPageEntries entries that one request for a directory returns. 1 to 10,000; 1,000
 *     by default.
 * @param reuseMicros how long an input stream goes on serving what it read ahead before it asks the
 *     cluster again, in which time it may miss what others write in place. A change that this
 *     process makes ends it at once. 0 has each read ask, and walks ask for each entry. 0 to
 *     1,000,000; 2,000 by default.
 * @param uid user id that new files get; 0 by default.
 * @param gid group id that new files get; 0 by default.
 * @param umask permission bits that new files do not get unless asked for by attribute; 022 by
 *     default.
 */
public record StoreOptions(
    String owner,
    long deadlineMillis,
    long sessionTimeoutMillis,
    int chunkBytes,
    long windowBytes,
    long unpublishedBytes,
    int directoryPageEntries,
    long reuseMicros,
    int uid,
    int gid,
    int umask) {

  private static final StoreOptions DEFAULTS =
      new StoreOptions(
          "java",
          10_000,
          30_000,
          ChunkRef.MAX_BYTES,
          16L << 20,
          128L << 20,
          1_000,
          2_000,
          0,
          0,
          0022);

  public StoreOptions {
    if (owner.length() > 255) {
      throw new IllegalArgumentException(
          "owner has " + owner.length() + " characters; at most 255");
    }
    require("deadlineMillis", deadlineMillis, 100, 600_000);
    require("sessionTimeoutMillis", sessionTimeoutMillis, 1_000, 600_000);
    require("chunkBytes", chunkBytes, 4_096, ChunkRef.MAX_BYTES);
    require("windowBytes", windowBytes, chunkBytes, 1L << 30);
    require("unpublishedBytes", unpublishedBytes, 4L * chunkBytes, 16L << 30);
    require("directoryPageEntries", directoryPageEntries, 1, 10_000);
    require("reuseMicros", reuseMicros, 0, 1_000_000);
    require("uid", uid, 0, Integer.MAX_VALUE);
    require("gid", gid, 0, Integer.MAX_VALUE);
    require("umask", umask, 0, 0777);
  }

  /** What a caller gets who asks for nothing in particular. */
  public static StoreOptions defaults() {
    return DEFAULTS;
  }

  public StoreOptions withOwner(String value) {
    return new StoreOptions(
        value,
        deadlineMillis,
        sessionTimeoutMillis,
        chunkBytes,
        windowBytes,
        unpublishedBytes,
        directoryPageEntries,
        reuseMicros,
        uid,
        gid,
        umask);
  }

  public StoreOptions withDeadline(Duration value) {
    return new StoreOptions(
        owner,
        value.toMillis(),
        sessionTimeoutMillis,
        chunkBytes,
        windowBytes,
        unpublishedBytes,
        directoryPageEntries,
        reuseMicros,
        uid,
        gid,
        umask);
  }

  public StoreOptions withSessionTimeout(Duration value) {
    return new StoreOptions(
        owner,
        deadlineMillis,
        value.toMillis(),
        chunkBytes,
        windowBytes,
        unpublishedBytes,
        directoryPageEntries,
        reuseMicros,
        uid,
        gid,
        umask);
  }

  /** Chunk size, and memory for content under way and unpublished; see the components. */
  public StoreOptions withContentBytes(int chunk, long window, long unpublished) {
    return new StoreOptions(
        owner,
        deadlineMillis,
        sessionTimeoutMillis,
        chunk,
        window,
        unpublished,
        directoryPageEntries,
        reuseMicros,
        uid,
        gid,
        umask);
  }

  public StoreOptions withDirectoryPageEntries(int value) {
    return new StoreOptions(
        owner,
        deadlineMillis,
        sessionTimeoutMillis,
        chunkBytes,
        windowBytes,
        unpublishedBytes,
        value,
        reuseMicros,
        uid,
        gid,
        umask);
  }

  /** How long input streams serve what they read ahead; zero: each read asks. */
  public StoreOptions withReuse(Duration value) {
    return new StoreOptions(
        owner,
        deadlineMillis,
        sessionTimeoutMillis,
        chunkBytes,
        windowBytes,
        unpublishedBytes,
        directoryPageEntries,
        value.toNanos() / 1_000,
        uid,
        gid,
        umask);
  }

  /** Owner, group and umask of what this store makes. */
  public StoreOptions withCreator(int user, int group, int mask) {
    return new StoreOptions(
        owner,
        deadlineMillis,
        sessionTimeoutMillis,
        chunkBytes,
        windowBytes,
        unpublishedBytes,
        directoryPageEntries,
        reuseMicros,
        user,
        group,
        mask);
  }

  private static void require(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          field + " is " + value + "; it must be from " + least + " to " + most);
    }
  }
}

package io.quorate.store.metadata;

import io.quorate.store.log.ChunkRef;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that changes the replicated state. Each is applied atomically, in log order, the same
 * on every peer; each answers a {@link Result}. Permissions of what is made are {@link
 * NewPermissions}.
 */
public sealed interface Command {

  /** Chunks that the command publishes; they must be durable ahead of its log entry. */
  default List<ChunkRef> chunks() {
    return List.of();
  }

  /** True for commands that free space or keep sessions alive: admitted inside the disk reserve. */
  default boolean freesSpace() {
    return false;
  }

  // ---- sessions

  /**
   * Opens a session; its id is the index of this entry ({@link Result.Opened}).
   *
   * @param owner who it is, for status output
   * @param timeoutMillis the leader ends the session after this long without a sign of life
   */
  record OpenSession(String owner, long timeoutMillis) implements Command {
    /** Who comes to delete something needs a session first. */
    @Override
    public boolean freesSpace() {
      return true;
    }
  }

  /**
   * A sign of life, and what may be forgotten.
   *
   * @param handlesAsOf applied index at which {@code held} was true
   * @param held inode and content ids among orphans that this session still has open
   * @param chunkFloor unpublished chunks of this session numbered below are garbage
   */
  record KeepAlive(long handlesAsOf, SortedSet<Long> held, long chunkFloor) implements Command {
    @Override
    public boolean freesSpace() {
      return true;
    }
  }

  /** Ends {@code session}: by its owner, or by the leader after its timeout. Locks go with it. */
  record EndSession(long session) implements Command {
    @Override
    public boolean freesSpace() {
      return true;
    }
  }

  // ---- namespace

  /**
   * Creates a regular file.
   *
   * @param exclusive EXISTS if the name is taken; otherwise an existing file's attributes are the
   *     answer
   */
  record Create(At at, int permissions, Caller caller, boolean exclusive) implements Command {}

  /**
   * Creates a regular file that has no name: an orphan, gone when its session lets go of it. Not
   * sent below {@link FeatureLevels#UNNAMED_FILES}.
   *
   * @param at the directory that it is made in
   * @param linkable whether a {@link Link} may give it a name
   */
  record CreateUnnamed(At at, int permissions, Caller caller, boolean linkable)
      implements Command {}

  record MakeDirectory(At at, int permissions, Caller caller) implements Command {}

  record MakeSymlink(At at, Bytes target, Caller caller) implements Command {}

  /** A FIFO, socket, device or (empty) regular file. */
  record MakeNode(At at, FileType type, int permissions, long device, Caller caller)
      implements Command {}

  /** A further name {@code at} for the inode at {@code source}. */
  record Link(At source, At at) implements Command {}

  /** Removes a name that is not a directory. */
  record Unlink(At at) implements Command {
    @Override
    public boolean freesSpace() {
      return true;
    }
  }

  record RemoveDirectory(At at) implements Command {
    @Override
    public boolean freesSpace() {
      return true;
    }
  }

  record Rename(At from, At to, RenameMode mode) implements Command {}

  /** How rename treats an existing target. */
  enum RenameMode {
    /** Replaces it, as rename(2). */
    REPLACE,
    /** Fails with EXISTS (RENAME_NOREPLACE). */
    NO_REPLACE,
    /** Swaps the two (RENAME_EXCHANGE). */
    EXCHANGE
  }

  record SetAttributes(At at, AttributeChange change) implements Command {}

  /**
   * Sets an extended attribute.
   *
   * @param name with its namespace, as "user.mime"
   */
  record SetXattr(At at, Bytes name, Bytes value, XattrMode mode) implements Command {}

  /** Whether an extended attribute may or must exist before. */
  enum XattrMode {
    ANY,
    CREATE,
    REPLACE,
    /**
     * As ANY. If it is the access ACL setgid goes: who sets it is not in the file's group. Not sent
     * below {@link FeatureLevels#POSIX_ACLS}.
     */
    ANY_WITHOUT_SETGID
  }

  record RemoveXattr(At at, Bytes name) implements Command {
    @Override
    public boolean freesSpace() {
      return true;
    }
  }

  // ---- content

  /**
   * Makes a handle's writes visible, in this order: the cut, the writes, the size, the append. Any
   * sequence of writes and truncations comes down to this form: what was published is gone from the
   * lowest truncation on, the writes that are left lie over it, and the size is the last one set.
   *
   * @param inode the file
   * @param cutBytes published content from here on is dropped first (it reads as zeros if the file
   *     is longer in the end); −1 if the handle did not truncate
   * @param writes in write order; later ones win
   * @param append chunks to put one after the other at the end of the file, or none
   * @param sizeBytes the size to set after {@code writes} and before {@code append}; −1 to grow
   *     only as far as the extents reach
   * @param change attributes set while the handle was dirty; mtime is the time of the last write
   */
  record Publish(
      long inode,
      long cutBytes,
      List<Extent> writes,
      List<ChunkRef> append,
      long sizeBytes,
      AttributeChange change)
      implements Command {
    public Publish {
      writes = List.copyOf(writes);
      append = List.copyOf(append);
    }

    @Override
    public List<ChunkRef> chunks() {
      return distinct(writes, append);
    }
  }

  /** Sets the size; what is cut reads as zeros if the file grows again. */
  record Truncate(At at, long sizeBytes) implements Command {
    @Override
    public boolean freesSpace() {
      return true;
    }
  }

  /** Allocates or punches a range. */
  record Allocate(long inode, long offset, long lengthBytes, AllocateMode mode) implements Command {
    @Override
    public boolean freesSpace() {
      return mode == AllocateMode.PUNCH;
    }
  }

  /** What {@link Allocate} does: fallocate(2) modes 0, KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE. */
  enum AllocateMode {
    ALLOCATE,
    KEEP_SIZE,
    PUNCH,
    ZERO
  }

  /**
   * copy_file_range: shares the extents, moves no content. {@link Result.Copied} says how much was
   * copied: less than asked at the end of the source, and when the range holds more extents than
   * one command may share; the caller then goes on with the rest.
   */
  record CopyRange(long fromInode, long fromOffset, long toInode, long toOffset, long lengthBytes)
      implements Command {}

  /**
   * Replaces (or makes) a whole file atomically. An existing file keeps inode, owner, permissions
   * and xattrs, and gets a new content id.
   *
   * @param extents the content
   * @param mtimeNanos or {@link AttributeChange#NOW}
   * @param condition what must hold for it to happen
   */
  record Put(
      At at,
      int permissions,
      Caller caller,
      List<Extent> extents,
      long sizeBytes,
      long mtimeNanos,
      PutCondition condition)
      implements Command {
    public Put {
      extents = List.copyOf(extents);
    }

    @Override
    public List<ChunkRef> chunks() {
      return distinct(extents, List.of());
    }
  }

  /**
   * Condition of a {@link Put}.
   *
   * @param ifAbsent EXISTS if there is a file
   * @param ifVersion CONDITION_FAILED unless the file's contentVersion is this; −1 for any
   */
  record PutCondition(boolean ifAbsent, long ifVersion) {
    public static final PutCondition ALWAYS = new PutCondition(false, -1);
  }

  // ---- locks

  /**
   * Takes, changes or drops (type UNLOCK) an advisory lock; never waits: {@link
   * Result.LockConflict} if another owner is in the way.
   *
   * @param owner the lock owner within the session; fcntl locks of one owner merge and split
   * @param startByte first byte; flock locks use the whole range
   * @param endByte last byte, inclusive; Long.MAX_VALUE for "to the end"
   */
  record Lock(
      long inode, long owner, LockFamily family, LockType type, long startByte, long endByte)
      implements Command {
    @Override
    public boolean freesSpace() {
      return type == LockType.UNLOCK;
    }
  }

  /** The two families that do not see each other. */
  enum LockFamily {
    FCNTL,
    FLOCK
  }

  /** Kind of lock. */
  enum LockType {
    READ,
    WRITE,
    UNLOCK
  }

  // ---- cluster-wide settings

  /** Changes replicated settings; null leaves one alone. */
  record Configure(@Nullable Integer chunkBytes, @Nullable Integer featureLevel)
      implements Command {}

  private static List<ChunkRef> distinct(List<Extent> extents, List<ChunkRef> more) {
    java.util.LinkedHashSet<ChunkRef> all = new java.util.LinkedHashSet<>();
    for (Extent extent : extents) {
      all.add(extent.chunk());
    }
    all.addAll(more);
    return List.copyOf(all);
  }
}

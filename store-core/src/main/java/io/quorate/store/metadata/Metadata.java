package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.OrderedTables;
import io.quorate.store.table.TableBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state. One thread applies log entries; any thread asks. Two peers that have
 * applied the same entries hold the same rows, and so the same {@link #digest}.
 *
 * <p>A command that cannot be done, or bytes that are no command, answer {@link Result.Failed} and
 * change nothing but the session's window. An exception out of {@link #apply} means that the
 * storage failed or that a row is damaged; the peer must stop.
 */
public final class Metadata {
  private static final byte[] MEMBERSHIP_KEY = {'m'};
  private static final byte[] DIGEST_KEY = {'d'};

  /** Held shared by whoever uses the tables, and alone by who puts others in their place. */
  private final ReentrantReadWriteLock inPlace = new ReentrantReadWriteLock();

  /** Held by who applies, and by who needs that nobody does. */
  private final ReentrantLock applying = new ReentrantLock();

  private OrderedTables tables;
  private boolean closed;
  private Applier applier;
  private volatile Published published;
  private volatile Consumer<List<ChunkId>> onReleased = chunks -> {};

  private record Published(
      long index,
      long term,
      long stampNanos,
      Digest digest,
      List<SessionInfo> sessions,
      byte[] membership,
      int featureLevel,
      boolean purging) {}

  /**
   * What the state was at some moment.
   *
   * @param stampNanos time of the last entry; no later entry has an earlier one
   * @param membership body of the last membership entry applied; empty before the first
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
  public record Moment(long index, long term, long stampNanos, Digest digest, byte[] membership) {}

  /** Something to be done with the tables while nothing is applied. */
  public interface Copying {
    void copy(OrderedTables tables) throws IOException;
  }

  /**
   * What an entry did.
   *
   * @param stampNanos the entry's time, nanoseconds since 1970-01-01T00:00Z
   * @param session of the command; 0 for the leader's own and for entries that carry none
   * @param sequence of the command within its session
   * @param result null for entries that carry no command
   * @param changes what watchers and caches need to know
   */
  public record Applied(
      long index,
      long stampNanos,
      long session,
      long sequence,
      @Nullable Result result,
      List<Change> changes) {
    public Applied {
      changes = List.copyOf(changes);
    }
  }

  /**
   * The changes that one entry made.
   *
   * @param stampNanos the entry's time, nanoseconds since 1970-01-01T00:00Z
   */
  public record ChangeSet(long index, long stampNanos, List<Change> changes) {
    public ChangeSet {
      changes = List.copyOf(changes);
    }
  }

  /**
   * A visible change. What an entry changes follows from the entry and the state before it, so all
   * peers tell the same changes, in the same order.
   *
   * @param inode what was changed
   * @param type its type
   * @param parent directory of the name; 0 if the inode was reached by number and the name that it
   *     was given last is gone. The root is its own parent.
   * @param directory path of {@code parent} at that moment, from the root, without '/' at either
   *     end; empty for the root, and if {@code parent} is 0
   * @param name in {@code parent}: the one under which it was changed or, if it was reached by
   *     number, the one that it was given last; empty if {@code parent} is 0, and for the root
   * @param contentVersion version of its content after the change
   * @param move in a rename, the number within the entry that the removal of the old name shares
   *     with the creation of the new one; else 0
   */
  public record Change(
      Kind kind,
      long inode,
      FileType type,
      long parent,
      Bytes directory,
      Bytes name,
      long contentVersion,
      int move) {
    /** What happened. A rename is a removal and a creation. */
    public enum Kind {
      /** The inode got the name. */
      CREATED,
      /** The inode lost the name. */
      REMOVED,
      /** The inode lost the name to another one, whose creation follows in the same entry. */
      REPLACED,
      /** Bytes of a file are others than before. */
      CONTENT,
      /** Owner, mode, times or extended attributes were set. */
      ATTRIBUTES
    }

    /** Whether the inode has lost {@link #name} for good, not to get another one instead. */
    public boolean ends() {
      return kind == Kind.REPLACED || (kind == Kind.REMOVED && move == 0);
    }
  }

  /**
   * A live session.
   *
   * @param lastKeepAliveIndex index of its last command: any is a sign of life
   */
  public record SessionInfo(long id, String owner, long timeoutMillis, long lastKeepAliveIndex) {}

  /**
   * A piece of a file.
   *
   * @param inode 0 if the content is kept only for those who have it open
   * @param path from the root, with the '/' before it; empty if the file has no name any more
   */
  public record FilePart(long inode, Bytes path, Extent extent) {}

  /** What the applied state knows of a chunk. */
  public enum ChunkState {
    /** A file uses it. */
    LIVE,
    /** No file uses it, and none ever will. */
    GARBAGE,
    /** A command may publish it yet. */
    UNKNOWN
  }

  private Metadata(OrderedTables tables, Applier applier, byte[] membership) {
    this.tables = tables;
    this.applier = applier;
    this.published = published(membership);
  }

  private Published published(byte[] membership) {
    Globals globals = applier.globals();
    return new Published(
        globals.index,
        globals.term,
        globals.stampNanos,
        applier.digest(),
        applier.sessions().list(),
        membership,
        globals.featureLevel,
        globals.trims > 0 || applier.sessions().leavePurging(globals.index));
  }

  /**
   * Opens the state in {@code tables}, where empty ones get the state that {@code genesis}
   * describes.
   *
   * @param tables made with {@code MetadataTable.values()}
   * @throws IllegalStateException if they hold a newer format or are damaged
   */
  public static Metadata open(OrderedTables tables, Genesis genesis) {
    if (tables.get(MetadataTable.STATE, Globals.KEY) == null) {
      begin(tables, genesis);
    }
    return new Metadata(tables, applierOf(tables), membershipOf(tables));
  }

  private static Applier applierOf(OrderedTables tables) {
    Globals globals = new View(tables).globals();
    byte[] digest = tables.get(MetadataTable.STATE, DIGEST_KEY);
    if (digest == null) {
      throw new IllegalStateException("the metadata has no row for its digest");
    }
    return new Applier(
        tables,
        globals,
        new Digest(Keys.longAt(digest, 0), Keys.longAt(digest, 8)),
        new Sessions(tables));
  }

  private static byte[] membershipOf(OrderedTables tables) {
    byte[] membership = tables.get(MetadataTable.STATE, MEMBERSHIP_KEY);
    return membership == null ? new byte[0] : membership;
  }

  /**
   * Goes on with another state, which {@code open} puts in place of this one, whose tables are
   * closed then. To be called by whoever applies; queries wait meanwhile.
   */
  public void replace(Supplier<OrderedTables> open) {
    inPlace.writeLock().lock();
    try {
      tables.close();
      closed = true;
      tables = open.get();
      closed = false;
      applier = applierOf(tables);
      published = published(membershipOf(tables));
    } finally {
      inPlace.writeLock().unlock();
    }
  }

  /** Has the tables copied as they are after some entry, and tells after which. */
  public Moment copy(Copying how) throws IOException {
    applying.lock();
    inPlace.readLock().lock();
    try {
      how.copy(tables);
      return moment();
    } finally {
      inPlace.readLock().unlock();
      applying.unlock();
    }
  }

  /** What is applied, all of one moment. */
  public Moment moment() {
    Published now = published;
    return new Moment(now.index, now.term, now.stampNanos, now.digest, now.membership.clone());
  }

  private <T extends @Nullable Object> T with(Function<OrderedTables, T> use) {
    inPlace.readLock().lock();
    try {
      return use.apply(tables);
    } finally {
      inPlace.readLock().unlock();
    }
  }

  private static void begin(OrderedTables tables, Genesis genesis) {
    Globals globals = new Globals();
    globals.nextId = At.ROOT + 1;
    globals.inodes = 1;
    globals.chunkBytes = genesis.chunkBytes();
    globals.featureLevel = genesis.featureLevel();
    Inode root = new Inode(At.ROOT, FileType.DIRECTORY);
    root.permissions = genesis.rootPermissions() & 07777;
    root.uid = genesis.root().uid();
    root.gid = genesis.root().gid();
    root.links = 2;
    root.parent = At.ROOT;
    Draft draft = new Draft(tables, Digest.ZERO);
    draft.put(MetadataTable.STATE, Globals.KEY, globals.encode());
    draft.put(MetadataTable.INODES, Keys.of(At.ROOT), root.encode());
    tables.write(withDigest(draft));
  }

  private static TableBatch withDigest(Draft draft) {
    Digest digest = draft.digest();
    return draft
        .toBatch()
        .put(MetadataTable.STATE, DIGEST_KEY, Keys.of(digest.high(), digest.low()));
  }

  /**
   * Applies entries in order, as one write; entries at or below {@link #appliedIndex} are skipped,
   * and not in the answer. When it returns, queries see them. One thread at a time.
   *
   * @throws IllegalArgumentException if the entries do not follow on what is applied
   */
  public List<Applied> apply(List<Entry> entries) {
    applying.lock();
    try {
      return applyAlone(entries);
    } finally {
      applying.unlock();
    }
  }

  private List<Applied> applyAlone(List<Entry> entries) {
    List<Applied> applied = new ArrayList<>(entries.size());
    byte[] membership = published.membership();
    Draft draft = applier.begin();
    for (Entry entry : entries) {
      if (entry.index() <= applier.globals().index) {
        continue;
      }
      applied.add(applier.apply(draft, entry));
      if (entry.kind() == io.quorate.store.log.EntryKind.MEMBERSHIP) {
        draft.put(MetadataTable.STATE, MEMBERSHIP_KEY, entry.body());
        membership = entry.body();
      }
    }
    if (!applied.isEmpty()) {
      applier.end(draft);
      tables.write(withDigest(draft));
      published = published(membership);
      List<ChunkId> released = draft.released();
      if (!released.isEmpty()) {
        onReleased.accept(released);
      }
    }
    return applied;
  }

  /** Answers {@code query} from what is applied. Any thread. */
  public Answer ask(Query query) {
    return with(
        present -> {
          try (OrderedTables.Snapshot snapshot = present.snapshot()) {
            return new Queries(snapshot).answer(query);
          }
        });
  }

  /** Index of the last entry applied; 0 before the first. */
  public long appliedIndex() {
    return published.index();
  }

  /** Term of the last entry applied. */
  public long appliedTerm() {
    return published.term();
  }

  /** Time of the last entry applied, nanoseconds since 1970; no later entry has an earlier one. */
  public long appliedStampNanos() {
    return published.stampNanos();
  }

  /** Digest of the state at {@link #appliedIndex}. */
  public Digest digest() {
    return published.digest();
  }

  /** Body of the last membership entry applied; empty before the first. */
  public byte[] membership() {
    return published.membership().clone();
  }

  /** Live sessions, for the leader's watch over them, as of {@link #appliedIndex}. */
  public List<SessionInfo> sessions() {
    return published.sessions();
  }

  /** Whether further entries would purge what commands have let go of. */
  public boolean isPurging() {
    return published.purging();
  }

  /** Cluster-wide size of chunks, in bytes. */
  public int chunkBytes() {
    return with(present -> new View(present).globals().chunkBytes);
  }

  /** The feature level in force. */
  public int featureLevel() {
    return published.featureLevel();
  }

  /** The applied index that would survive a crash right now. */
  public long flushedIndex() {
    byte[] row = with(present -> present.getFlushed(MetadataTable.STATE, Globals.KEY));
    return row == null ? 0 : Globals.decode(row).index;
  }

  /** Makes what is applied durable. */
  public void flush() {
    inPlace.readLock().lock();
    try {
      tables.flush();
    } finally {
      inPlace.readLock().unlock();
    }
  }

  /** Closes the tables; without a {@link #flush} before, this is a crash. */
  public void close() {
    inPlace.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        tables.close();
      }
    } finally {
      inPlace.writeLock().unlock();
    }
  }

  /**
   * Whether the applied state already answers or refuses a command, so that its chunks do not
   * matter: its session has ended or never was, its sequence number is answered, or one of its
   * chunks is below the session's floor.
   */
  public boolean settled(long session, long sequence, List<ChunkRef> chunks) {
    return session != 0 && with(present -> settled(present, session, sequence, chunks));
  }

  private boolean settled(
      OrderedTables present, long session, long sequence, List<ChunkRef> chunks) {
    long applied = appliedIndex();
    try (OrderedTables.Snapshot snapshot = present.snapshot()) {
      byte[] row = snapshot.get(MetadataTable.SESSIONS, Keys.tagged('s', session));
      if (row == null) {
        return session <= applied;
      }
      Session state = Session.decode(session, row);
      if (state.ended
          || sequence < state.lowest
          || snapshot.get(MetadataTable.RESULTS, Keys.of(session, sequence)) != null) {
        return true;
      }
      for (ChunkRef chunk : chunks) {
        if (chunk.id().session() == session && chunk.id().number() < state.chunkFloor) {
          return true;
        }
      }
      return false;
    }
  }

  /** What the applied state knows of {@code id}. Any thread. */
  public ChunkState chunkState(ChunkId id) {
    return with(present -> chunkState(present, id));
  }

  private ChunkState chunkState(OrderedTables present, ChunkId id) {
    return ChunkStates.of(present, appliedIndex(), id);
  }

  /** Which of some chunks, in order of their ids, no file uses and none ever will. Any thread. */
  public Set<ChunkId> garbage(List<ChunkId> ascending) {
    long applied = appliedIndex();
    return with(
        present -> {
          try (OrderedTables.Snapshot snapshot = present.snapshot()) {
            return ChunkStates.garbage(snapshot, applied, ascending);
          }
        });
  }

  /** Sets who is told, by whoever applies, of chunks that no file uses any more. */
  public void onReleased(Consumer<List<ChunkId>> listener) {
    onReleased = listener;
  }

  /**
   * Chunks that the tree names, in order of their ids: what this peer's journal ought to hold.
   *
   * @param after ids greater than this one; null to begin
   * @param limit most chunks to return; fewer come back only at the end
   */
  public List<ChunkRef> liveChunks(@Nullable ChunkId after, int limit) {
    return with(present -> liveChunks(present, after, limit));
  }

  private static List<ChunkRef> liveChunks(
      OrderedTables present, @Nullable ChunkId after, int limit) {
    List<ChunkRef> live = new ArrayList<>();
    byte[] from = after == null ? new byte[0] : Arrays.copyOf(Keys.of(after), 17);
    try (Cursor cursor = present.scan(MetadataTable.CHUNKS, from, null)) {
      while (live.size() < limit && cursor.next()) {
        if (Chunks.references(cursor.value()) > 0) {
          live.add(Chunks.ref(cursor.key(), cursor.value()));
        }
      }
    }
    return live;
  }

  /**
   * The files that use some chunks. Reads all extents and inodes; from any thread.
   *
   * @param limit most extents to look for
   */
  public List<FilePart> filesOf(Set<ChunkId> chunks, int limit) {
    return with(
        present -> {
          try (OrderedTables.Snapshot snapshot = present.snapshot()) {
            return FilesOfChunks.find(snapshot, chunks, limit);
          }
        });
  }

  /**
   * The digest computed from all rows, for the scrubber; equals {@link #digest} at the same index
   * unless a row was damaged. Reads the whole state.
   */
  public Digest recomputeDigest() {
    return with(
        present -> {
          try (OrderedTables.Snapshot snapshot = present.snapshot()) {
            return digestOf(snapshot);
          }
        });
  }

  /**
   * Reads all of a copy of a state and compares it with what it should be.
   *
   * @throws IllegalStateException if it is damaged or another one
   */
  public static void check(OrderedTables copy, Moment stated) {
    Applier applier = applierOf(copy);
    Globals globals = applier.globals();
    Digest recomputed;
    try (OrderedTables.Snapshot snapshot = copy.snapshot()) {
      recomputed = digestOf(snapshot);
    }
    boolean sameEntry = globals.index == stated.index() && globals.term == stated.term();
    if (!sameEntry || !isSound(recomputed, applier.digest(), stated.digest())) {
      throw new IllegalStateException(
          "it should be the state after "
              + stated.index()
              + "/"
              + stated.term()
              + " with digest "
              + stated.digest()
              + "; it says that it is that after "
              + globals.index
              + "/"
              + globals.term
              + " with digest "
              + applier.digest()
              + ", and its rows amount to "
              + recomputed);
    }
  }

  private static boolean isSound(Digest recomputed, Digest written, Digest stated) {
    return recomputed.equals(written) && recomputed.equals(stated);
  }

  private static Digest digestOf(OrderedTables.Snapshot snapshot) {
    RowHash hash = new RowHash();
    long high = 0;
    long low = 0;
    for (MetadataTable table : MetadataTable.values()) {
      try (Cursor cursor = snapshot.scan(table, new byte[0], null)) {
        while (cursor.next()) {
          if (table == MetadataTable.STATE && Arrays.equals(cursor.key(), DIGEST_KEY)) {
            continue;
          }
          hash.of(table, cursor.key(), cursor.value());
          high += hash.high();
          low += hash.low();
        }
      }
    }
    return new Digest(high, low);
  }

  /**
   * Compares the digest that is kept with one computed from all rows, at one moment. Reads the
   * whole state; from any thread.
   *
   * @return what is wrong, or null if they are equal
   */
  public @Nullable String digestFault() {
    return with(Metadata::digestFault);
  }

  private static @Nullable String digestFault(OrderedTables present) {
    try (OrderedTables.Snapshot snapshot = present.snapshot()) {
      byte[] kept = snapshot.get(MetadataTable.STATE, DIGEST_KEY);
      Digest computed = digestOf(snapshot);
      if (kept == null) {
        return "the metadata has no digest";
      }
      Digest expected = new Digest(Keys.longAt(kept, 0), Keys.longAt(kept, 8));
      return expected.equals(computed)
          ? null
          : "the metadata has changed on disk: its rows have digest "
              + computed
              + ", not "
              + expected;
    }
  }
}

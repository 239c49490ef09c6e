package io.quorate.store.chunk;

import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Segments;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.OrderedTables;
import io.quorate.store.table.Table;
import io.quorate.store.table.TableBatch;
import io.quorate.store.world.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The chunks that this peer holds: content in the journal, positions in the `index` database.
 *
 * <p>A position goes into the database only after an fdatasync covers the chunk; until then a map
 * in memory answers. The database is written without a log of its own: after a crash, replaying the
 * journal from the position that the database has reached brings back what it lost.
 *
 * <p>Rows of {@code POSITIONS}: key = session (8 bytes), number (8 bytes); value = segment (8
 * bytes), offset (4 bytes), length (4 bytes). {@code PROGRESS} has one row, key empty: segment and
 * offset (8 + 4 bytes) up to which chunks are indexed. All big-endian.
 */
public final class ChunkStore {
  /** Tables of the `index` database. */
  public enum Index implements Table {
    POSITIONS,
    PROGRESS
  }

  private static final byte[] PROGRESS_KEY = new byte[0];
  private static final int COUNT_PAGE = 4096;

  private final OrderedTables index;
  private final Map<ChunkId, Position> recent = new ConcurrentHashMap<>();
  private final Position indexedThrough;

  /**
   * Chunks whose copy could not be read the last time. They count as missing, so that another copy
   * is fetched; but as the error may have been a passing one, and this copy the last, each further
   * read tries it again.
   */
  private final Set<ChunkId> doubtful = ConcurrentHashMap.newKeySet();

  /**
   * Orders appends and their entry in {@code recent}, and makes writes to the database one at a
   * time.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private final AtomicBoolean indexing = new AtomicBoolean();
  private final SegmentUsage usage = new SegmentUsage();

  /** Up to where the database knows the journal's chunks by now, flushed or not. */
  private volatile Position progress;

  private @Nullable Journal journal;

  /** Over the `index` database; call {@link #attach} when the journal is open. */
  public ChunkStore(OrderedTables index) {
    this.index = index;
    byte[] progress = index.get(Index.PROGRESS, PROGRESS_KEY);
    if (progress == null) {
      this.indexedThrough = new Position(0, 0, 0);
    } else {
      ByteBuffer buffer = ByteBuffer.wrap(progress);
      this.indexedThrough = new Position(buffer.getLong(), buffer.getInt(), 0);
    }
    this.progress = indexedThrough;
  }

  /** Which segments hold how much that is needed; of before the start once it has been counted. */
  public SegmentUsage usage() {
    return usage;
  }

  /** The place up to which the database knew the journal's chunks when it was opened. */
  public Position indexedThrough() {
    return indexedThrough;
  }

  /** Takes a chunk that the journal's replay found. */
  public void replayed(ChunkRef chunk, Position position) {
    boolean indexed =
        position.segment() < indexedThrough.segment()
            || (position.segment() == indexedThrough.segment()
                && position.offsetBytes() <= indexedThrough.offsetBytes());
    if (!indexed) {
      Position earlier = recent.put(chunk.id(), position);
      if (earlier != null) {
        usage.went(earlier);
      }
      usage.came(position);
    }
  }

  /** Names the journal that holds the content; once, after its replay. */
  public void attach(Journal journal) {
    this.journal = journal;
  }

  private Journal journal() {
    Journal attached = journal;
    if (attached == null) {
      throw new IllegalStateException("the journal is not open yet");
    }
    return attached;
  }

  /** Whether this peer's journal has the chunk, durable or on its way. */
  public boolean held(ChunkId chunk) {
    return !doubtful.contains(chunk) && isPlaced(chunk);
  }

  private boolean isPlaced(ChunkId chunk) {
    return recent.containsKey(chunk) || index.get(Index.POSITIONS, key(chunk)) != null;
  }

  /**
   * Appends a chunk to the journal.
   *
   * @param content not copied; must not change
   * @return false if the chunk was held already
   * @throws NoSpaceException if the journal has no room; nothing happened
   */
  public boolean append(ChunkRef chunk, ByteBuffer content) throws NoSpaceException {
    lock.lock();
    try {
      if (held(chunk.id())) {
        return false;
      }
      Position former = position(chunk.id());
      place(chunk, content, former);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void place(ChunkRef chunk, ByteBuffer content, @Nullable Position former)
      throws NoSpaceException {
    Position position = journal().appendChunk(chunk, content);
    recent.put(chunk.id(), position);
    doubtful.remove(chunk.id());
    if (former != null) {
      usage.went(former);
    }
    usage.came(position);
  }

  /**
   * Appends a copy of a chunk that lies at {@code from}; does nothing if it lies elsewhere by now.
   *
   * @throws NoSpaceException if the journal has no room; nothing happened
   */
  public void move(ChunkRef chunk, ByteBuffer content, Position from) throws NoSpaceException {
    lock.lock();
    try {
      if (from.equals(position(chunk.id()))) {
        place(chunk, content, from);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads part of a chunk, with its checksum verified. A copy that is damaged is forgotten, so that
   * the chunk counts as missing from then on; one that could not be read counts as missing until a
   * later read succeeds or another copy has come.
   *
   * @return null if this peer does not hold it
   * @throws DamagedRecordException if what is on disk is not what was written
   */
  public @Nullable ByteBuffer read(ChunkRef chunk, int offset, int lengthBytes) throws IOException {
    Position position = position(chunk.id());
    while (position != null) {
      try {
        return read(chunk, position, offset, lengthBytes);
      } catch (DamagedRecordException e) {
        Position now = position(chunk.id());
        if (position.equals(now)) {
          forget(chunk.id(), position);
          throw e;
        }
        position = now; // it was moved meanwhile, and its old place given back
      }
    }
    return null;
  }

  private ByteBuffer read(ChunkRef chunk, Position position, int offset, int lengthBytes)
      throws IOException {
    try {
      ByteBuffer content = journal().readChunk(chunk, position, offset, lengthBytes);
      if (!doubtful.isEmpty()) {
        doubtful.remove(chunk.id());
      }
      return content;
    } catch (DamagedRecordException e) {
      throw e;
    } catch (IOException e) {
      doubtful.add(chunk.id());
      throw e;
    }
  }

  /** Where a chunk lies, or null if it is not held. */
  public @Nullable Position position(ChunkId chunk) {
    Position position = recent.get(chunk);
    if (position != null) {
      return position;
    }
    byte[] row = index.get(Index.POSITIONS, key(chunk));
    if (row == null) {
      // It may have moved from memory to the database between the two looks.
      return recent.get(chunk);
    }
    return positionOf(row);
  }

  /** Where the database says that a chunk lies, whatever came since; null if it names no place. */
  public @Nullable Position indexed(ChunkId chunk) {
    byte[] row = index.get(Index.POSITIONS, key(chunk));
    return row == null ? null : positionOf(row);
  }

  private static Position positionOf(byte[] row) {
    ByteBuffer buffer = ByteBuffer.wrap(row);
    return new Position(buffer.getLong(), buffer.getInt(), buffer.getInt());
  }

  /**
   * Drops a copy whose record is damaged, so that the chunk counts as missing; does nothing if the
   * chunk's copy is by now another one.
   */
  public void forget(ChunkId chunk, Position damaged) {
    lock.lock();
    try {
      Position present = position(chunk);
      if (present != null && present.compareTo(damaged) == 0) {
        recent.remove(chunk);
        usage.went(present);
        index.write(new TableBatch().delete(Index.POSITIONS, key(chunk)));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Positions that wait in memory for their way into the database. */
  public int unindexed() {
    return recent.size();
  }

  /** Bytes appended to the journal and not yet written. */
  public long queuedBytes() {
    return journal().queuedBytes();
  }

  /**
   * Moves positions into the database once the journal has made their chunks durable. Returns at
   * once; does nothing while an earlier move is under way.
   *
   * @param writer runs the write, which may take its time
   */
  public void indexRecent(Executor writer) {
    if (indexing.compareAndSet(false, true)) {
      indexNow(writer);
    }
  }

  /**
   * As {@link #indexRecent}, on the journal's thread and whatever is under way: before it closes.
   */
  public void indexRest() {
    indexNow(Runnable::run);
  }

  private void indexNow(Executor writer) {
    List<Map.Entry<ChunkId, Position>> moved;
    lock.lock();
    try {
      moved =
          recent.entrySet().stream()
              .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
              .toList();
    } finally {
      lock.unlock();
    }
    if (moved.isEmpty()) {
      indexing.set(false);
    } else {
      journal().whenDurable(() -> writer.execute(() -> write(moved)));
    }
  }

  private void write(List<Map.Entry<ChunkId, Position>> moved) {
    TableBatch batch = new TableBatch();
    lock.lock();
    try {
      Position last = progress;
      for (Map.Entry<ChunkId, Position> entry : moved) {
        Position position = entry.getValue();
        // What was forgotten meanwhile must not come back.
        if (position.equals(recent.get(entry.getKey()))) {
          batch.put(Index.POSITIONS, key(entry.getKey()), row(position));
        }
        last = position.compareTo(last) > 0 ? position : last;
      }
      batch.put(
          Index.PROGRESS,
          PROGRESS_KEY,
          ByteBuffer.allocate(12).putLong(last.segment()).putInt(last.offsetBytes()).array());
      index.write(batch);
      progress = last;
    } finally {
      lock.unlock();
    }
    moved.forEach(entry -> recent.remove(entry.getKey(), entry.getValue()));
    indexing.set(false);
  }

  /** Chunks in segments before this one are in the database, all of them. */
  public long indexedBelow() {
    return progress.segment();
  }

  /** Completes once all chunks that are in the journal by now are durable. */
  public CompletableFuture<Void> whenDurable() {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    journal().whenDurable(() -> durable.complete(null));
    return durable;
  }

  /**
   * Moves all positions into the database whose chunks are durable because {@link #whenDurable} was
   * awaited.
   */
  public void index(Map<ChunkId, Position> durable) {
    write(List.copyOf(durable.entrySet()));
  }

  /** The positions that are in memory now. */
  public Map<ChunkId, Position> recent() {
    lock.lock();
    try {
      return Map.copyOf(recent);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets chunks that nobody needs, where they lie as given. */
  public void drop(List<Segments.Place> places) {
    TableBatch batch = new TableBatch();
    lock.lock();
    try {
      for (Segments.Place place : places) {
        byte[] row = index.get(Index.POSITIONS, key(place.id()));
        if (row != null && positionOf(row).equals(place.position())) {
          batch.delete(Index.POSITIONS, key(place.id()));
        }
      }
      index.write(batch);
    } finally {
      lock.unlock();
    }
  }

  /** The chunks that lie in a segment by the database alone: reads all of it. */
  public List<Segments.Place> in(long segment) {
    List<Segments.Place> places = new ArrayList<>();
    try (Cursor cursor = index.scan(Index.POSITIONS, new byte[0], null)) {
      while (cursor.next()) {
        Position position = positionOf(cursor.value());
        if (position.segment() == segment) {
          places.add(new Segments.Place(idOf(cursor.key()), position));
        }
      }
    }
    return places;
  }

  /** Tells which of some chunks, in order of their ids, nobody needs any more. */
  public interface Judge {
    Set<ChunkId> garbage(List<ChunkId> ascending);
  }

  /** Counts what each segment holds that is needed, from the database and from memory. */
  public void count(Judge judge) {
    Map<Long, Long> counted = new HashMap<>();
    Map<ChunkId, Position> inMemory;
    OrderedTables.Snapshot inDatabase;
    lock.lock();
    try {
      inMemory = Map.copyOf(recent);
      inDatabase = index.snapshot();
      usage.beginCount();
    } finally {
      lock.unlock();
    }
    try (inDatabase;
        Cursor cursor = inDatabase.scan(Index.POSITIONS, new byte[0], null)) {
      Map<ChunkId, Position> page = new LinkedHashMap<>();
      while (cursor.next()) {
        ChunkId id = idOf(cursor.key());
        page.put(id, inMemory.getOrDefault(id, positionOf(cursor.value())));
        if (page.size() == COUNT_PAGE) {
          count(page, judge, counted);
          page.clear();
        }
      }
      count(page, judge, counted);
      Map<ChunkId, Position> rest = new TreeMap<>(inMemory);
      rest.keySet().removeIf(id -> inDatabase.get(Index.POSITIONS, key(id)) != null);
      count(rest, judge, counted);
    }
    usage.endCount(counted);
  }

  private static void count(Map<ChunkId, Position> page, Judge judge, Map<Long, Long> counted) {
    Set<ChunkId> garbage = judge.garbage(List.copyOf(page.keySet()));
    page.forEach(
        (id, position) -> {
          if (!garbage.contains(id)) {
            counted.merge(position.segment(), SegmentUsage.bytes(position), Long::sum);
          }
        });
  }

  private static ChunkId idOf(byte[] key) {
    ByteBuffer buffer = ByteBuffer.wrap(key);
    return new ChunkId(buffer.getLong(), buffer.getLong());
  }

  /** Makes the database durable as it is. */
  public void flush() {
    index.flush();
  }

  /** Number of chunks that the database names; a scan, for tests and tools. */
  public long countIndexed() {
    long count = 0;
    try (Cursor cursor = index.scan(Index.POSITIONS, new byte[0], null)) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private static byte[] key(ChunkId chunk) {
    return ByteBuffer.allocate(16).putLong(chunk.session()).putLong(chunk.number()).array();
  }

  private static byte[] row(Position position) {
    return ByteBuffer.allocate(16)
        .putLong(position.segment())
        .putInt(position.offsetBytes())
        .putInt(position.lengthBytes())
        .array();
  }
}

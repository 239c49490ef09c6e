package io.quorate.store.peer;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.journal.DamagedRecordException;
import io.quorate.store.journal.Journal;
import io.quorate.store.journal.JournalDamagedException;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.journal.Position;
import io.quorate.store.journal.Recovery;
import io.quorate.store.journal.Replay;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.Answer;
import io.quorate.store.metadata.Genesis;
import io.quorate.store.metadata.Metadata;
import io.quorate.store.metadata.Query;
import io.quorate.store.table.OrderedTables;
import io.quorate.store.table.TableException;
import io.quorate.store.world.Disk;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tree as the disk of one peer has it, while no peer runs on that disk and no other is there to
 * ask.
 *
 * <p>All entries of its log are applied, known to be committed or not. Whatever this peer has
 * acknowledged is among them, and what was acknowledged to a client may be the newest entry here,
 * of which this peer never heard that it was committed. The price: a write that was under way at
 * the end, and had failed, may be in the tree too.
 *
 * <p>Opening it recovers the journal and writes to the databases, as a start does: give it storage
 * that keeps the original as it was.
 */
public final class StoppedPeer implements AutoCloseable {
  private static final int MAX_BATCH = 256;
  private static final String REJOIN = ", or remove the peer's data and let it rejoin";

  private final Disk disk;
  private final OrderedTables metadataTables;
  private final OrderedTables indexTables;
  private final Metadata metadata;
  private final ChunkStore chunks;
  private final Journal journal;
  private final List<String> doubts = new ArrayList<>();

  /** Chunks that were here, and what became of them. */
  private final Map<ChunkId, String> damaged = new ConcurrentHashMap<>();

  private boolean closed;

  /** Collects the log that follows on what is applied. */
  private static final class Log implements Replay {
    private final ChunkStore chunks;
    private final long appliedIndex;
    private final long appliedTerm;
    private final LogPositions positions;

    /** Highest index told that does not follow on {@code positions}; 0 if there is none. */
    private long beyond;

    /** Index of the last entry told, damaged or not. */
    private long lastIndex;

    Log(ChunkStore chunks, Metadata metadata) {
      this.chunks = chunks;
      appliedIndex = metadata.appliedIndex();
      appliedTerm = metadata.appliedTerm();
      positions = new LogPositions(appliedIndex);
    }

    @Override
    public Position chunksKnownUpTo() {
      return chunks.indexedThrough();
    }

    @Override
    public void logStart(long index, long term) {
      if (index > appliedIndex) {
        throw new IllegalStateException(
            "the journal's log begins after entry "
                + index
                + ", but the metadata has applied only "
                + appliedIndex
                + ": the metadata is lost in part or is not the journal's; use another peer's disk");
      }
      lastIndex = index;
    }

    @Override
    public void install(long index, long term) {
      if (index > appliedIndex) {
        throw new CheckpointDueException(index);
      }
      positions.truncateFrom(appliedIndex + 1);
      beyond = 0;
      lastIndex = index;
    }

    @Override
    public void chunk(ChunkRef chunk, Position position) {
      chunks.replayed(chunk, position);
    }

    @Override
    public void entry(Entry entry, Position position) {
      take(entry.index(), entry.term(), position);
    }

    @Override
    public void damagedEntry(long index, long term, Position position) {
      take(index, term, null);
    }

    private void take(long index, long term, @Nullable Position position) {
      lastIndex = index;
      if (index <= appliedIndex) {
        // It supersedes whatever an earlier leader had put after it.
        positions.truncateFrom(appliedIndex + 1);
        beyond = 0;
      } else if (term < appliedTerm) {
        // It is from before the applied entry, and superseded by it.
        return;
      } else if (index > positions.lastIndex() + 1) {
        beyond = Math.max(beyond, index);
      } else if (position == null) {
        positions.truncateFrom(index);
        beyond = index;
      } else {
        positions.put(index, position);
        beyond = 0;
      }
    }

    @Override
    public void hardState(HardState state) {}
  }

  /**
   * The journal goes on from a checkpoint of another peer, which this peer had not yet put in the
   * place of its metadata.
   */
  public static final class CheckpointDueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CheckpointDueException(long index) {
      super("the log goes on from a checkpoint at entry " + index + ", which is not in its place");
    }
  }

  private StoppedPeer(
      Disk disk,
      OrderedTables metadataTables,
      OrderedTables indexTables,
      Metadata metadata,
      ChunkStore chunks,
      Journal journal,
      Log log) {
    this.disk = disk;
    this.metadataTables = metadataTables;
    this.indexTables = indexTables;
    this.metadata = metadata;
    this.chunks = chunks;
    this.journal = journal;
    for (Recovery.DamagedChunk found : journal.recovered().damagedChunks()) {
      if (!chunks.held(found.id())) {
        damaged.put(
            found.id(),
            "damaged record in segment "
                + found.position().segment()
                + " of the journal at offset "
                + found.position().offsetBytes());
      }
    }
    if (journal.recovered().suspect()) {
      doubts.add(
          "the journal may lack what this peer once acknowledged: " + journal.recovered().detail());
    }
    if (log.lastIndex < log.appliedIndex) {
      doubts.add(
          "the metadata has applied entry "
              + log.appliedIndex
              + ", but the journal's log ends at "
              + log.lastIndex
              + ": the journal lost its end, and maybe content with it");
    }
  }

  /**
   * Reads what is there.
   *
   * <p>What is given is closed with this object, and stays with the caller if it can not be made.
   *
   * @throws CheckpointDueException if {@code tables} are not what the journal goes on from
   * @throws IOException if it is damaged so that there is no tree to be had, or of a newer format;
   *     the message names the place
   */
  public static StoppedPeer open(
      World world, Disk disk, JournalOptions options, OrderedTables tables, OrderedTables index)
      throws IOException {
    Journal journal = null;
    boolean opened = false;
    try {
      Metadata metadata = Metadata.open(tables, Genesis.DEFAULT);
      ChunkStore chunks = new ChunkStore(index);
      Log log = new Log(chunks, metadata);
      journal = Journal.open(world, disk, options, log);
      chunks.attach(journal);
      journal
          .recovered()
          .damagedChunks()
          .forEach(found -> chunks.forget(found.id(), found.position()));
      StoppedPeer peer = new StoppedPeer(disk, tables, index, metadata, chunks, journal, log);
      peer.apply(log);
      opened = true;
      return peer;
    } catch (JournalDamagedException e) {
      // What helps a peer of a cluster that lives would here destroy the last copy.
      String message = String.valueOf(e.getMessage());
      throw new IOException(message.replace(REJOIN, ", or use another peer's disk"), e);
    } catch (IllegalStateException | IllegalArgumentException | TableException e) {
      throw new IOException(disk.directory() + ": " + e.getMessage(), e);
    } finally {
      if (!opened && journal != null) {
        journal.close();
      }
    }
  }

  /**
   * The newest members that the log names, known to be agreed on or not; {@code founders} if it
   * names none.
   */
  public Membership members(Membership founders) {
    byte[] body = metadata.membership();
    return body.length == 0 ? founders : Membership.decode(0, body);
  }

  /** The last entry of the log, as far as it can be read. */
  public long lastIndex() {
    return metadata.appliedIndex();
  }

  /** Term of the last entry. */
  public long lastTerm() {
    return metadata.appliedTerm();
  }

  private void apply(Log log) throws IOException {
    long last = log.positions.lastIndex();
    List<Entry> batch = new ArrayList<>();
    long index = log.appliedIndex + 1;
    for (; index <= last; index++) {
      try {
        batch.add(journal.readEntry(log.positions.get(index)));
      } catch (DamagedRecordException e) {
        break;
      }
      if (batch.size() == MAX_BATCH) {
        metadata.apply(batch);
        batch.clear();
      }
    }
    metadata.apply(batch);
    long lost = Math.max(last, log.beyond);
    if (index <= lost) {
      doubts.add(
          "entry "
              + index
              + " of the log is damaged; what it and those after it did, up to entry "
              + lost
              + ", is not in the tree");
    }
  }

  /** What the tree may lack, a line each; empty if nothing points to that. */
  public List<String> doubts() {
    return List.copyOf(doubts);
  }

  /** Index of the last entry applied. */
  public long appliedIndex() {
    return metadata.appliedIndex();
  }

  /**
   * Answers a question about the tree.
   *
   * @throws IOException if the metadata can not be read there
   */
  public Answer ask(Query query) throws IOException {
    try {
      return metadata.ask(query);
    } catch (IllegalStateException | IllegalArgumentException | TableException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Reads part of a chunk.
   *
   * @return null if this disk does not have it
   * @throws IOException if it is damaged or can not be read
   */
  public @Nullable ByteBuffer read(ChunkRef chunk, int offset, int lengthBytes) throws IOException {
    String known = damaged.get(chunk.id());
    if (known != null) {
      throw new IOException(known);
    }
    try {
      return chunks.read(chunk, offset, lengthBytes);
    } catch (DamagedRecordException e) {
      damaged.put(chunk.id(), String.valueOf(e.getMessage()));
      throw e;
    } catch (TableException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      journal.close();
    } finally {
      metadataTables.close();
      indexTables.close();
      disk.close();
    }
  }
}

package io.quorate.store.journal;

import io.quorate.store.journal.QueuedRecord.QueuedChunk;
import io.quorate.store.journal.QueuedRecord.QueuedEntry;
import io.quorate.store.journal.QueuedRecord.QueuedHardState;
import io.quorate.store.journal.QueuedRecord.QueuedInstall;
import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import io.quorate.store.world.Disk;
import io.quorate.store.world.NoSpaceException;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The journal of one peer: chunks, log entries, term and vote, in one sequence on disk.
 *
 * <p>Appending only queues: the record has its final position and can be read at once, from memory.
 * One thread writes what is queued, many records in one write, and then, if anyone waits for it,
 * makes it durable with one fdatasync and answers all who waited. While it does so the next batch
 * gathers, so that the more callers there are, the more share each fdatasync (group commit).
 *
 * <p>A failed write or fdatasync is final: what the kernel kept of it can not be known. The journal
 * stops, {@link JournalOptions#onFailure} is told, nobody who waits is answered, and every append
 * throws {@link JournalFailedException}. Reads go on.
 *
 * <p>Safe for use by any number of threads. {@link RecordFormat} draws the bytes.
 */
public final class Journal implements AutoCloseable {
  private static final long MEASURE_INTERVAL_NANOS = 500_000_000L;
  private static final long MEASURE_EVERY_BYTES = 16L << 20;

  private final World world;
  private final Disk disk;
  private final JournalOptions options;
  private final SegmentFiles files;
  private final HardStateFile hardStates;
  private final Recovery recovery;
  private final JournalWriter writer;
  private final JournalReader reader;
  private final SegmentLinks links;
  private final Segments segments;

  /** What is queued or being written, by position, for readers. */
  private final ConcurrentHashMap<Position, QueuedRecord> unwritten = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  // All below is guarded by the lock.
  private final SpacePlan plan;
  private final ArrayDeque<QueuedRecord> queue = new ArrayDeque<>();
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private long appendedRecords;
  private long takenRecords;
  private boolean closing;
  private boolean allocationBlocked;
  private boolean measureWanted;
  private long measuredAtNanos;
  private HardState hardState;
  private @Nullable Throwable failure;
  private World.@Nullable Task task;

  private volatile long queuedBytes;

  /** Bytes written when free space was last measured; used by the writer's thread only. */
  private long measuredAtBytes;

  /** To be called once the first {@code records} records are durable. */
  private record Waiter(long records, Runnable callback) {}

  /** What the writer does next. */
  private record Turn(
      List<QueuedRecord> records,
      List<Runnable> callbacks,
      boolean measure,
      long allocate,
      boolean last) {}

  private Journal(World world, Disk disk, JournalOptions options, JournalRecovery.Result recovered)
      throws IOException {
    this.world = world;
    this.disk = disk;
    this.options = options;
    files = recovered.files();
    hardStates = recovered.hardStates();
    recovery = recovered.recovery();
    hardState = recovery.hardState();
    reader = new JournalReader(files);
    writer = new JournalWriter(options, recovered, disk.bootId(), world::randomLong, this::written);
    links = recovered.links();
    segments = new Segments(files, links, reader, writer, recovered.logStart());
    plan = new SpacePlan(options.segmentBytes(), recovered.active());
    plan.diskUsable(disk.usableBytes());
    measuredAtNanos = world.nanoTime();
  }

  /**
   * Recovers what is in the directory, tells {@code replay} about it in order, and starts the
   * writer. Everything that was told is durable on return, and nothing else of the past will ever
   * be read.
   *
   * @throws JournalDamagedException if the directory belongs to another cluster, was written by a
   *     newer format, or lacks parts that can not be attributed; it is left as it is
   * @throws NoSpaceException if there is no room for a new segment
   */
  public static Journal open(World world, Disk disk, JournalOptions options, Replay replay)
      throws IOException {
    JournalRecovery.Result recovered = JournalRecovery.run(world, disk, options, replay);
    Journal journal;
    try {
      journal = new Journal(world, disk, options, recovered);
    } catch (IOException | RuntimeException e) {
      recovered.files().closeAll();
      recovered.links().close();
      recovered.hardStates().close();
      throw e;
    }
    journal.start();
    return journal;
  }

  private void start() {
    World.Task started = world.spawn("journal", this::run);
    lock.lock();
    try {
      task = started;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues a chunk. {@code content} (position to limit) is not copied and must not change, until
   * the record is durable at least; its CRC is taken from {@code chunk} and not computed again.
   *
   * @throws NoSpaceException if it does not fit; nothing has changed
   * @throws JournalFailedException if the journal has stopped
   */
  public Position appendChunk(ChunkRef chunk, ByteBuffer content) throws NoSpaceException {
    if (content.remaining() != chunk.lengthBytes()) {
      throw new IllegalArgumentException(
          "chunk " + chunk + " comes with " + content.remaining() + " bytes");
    }
    ByteBuffer shared = content.duplicate();
    lock.lock();
    try {
      requireRunning();
      Position position = plan.place(RecordType.CHUNK, chunk.lengthBytes());
      enqueue(new QueuedChunk(position, chunk, shared));
      return position;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues a log entry; it supersedes every earlier one at or above its index.
   *
   * @throws NoSpaceException if it does not fit; nothing has changed
   * @throws JournalFailedException if the journal has stopped
   */
  public Position appendEntry(Entry entry) throws NoSpaceException {
    long payloadBytes = EntryCodec.encodedBytes(entry);
    lock.lock();
    try {
      requireRunning();
      Position position = plan.place(RecordType.ENTRY, payloadBytes);
      enqueue(new QueuedEntry(position, entry));
      return position;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues the word that the state after the entry (index, term) was taken from another peer and is
   * durable: once the record is too, the log begins after that entry, and no earlier record of an
   * entry counts.
   *
   * @throws NoSpaceException if it does not fit; nothing has changed
   * @throws JournalFailedException if the journal has stopped
   */
  public void appendInstall(long index, long term) throws NoSpaceException {
    lock.lock();
    try {
      requireRunning();
      Position position = plan.place(RecordType.INSTALL, 0);
      enqueue(new QueuedInstall(position, index, term));
      writer.setLogStart(SegmentHeader.LogStart.at(index, term, position));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues term and vote. They become durable in two places; on a disk so full that not even the
   * reserve is left, in the second one only. So it never fails for want of space.
   *
   * @throws JournalFailedException if the journal has stopped
   */
  public void appendHardState(HardState state) {
    lock.lock();
    try {
      requireRunning();
      hardState = state;
      @Nullable Position position;
      try {
        position = plan.place(RecordType.HARD_STATE, 0);
      } catch (NoSpaceException e) {
        position = null;
      }
      enqueue(new QueuedHardState(position, state));
    } finally {
      lock.unlock();
    }
  }

  /** Sets the committed membership, which the header of each later segment repeats. */
  public void setMembership(byte[] encoded) {
    writer.setMembership(encoded.clone());
  }

  /**
   * Drops the log up to the entry (index, term), which must be applied in metadata that is flushed,
   * and on this peer for good: from the next segment on, replay begins after it. Nothing is written
   * for it, so a crash may bring back what was dropped last.
   *
   * @param next where the entry after it lies; null if there is none yet
   */
  public void dropLog(long index, long term, @Nullable Position next) {
    lock.lock();
    try {
      Position place = next == null ? plan.next() : next;
      SegmentHeader.LogStart start = SegmentHeader.LogStart.at(index, term, place);
      writer.setLogStart(start);
      segments.logBegins(start);
    } finally {
      lock.unlock();
    }
  }

  /**
   * This peer must not vote from now on, nor after a restart: the hard-state file says so, which
   * has its room on a full disk too, and a new segment if there is room for one. Made durable at
   * once.
   *
   * @throws JournalFailedException if the journal has stopped
   */
  public void suspect(Recovery.Suspicion reason) {
    writer.suspect(reason);
    lock.lock();
    try {
      plan.leaveSegment();
      appendHardState(hardState);
      whenDurable(() -> {});
    } finally {
      lock.unlock();
    }
  }

  /**
   * Asks for everything appended so far to be made durable. {@code callback} runs on the journal's
   * thread once it is, in the order of the calls; it must be short and must not throw or block. It
   * never runs if the journal stops before.
   *
   * @throws JournalFailedException if the journal has stopped
   */
  public void whenDurable(Runnable callback) {
    lock.lock();
    try {
      requireRunning();
      waiters.add(new Waiter(appendedRecords, callback));
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The content of a chunk. The buffer must not be changed: it may be the one that was appended.
   *
   * @throws DamagedRecordException if it is not what was written; another peer has it
   */
  public ByteBuffer readChunk(ChunkRef chunk, Position position) throws IOException {
    return unwritten.get(position) instanceof QueuedChunk queued && queued.chunk().equals(chunk)
        ? queued.content().asReadOnlyBuffer()
        : reader.chunk(chunk, position);
  }

  /**
   * Part of a chunk, checked. Its checksum covers all of it, so all of it is read, unless parts of
   * it were read recently: then blocks of 16 KiB have checksums of their own, in memory.
   *
   * @throws IndexOutOfBoundsException if the range is not inside the chunk
   * @throws DamagedRecordException as {@link #readChunk(ChunkRef, Position)}
   */
  public ByteBuffer readChunk(ChunkRef chunk, Position position, int offset, int length)
      throws IOException {
    java.util.Objects.checkFromIndexSize(offset, length, chunk.lengthBytes());
    if (unwritten.get(position) instanceof QueuedChunk queued && queued.chunk().equals(chunk)) {
      ByteBuffer content = queued.content();
      return content.slice(content.position() + offset, length).asReadOnlyBuffer();
    }
    return reader.chunkRange(chunk, position, offset, length);
  }

  /**
   * A log entry.
   *
   * @throws DamagedRecordException if it is not what was written
   */
  public Entry readEntry(Position position) throws IOException {
    return unwritten.get(position) instanceof QueuedEntry queued
        ? queued.entry()
        : reader.entry(position);
  }

  /** Bytes appended and not yet written. They are held in memory: slow down when it grows. */
  public long queuedBytes() {
    return queuedBytes;
  }

  /**
   * Bytes of content that still fit: in the segments that are allocated, and in those that the disk
   * has room for as of half a second ago or less if this is called often. Cheap.
   */
  public long usableBytes() {
    long now = world.nanoTime();
    lock.lock();
    try {
      if (now - measuredAtNanos >= MEASURE_INTERVAL_NANOS && !measureWanted) {
        measureWanted = true;
        work.signal();
      }
      return plan.usableBytes();
    } finally {
      lock.unlock();
    }
  }

  /** Where the next record goes. */
  public Position next() {
    lock.lock();
    try {
      return plan.next();
    } finally {
      lock.unlock();
    }
  }

  /** Whether recovery found that this peer must not vote; see {@link Recovery}. */
  public boolean suspect() {
    return recovery.suspect();
  }

  /** The files that the journal lies in. */
  public Segments segments() {
    return segments;
  }

  /** What recovery found. */
  public Recovery recovered() {
    return recovery;
  }

  /** Bytes of records written since the journal was opened. */
  public long bytesWritten() {
    return writer.bytesWritten();
  }

  /** Syncs (fdatasync) done since the journal was opened. */
  public long syncs() {
    return writer.syncs();
  }

  /** Writes done since the journal was opened; each carries as many records as were queued. */
  public long writes() {
    return writer.writes();
  }

  /**
   * Writes and syncs what is queued, answers those who wait, and ends the writer. Not to be called
   * from a callback of {@link #whenDurable}.
   */
  @Override
  public void close() throws IOException {
    World.Task running;
    lock.lock();
    try {
      if (closing && task == null) {
        return;
      }
      closing = true;
      running = task;
      task = null;
      work.signal();
    } finally {
      lock.unlock();
    }
    joinUninterruptibly(running);
    files.closeAll();
    links.close();
    hardStates.close();
  }

  private static void joinUninterruptibly(World.@Nullable Task task) {
    boolean interrupted = false;
    while (task != null) {
      try {
        task.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void requireRunning() {
    if (failure != null) {
      throw new JournalFailedException(
          "the journal in " + disk.directory() + " has failed: " + failure.getMessage(), failure);
    }
    if (closing) {
      throw new JournalFailedException("the journal in " + disk.directory() + " is closed", null);
    }
  }

  private void enqueue(QueuedRecord record) {
    Position position = record.position();
    if (position != null) {
      unwritten.put(position, record);
    }
    queuedBytes += weight(record);
    queue.add(record);
    appendedRecords++;
    work.signal();
  }

  private static long weight(QueuedRecord record) {
    Position position = record.position();
    return RecordFormat.HEADER_BYTES + (position == null ? 0 : position.lengthBytes());
  }

  /** A record is on its way through the kernel: from now on it is read from the file. */
  private void written(QueuedRecord record) {
    Position position = record.position();
    if (position != null) {
      unwritten.remove(position);
    }
  }

  private void run() {
    try {
      while (turn()) {}
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
  }

  private boolean turn() throws IOException {
    Turn turn = awaitTurn();
    if (!turn.records.isEmpty()) {
      writer.write(turn.records);
      long weight = turn.records.stream().mapToLong(Journal::weight).sum();
      lock.lock();
      try {
        queuedBytes -= weight;
      } finally {
        lock.unlock();
      }
    }
    if (!turn.callbacks.isEmpty()) {
      writer.makeDurable();
      turn.callbacks.forEach(Runnable::run);
    }
    if (turn.allocate > 0) {
      allocate(turn.allocate);
    }
    if (turn.measure || writer.bytesWritten() - measuredAtBytes >= MEASURE_EVERY_BYTES) {
      measure();
    }
    if (turn.last) {
      writer.finish();
    }
    return !turn.last;
  }

  private Turn awaitTurn() {
    lock.lock();
    try {
      while (queue.isEmpty()
          && waiters.isEmpty()
          && !closing
          && !measureWanted
          && !(plan.wantsSegment() && !allocationBlocked)) {
        work.awaitUninterruptibly();
      }
      List<QueuedRecord> records = new ArrayList<>();
      long bytes = 0;
      while (!queue.isEmpty() && bytes < options.maxBatchBytes()) {
        QueuedRecord record = queue.remove();
        bytes += weight(record);
        records.add(record);
      }
      takenRecords += records.size();
      List<Runnable> callbacks = new ArrayList<>();
      while (!waiters.isEmpty() && waiters.element().records <= takenRecords) {
        callbacks.add(waiters.remove().callback);
      }
      boolean allocate = plan.wantsSegment() && !allocationBlocked && !closing;
      boolean measure = measureWanted;
      measureWanted = false;
      boolean last = closing && queue.isEmpty() && waiters.isEmpty();
      return new Turn(
          records, callbacks, measure, allocate ? plan.allocatedThrough() + 1 : 0, last);
    } finally {
      lock.unlock();
    }
  }

  /** Allocates the segment after those that are there, ahead of need. */
  private void allocate(long number) throws IOException {
    boolean done = true;
    try {
      writer.allocate(number);
    } catch (NoSpaceException e) {
      done = false;
    }
    long usable = disk.usableBytes();
    lock.lock();
    try {
      if (done) {
        plan.allocated(number);
      }
      allocationBlocked = !done;
      plan.diskUsable(usable);
    } finally {
      lock.unlock();
    }
  }

  private void measure() throws IOException {
    long usable = disk.usableBytes();
    long now = world.nanoTime();
    measuredAtBytes = writer.bytesWritten();
    lock.lock();
    try {
      plan.diskUsable(usable);
      measuredAtNanos = now;
      if (usable >= options.segmentBytes()) {
        allocationBlocked = false;
      }
    } finally {
      lock.unlock();
    }
  }

  private void fail(Throwable cause) {
    lock.lock();
    try {
      failure = cause;
      waiters.clear();
      queue.clear();
    } finally {
      lock.unlock();
    }
    options.onFailure().accept(cause);
  }
}

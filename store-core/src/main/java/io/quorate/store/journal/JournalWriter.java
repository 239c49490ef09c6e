package io.quorate.store.journal;

import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts records onto the disk in the places that {@link SpacePlan} gave them. Used by one thread.
 *
 * <p>What makes recovery's judgement possible is kept up here: each write carries how far the
 * journal was durable before it; a segment is sealed and synced before its successor gets a header;
 * the header is synced before any record follows it.
 */
final class JournalWriter {
  private static final long MAX_WRITE_BYTES = 4 << 20;

  private final JournalOptions options;
  private final SegmentFiles files;
  private final HardStateFile hardStates;
  private final long bootId;
  private final LongSupplier randomLong;
  private final Consumer<QueuedRecord> onWritten;
  private final RecordBatch gathered;
  private final List<QueuedRecord> gatheredRecords = new ArrayList<>();

  private SegmentWriter active;

  /** Number of the active segment, once its header is durable. */
  private volatile long activeNumber;

  private SegmentHeader header;
  private Position durable;
  private HardState lastHardState;
  private @Nullable HardState unsyncedHardState;
  private volatile byte[] membership;
  private volatile SegmentHeader.LogStart logStart;
  private volatile Recovery.Suspicion suspicion;
  private boolean unsynced;
  private long batch;
  private volatile long bytesWritten;
  private volatile long syncs;
  private volatile long writes;

  JournalWriter(
      JournalOptions options,
      JournalRecovery.Result recovered,
      long bootId,
      LongSupplier randomLong,
      Consumer<QueuedRecord> onWritten) {
    this.options = options;
    this.files = recovered.files();
    this.hardStates = recovered.hardStates();
    this.bootId = bootId;
    this.gathered = new RecordBatch(options.segmentBytes());
    this.randomLong = randomLong;
    this.onWritten = onWritten;
    this.active = recovered.active();
    this.activeNumber = active.segment().number();
    this.header = recovered.header();
    this.logStart = recovered.logStart();
    this.membership = recovered.recovery().membership();
    this.suspicion = recovered.header().suspicion();
    this.lastHardState = recovered.recovery().hardState();
    this.durable = new Position(active.segment().number(), active.offset(), 0);
  }

  long bytesWritten() {
    return bytesWritten;
  }

  long syncs() {
    return syncs;
  }

  long writes() {
    return writes;
  }

  long activeNumber() {
    return activeNumber;
  }

  void setMembership(byte[] encoded) {
    if (encoded.length > SegmentHeader.MAX_MEMBERSHIP_BYTES) {
      throw new IllegalArgumentException(
          "membership takes "
              + encoded.length
              + " bytes; at most "
              + SegmentHeader.MAX_MEMBERSHIP_BYTES
              + " are allowed");
    }
    membership = encoded;
  }

  void setLogStart(SegmentHeader.LogStart start) {
    logStart = start;
  }

  /** The next state written, and headers from the next segment on, say why it must not vote. */
  void suspect(Recovery.Suspicion reason) {
    suspicion = reason;
  }

  /** Makes sure that the segment exists; it stays without header until it is needed. */
  void allocate(long number) throws IOException {
    if (files.get(number) == null) {
      files.create(number, options.segmentBytes());
    }
  }

  /** Writes all of them, in as few writes as it takes. */
  void write(List<QueuedRecord> records) throws IOException {
    batch++;
    for (QueuedRecord record : records) {
      Position position = record.position();
      if (position != null && position.segment() != active.segment().number()) {
        roll(position.segment());
      }
      switch (record) {
        case QueuedRecord.QueuedChunk chunk -> add(chunk);
        case QueuedRecord.QueuedEntry entry -> add(entry);
        case QueuedRecord.QueuedInstall install -> add(install);
        case QueuedRecord.QueuedHardState hardState -> add(hardState);
      }
      gatheredRecords.add(record);
      if (gathered.bytes() >= MAX_WRITE_BYTES) {
        flush();
      }
    }
    flush();
  }

  private void add(QueuedRecord.QueuedChunk record) throws IOException {
    makeRoom(RecordFormat.HEADER_BYTES);
    long contentOffset = active.offset() + (long) RecordFormat.HEADER_BYTES;
    RecordHeader recordHeader =
        active.add(
            RecordType.CHUNK,
            RecordFormat.zeroRegions(record.content(), contentOffset),
            record.chunk().lengthBytes(),
            record.chunk().crc32c(),
            batch,
            record.chunk().id().session(),
            record.chunk().id().number(),
            durable);
    gathered.add(checkPlace(recordHeader, record.position()), record.content());
  }

  private void add(QueuedRecord.QueuedEntry record) throws IOException {
    Entry entry = record.entry();
    int payloadBytes = record.position().lengthBytes();
    boolean staged = gathered.isStaged(payloadBytes);
    makeRoom(RecordFormat.HEADER_BYTES + (staged ? payloadBytes : 0));
    ByteBuffer payload;
    if (staged) {
      payload = gathered.stageEntry(entry);
    } else {
      payload = ByteBuffer.allocate(payloadBytes);
      EntryCodec.encode(entry, payload);
      payload.flip();
    }
    long payloadOffset = active.offset() + (long) RecordFormat.HEADER_BYTES;
    RecordHeader recordHeader =
        active.add(
            RecordType.ENTRY,
            RecordFormat.zeroRegions(payload, payloadOffset),
            payloadBytes,
            RecordFormat.crc32c(payload),
            batch,
            entry.index(),
            entry.term(),
            durable);
    checkPlace(recordHeader, record.position());
    if (staged) {
      gathered.addStaged(recordHeader);
    } else {
      gathered.add(recordHeader, payload);
    }
  }

  private void add(QueuedRecord.QueuedInstall record) throws IOException {
    makeRoom(RecordFormat.HEADER_BYTES);
    RecordHeader recordHeader =
        active.add(RecordType.INSTALL, 0, 0, 0, batch, record.index(), record.term(), durable);
    gathered.add(checkPlace(recordHeader, record.position()), ByteBuffer.allocate(0));
  }

  private void add(QueuedRecord.QueuedHardState record) throws IOException {
    HardState state = record.state();
    lastHardState = state;
    unsyncedHardState = state;
    Position position = record.position();
    if (position != null) {
      makeRoom(RecordFormat.HEADER_BYTES);
      RecordHeader recordHeader =
          active.add(
              RecordType.HARD_STATE, 0, 0, 0, batch, state.term(), state.votedFor(), durable);
      gathered.add(checkPlace(recordHeader, position), ByteBuffer.allocate(0));
    }
  }

  private static RecordHeader checkPlace(RecordHeader header, Position planned) {
    if (!header.position().equals(planned)) {
      throw new AssertionError("record planned for " + planned + " went to " + header.position());
    }
    return header;
  }

  private void makeRoom(int stagedBytes) throws IOException {
    if (gathered.isFull(stagedBytes)) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (!gathered.isEmpty()) {
      long bytes = gathered.bytes();
      gathered.write(active.segment());
      unsynced = true;
      bytesWritten += bytes;
      writes++;
    }
    gatheredRecords.forEach(onWritten);
    gatheredRecords.clear();
  }

  /** Makes all that was written durable, as {@link Durability} understands it. */
  void makeDurable() throws IOException {
    if (unsynced && options.durability() == Durability.FSYNC) {
      sync();
    }
    HardState state = unsyncedHardState;
    if (state != null) {
      hardStates.write(state, suspicion);
      syncs++;
      unsyncedHardState = null;
    }
  }

  private void sync() throws IOException {
    active.segment().file().sync();
    syncs++;
    unsynced = false;
    durable = new Position(active.segment().number(), active.offset(), 0);
  }

  private void roll(long number) throws IOException {
    flush();
    if (unsynced) {
      sync();
    }
    active.seal(header, batch, durable);
    Segment old = active.segment();
    int oldEnd = active.offset();
    allocate(number);
    Segment next = files.get(number);
    if (next == null) {
      throw new AssertionError("segment " + number + " was just allocated");
    }
    next.setGeneration(randomLong.getAsLong());
    active = new SegmentWriter(next);
    header =
        new SegmentHeader(
            options.clusterId(),
            number,
            next.generation(),
            old.number(),
            oldEnd,
            options.durability() == Durability.MEMORY,
            bootId,
            lastHardState,
            suspicion,
            logStart.before(number),
            SegmentHeader.RECORDS_START,
            membership);
    active.begin(header);
    activeNumber = number;
    syncs += 2;
    durable = new Position(number, active.offset(), 0);
  }

  /** Makes everything durable and says so in a last record, if there is room for it. */
  void finish() throws IOException {
    flush();
    if (unsynced) {
      sync();
    }
    makeDurable();
    if (SegmentWriter.fits(active.segment().sizeBytes(), active.offset(), active.records(), 0)) {
      gathered.add(
          active.add(RecordType.CLEAN, 0, 0, 0, ++batch, 0, 0, durable), ByteBuffer.allocate(0));
      flush();
      sync();
    }
  }
}

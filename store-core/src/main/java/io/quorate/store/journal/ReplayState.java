package io.quorate.store.journal;

import io.quorate.store.journal.Recovery.DamagedChunk;
import io.quorate.store.journal.Recovery.DamagedEntry;
import io.quorate.store.journal.Recovery.Suspicion;
import io.quorate.store.log.Entry;
import io.quorate.store.log.HardState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells a {@link Replay} what recovery reads, and keeps the account of it. */
final class ReplayState {
  private final Replay replay;
  private SegmentHeader.LogStart logStart;
  private final List<DamagedChunk> damagedChunks = new ArrayList<>();
  private final List<DamagedEntry> damagedEntries = new ArrayList<>();
  private HardState hardState = HardState.INITIAL;
  private Suspicion suspicion = Suspicion.NONE;
  private String detail = "";
  private long chunks;
  private long entries;
  private int damagedFooters;

  ReplayState(Replay replay, SegmentHeader.LogStart logStart) {
    this.replay = replay;
    this.logStart = logStart;
    replay.logStart(logStart.index(), logStart.term());
  }

  SegmentHeader.LogStart logStart() {
    return logStart;
  }

  /** Whether nothing in a segment is needed: neither its entries nor the places of its chunks. */
  boolean isPast(long segment) {
    return segment < logStart.segment() && segment < replay.chunksKnownUpTo().segment();
  }

  /** Whether a record tells nothing, as it is an entry from before the log's start. */
  boolean ignores(RecordHeader header) {
    return header.type() == RecordType.ENTRY && logStart.ignores(header.position());
  }

  /** Whether nothing of a record is needed where the journal goes on. */
  boolean isOver(RecordHeader header) {
    return (header.type() == RecordType.ENTRY || header.type() == RecordType.INSTALL)
        && logStart.ignores(header.position());
  }

  HardState hardState() {
    return hardState;
  }

  Suspicion suspicion() {
    return suspicion;
  }

  /** Takes note of a state; the newer counts, wherever it was found. */
  void hardState(HardState state) {
    hardState = HardStateFile.newer(hardState, state);
  }

  /** The first reason is kept: it is the one that the operator must look into. */
  void suspect(Suspicion reason, String why) {
    if (suspicion == Suspicion.NONE) {
      suspicion = reason;
      detail = why;
    }
  }

  /** Something worth a line that costs nothing. */
  void note(String line) {
    if (detail.isEmpty()) {
      detail = line;
    }
  }

  void damagedFooter() {
    damagedFooters++;
  }

  /** A record that is as it was written. */
  void valid(SegmentScan scan, RecordHeader header) throws IOException {
    if (ignores(header)) {
      return;
    }
    Position position = header.position();
    switch (header.type()) {
      case CHUNK -> {
        chunks++;
        replay.chunk(header.chunkRef(), position);
      }
      case ENTRY -> entry(scan, header, position);
      case HARD_STATE -> {
        hardState(header.hardState());
        replay.hardState(header.hardState());
      }
      case INSTALL -> install(header);
      case CLEAN, FOOTER -> {}
    }
  }

  private void install(RecordHeader header) {
    Position position = header.position();
    if (!logStart.ignores(position)) {
      logStart = SegmentHeader.LogStart.at(header.subjectA(), header.subjectB(), position);
      damagedEntries.clear();
      replay.install(header.subjectA(), header.subjectB());
    }
  }

  private void entry(SegmentScan scan, RecordHeader header, Position position) throws IOException {
    ByteBuffer payload = scan.payload(header);
    Entry entry;
    try {
      entry = EntryCodec.decode(header.subjectA(), header.subjectB(), payload);
    } catch (IllegalArgumentException e) {
      damaged(header);
      return;
    }
    entries++;
    damagedEntries.removeIf(damaged -> damaged.index() >= entry.index());
    replay.entry(entry, position);
  }

  /** A record that is known by its header or footer and whose bytes are bad. */
  void damaged(RecordHeader header) {
    if (ignores(header)) {
      return;
    }
    Position position = header.position();
    switch (header.type()) {
      case CHUNK -> {
        damagedChunks.add(new DamagedChunk(header.chunkId(), position));
        replay.damagedChunk(header.chunkId(), position);
      }
      case ENTRY -> {
        long index = header.subjectA();
        damagedEntries.removeIf(damaged -> damaged.index() >= index);
        damagedEntries.add(new DamagedEntry(index, header.subjectB(), position));
        replay.damagedEntry(index, header.subjectB(), position);
      }
      case HARD_STATE -> {
        // All of it is in the header, and so in the footer that told of it.
        hardState(header.hardState());
        replay.hardState(header.hardState());
      }
      case INSTALL -> install(header); // the same goes for it
      case CLEAN, FOOTER -> {}
    }
  }

  /**
   * Durable bytes that are no record any more; the footer, if there is one, says what they were.
   */
  void damagedGap(Segment segment, SegmentScan.Gap gap, @Nullable SegmentFooter footer) {
    if (footer == null) {
      suspect(
          Suspicion.UNKNOWN_RECORD,
          segment.fileName()
              + " is damaged from offset "
              + gap.offsetBytes()
              + " to "
              + gap.endBytes()
              + "; which records were there is not known");
      replay.lostRecords();
      return;
    }
    for (int i = 0; i < footer.count(); i++) {
      RecordHeader record = footer.record(i);
      if (record != null
          && record.offsetBytes() >= gap.offsetBytes()
          && record.offsetBytes() < gap.endBytes()) {
        damaged(record);
      }
    }
  }

  Recovery result(
      @Nullable Position cut, byte[] membership, long copiedBytes, boolean droppedTail) {
    replay.hardState(hardState);
    return new Recovery(
        suspicion,
        detail,
        cut,
        hardState,
        membership,
        chunks,
        entries,
        copiedBytes,
        droppedTail,
        List.copyOf(damagedChunks),
        List.copyOf(damagedEntries),
        damagedFooters);
  }
}

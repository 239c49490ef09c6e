package io.quorate.store.journal;

import io.quorate.store.journal.SegmentHeader.LogStart;
import io.quorate.store.log.ChunkId;
import io.quorate.store.log.ChunkRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The journal's segments as files that take space: which there are, what chunks lie in one, and how
 * to give one back. Which may go, its user decides; only that no log entry is lost is seen to here.
 *
 * <p>Except for {@link #drop}, which one thread calls, it is safe for any thread.
 */
public final class Segments {
  /** Bytes of a segment that hold no record, however full it is: headers and footer. */
  public static final long FIXED_BYTES = SegmentHeader.RECORDS_START + SegmentFooter.bytes(0);

  /**
   * Bytes that a chunk takes beside its content: its record's header, and its line in the footer.
   */
  public static final long CHUNK_BYTES =
      (long) RecordFormat.HEADER_BYTES + SegmentFooter.ITEM_BYTES;

  private final SegmentFiles files;
  private final SegmentLinks links;
  private final JournalReader reader;
  private final JournalWriter writer;

  /** Where the log begins, as of metadata that is flushed. */
  private volatile LogStart logStart;

  /**
   * A segment.
   *
   * @param diskBytes what its file takes
   */
  public record Info(long number, long diskBytes) {}

  /** A chunk's record, and where it lies. */
  public record Place(ChunkId id, Position position) {}

  /** A chunk as its record has it, checked. */
  public record Content(ChunkRef chunk, ByteBuffer bytes) {}

  Segments(
      SegmentFiles files,
      SegmentLinks links,
      JournalReader reader,
      JournalWriter writer,
      LogStart logStart) {
    this.files = files;
    this.links = links;
    this.reader = reader;
    this.writer = writer;
    this.logStart = logStart;
  }

  /** The log begins here from now on. */
  void logBegins(LogStart start) {
    logStart = start;
  }

  /** All that there are, those allocated ahead too, oldest first. */
  public List<Info> all() {
    return files.all().stream()
        .map(segment -> new Info(segment.number(), segment.diskBytes()))
        .toList();
  }

  /** Segments before this one hold no entry of the log, and nothing is written to them. */
  public long freeOfLogBelow() {
    return Math.min(writer.activeNumber(), logStart.segment());
  }

  /** Number of the segment that is written now. */
  public long active() {
    return writer.activeNumber();
  }

  /**
   * The chunks whose records lie in a sealed segment, in their order; no content is read.
   *
   * @return null if that can not be told, since records and footer are damaged
   */
  public @Nullable List<Place> chunks(long number) throws IOException {
    Segment segment = files.get(number);
    if (segment == null || !segment.acquire()) {
      return List.of();
    }
    try {
      return chunks(segment);
    } finally {
      segment.release();
    }
  }

  private static @Nullable List<Place> chunks(Segment segment) throws IOException {
    SegmentScan scan = new SegmentScan(segment);
    RecordHeader trailer = scan.trailer();
    SegmentFooter footer = trailer == null ? null : scan.footer(trailer);
    List<Place> places = new ArrayList<>();
    if (footer != null) {
      for (int i = 0; i < footer.count(); i++) {
        RecordHeader header = footer.record(i);
        if (header != null && header.offsetBytes() < segment.end()) {
          add(header, places);
        }
      }
      return places;
    }
    for (SegmentScan.Found found : scan.walk(SegmentHeader.RECORDS_START, segment.end(), false)) {
      switch (found) {
        case SegmentScan.Valid valid -> add(valid.header(), places);
        case SegmentScan.BadPayload bad -> add(bad.header(), places);
        case SegmentScan.Gap gap -> {
          return null;
        }
      }
    }
    return places;
  }

  private static void add(RecordHeader header, List<Place> places) {
    if (header.type() == RecordType.CHUNK) {
      places.add(new Place(header.chunkId(), header.position()));
    }
  }

  /**
   * Reads a chunk whose length and checksum only its record knows.
   *
   * @throws DamagedRecordException if it is not what was written, or another chunk's
   */
  public Content read(Place place) throws IOException {
    return reader.chunk(place);
  }

  /**
   * Gives segments back, of which nobody may need anything any more: that the log and the chain of
   * segments go on without them is made durable first. Those who read one at this moment go on.
   *
   * @throws IllegalArgumentException if one may hold an entry of the log
   */
  public void drop(Collection<Long> numbers) throws IOException {
    requireFreeOfLog(numbers);
    LogStart start = logStart;
    long active = writer.activeNumber();
    Set<Long> gone = new HashSet<>(numbers);
    links.write(start.asOf(active), linksWithout(gone, active));
    for (long number : gone) {
      Segment segment = files.get(number);
      if (segment != null) {
        files.retire(segment);
      }
    }
    files.syncDirectory();
  }

  private void requireFreeOfLog(Collection<Long> numbers) {
    for (long number : numbers) {
      if (number >= freeOfLogBelow()) {
        throw new IllegalArgumentException(
            "segment " + number + " is in use: the log begins at " + logStart);
      }
    }
  }

  /** Where the chain goes on past what is gone by now, and past {@code gone} too. */
  private SortedMap<Long, SegmentLinks.Link> linksWithout(Set<Long> gone, long active) {
    SortedMap<Long, SegmentLinks.Link> result = new TreeMap<>();
    long before = 0;
    int beforeEnd = 0;
    for (Segment segment : files.all()) {
      if (gone.contains(segment.number()) || segment.number() > active) {
        continue;
      }
      if (segment.predecessor() != before) {
        result.put(segment.predecessor(), new SegmentLinks.Link(before, beforeEnd));
      }
      before = segment.number();
      beforeEnd = segment.end();
    }
    return result;
  }
}

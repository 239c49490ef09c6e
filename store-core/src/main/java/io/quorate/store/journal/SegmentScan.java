package io.quorate.store.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks the records of one segment file and says of every byte whether it is a valid record, a
 * record whose payload is bad, or nothing that can be read. What the findings mean (a torn tail,
 * damage) is not decided here.
 *
 * <p>After something unreadable the walk looks for the next header byte by byte. That is safe
 * because a header carries its own place and a random generation, so content never passes for one.
 */
final class SegmentScan {
  private static final int WINDOW_BYTES = 256 << 10;

  /** A stretch of the segment. */
  sealed interface Found {
    int offsetBytes();
  }

  /** A record that is as it was written. */
  record Valid(RecordHeader header) implements Found {
    @Override
    public int offsetBytes() {
      return header.offsetBytes();
    }
  }

  /**
   * A record whose header is good and whose payload is not.
   *
   * @param torn whether sectors of it are missing that were to be written
   */
  record BadPayload(RecordHeader header, boolean torn) implements Found {
    @Override
    public int offsetBytes() {
      return header.offsetBytes();
    }
  }

  /**
   * Bytes up to {@code endBytes} that are no record.
   *
   * @param torn whether the place of the header lacks what was to be written into one of its
   *     sectors
   * @param blank whether all of it is zeros
   */
  record Gap(int offsetBytes, int endBytes, boolean torn, boolean blank) implements Found {}

  private final Segment segment;
  private int windowBytes;
  private ByteBuffer window;
  private long windowStart;

  SegmentScan(Segment segment) {
    this(segment, ByteBuffer.allocate(0));
  }

  /** Takes over {@code memory}, if it is large enough. */
  private SegmentScan(Segment segment, ByteBuffer memory) {
    this.segment = segment;
    windowBytes = Math.max(RecordFormat.HEADER_BYTES, Math.min(WINDOW_BYTES, segment.sizeBytes()));
    window = memory.capacity() < windowBytes ? ByteBuffer.allocate(windowBytes) : memory;
    window.limit(0);
  }

  /**
   * A scan of another segment in the memory of this one, which must not be used any more: a journal
   * may have thousands of segments.
   */
  SegmentScan next(Segment next) {
    return new SegmentScan(next, window);
  }

  /**
   * Everything from {@code from} to {@code limit}, in order.
   *
   * @param checkChunks whether chunks' payloads are read and checked; those of entries always are
   */
  List<Found> walk(int from, int limit, boolean checkChunks) throws IOException {
    List<Found> found = new ArrayList<>();
    int at = from;
    while (at < limit) {
      RecordHeader header = headerAt(at, limit);
      if (header == null) {
        Gap gap = gapAt(at, limit);
        found.add(gap);
        at = gap.endBytes();
      } else {
        found.add(checkChunks || header.type() != RecordType.CHUNK ? check(header) : ok(header));
        at = (int) header.endOffset();
      }
    }
    return found;
  }

  /** The header at {@code at}, if there is one and its record ends by {@code limit}. */
  @Nullable RecordHeader headerAt(int at, int limit) throws IOException {
    if (limit - at < RecordFormat.HEADER_BYTES) {
      return null;
    }
    ByteBuffer view = view(at, RecordFormat.HEADER_BYTES);
    if (view.remaining() < RecordFormat.HEADER_BYTES) {
      return null;
    }
    RecordHeader header = segment.decode(view, view.position(), at);
    boolean fits =
        header != null && header.type() != RecordType.FOOTER && header.endOffset() <= limit;
    return fits ? header : null;
  }

  private static Found ok(RecordHeader header) {
    return new Valid(header);
  }

  /** Reads the payload and compares it with the header. */
  Found check(RecordHeader header) throws IOException {
    ByteBuffer payload = payload(header);
    if (payload.remaining() == header.payloadBytes()
        && RecordFormat.crc32c(payload) == header.payloadCrc32c()) {
      return new Valid(header);
    }
    int zeroRegions =
        RecordFormat.zeroRegions(payload, header.offsetBytes() + RecordFormat.HEADER_BYTES);
    boolean torn =
        payload.remaining() < header.payloadBytes() || zeroRegions > header.zeroRegions();
    return new BadPayload(header, torn);
  }

  /** The payload of a record, unchecked; valid until the next call. */
  ByteBuffer payload(RecordHeader header) throws IOException {
    return view(header.offsetBytes() + RecordFormat.HEADER_BYTES, header.payloadBytes());
  }

  /** The trailer of a sealed segment, if it is readable. */
  @Nullable RecordHeader trailer() throws IOException {
    int at = segment.sizeBytes() - RecordFormat.HEADER_BYTES;
    if (at < SegmentHeader.RECORDS_START) {
      return null;
    }
    ByteBuffer view = view(at, RecordFormat.HEADER_BYTES);
    if (view.remaining() < RecordFormat.HEADER_BYTES) {
      return null;
    }
    RecordHeader header = segment.decode(view, view.position(), at);
    boolean fits =
        header != null
            && header.type() == RecordType.FOOTER
            && header.payloadBytes() <= at - SegmentHeader.RECORDS_START;
    return fits ? header : null;
  }

  /** The footer that {@code trailer} ends, or null if it is bad. */
  @Nullable SegmentFooter footer(RecordHeader trailer) throws IOException {
    ByteBuffer payload =
        segment.read(trailer.offsetBytes() - trailer.payloadBytes(), trailer.payloadBytes());
    if (payload.remaining() != trailer.payloadBytes()
        || RecordFormat.crc32c(payload) != trailer.payloadCrc32c()) {
      return null;
    }
    return SegmentFooter.of(trailer, payload);
  }

  private Gap gapAt(int from, int limit) throws IOException {
    int headerEnd = Math.min(limit, from + RecordFormat.HEADER_BYTES);
    ByteBuffer head = view(from, headerEnd - from);
    boolean torn = RecordFormat.zeroRegions(head, from) > 0 || head.remaining() < headerEnd - from;
    boolean blank = true;
    ByteBuffer block = ByteBuffer.allocate(windowBytes);
    for (int start = from; start < limit; ) {
      block.clear().limit(Math.min(limit - start, windowBytes));
      int read = segment.file().read(start, block);
      block.flip();
      int at = 0;
      while ((at = nextNonZero(block, at)) < read) {
        blank = false;
        boolean found =
            start + at > from
                && (at + Integer.BYTES > read || block.getInt(at) == RecordFormat.MAGIC)
                && headerAt(start + at, limit) != null;
        if (found) {
          return new Gap(from, start + at, torn, false);
        }
        at++;
      }
      if (read < windowBytes) {
        break;
      }
      start += read;
    }
    return new Gap(from, limit, torn, blank);
  }

  private static int nextNonZero(ByteBuffer block, int from) {
    int at = from;
    while (at + Long.BYTES <= block.limit() && block.getLong(at) == 0) {
      at += Long.BYTES;
    }
    while (at < block.limit() && block.get(at) == 0) {
      at++;
    }
    return at;
  }

  /**
   * Bytes {@code offset} to {@code offset + length} of the file, fewer at its end. The buffer's
   * position is where they begin; it is valid until the next call.
   */
  private ByteBuffer view(long offset, int length) throws IOException {
    boolean inside = offset >= windowStart && offset + length <= windowStart + window.limit();
    if (!inside) {
      windowBytes = Math.max(windowBytes, length);
      if (window.capacity() < windowBytes) {
        window = ByteBuffer.allocate(windowBytes);
      }
      window.clear().limit(windowBytes);
      segment.file().read(offset, window);
      window.flip();
      windowStart = offset;
    }
    int from = (int) (offset - windowStart);
    return window.duplicate().limit(Math.min(window.limit(), from + length)).position(from);
  }
}

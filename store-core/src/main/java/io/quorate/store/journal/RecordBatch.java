package io.quorate.store.journal;

import io.quorate.store.log.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers records that lie next to each other into one write. Headers and small payloads are laid
 * out in a direct buffer that is used again and again; content is handed to the disk as it is.
 */
final class RecordBatch {
  private static final int MAX_STAGING_BYTES = 1 << 20;
  private static final int MAX_BUFFERS = 512;

  private final ByteBuffer staging;
  private final List<ByteBuffer> buffers = new ArrayList<>();
  private int stagedFrom;
  private long startOffset;
  private long bytes;

  RecordBatch(int segmentBytes) {
    staging = ByteBuffer.allocateDirect(Math.min(MAX_STAGING_BYTES, segmentBytes));
  }

  boolean isEmpty() {
    return bytes == 0;
  }

  long bytes() {
    return bytes;
  }

  /** Whether a record with that much to be laid out has to wait for {@link #write}. */
  boolean isFull(int stagedBytes) {
    return buffers.size() >= MAX_BUFFERS || staging.remaining() < stagedBytes;
  }

  /** Bytes that an entry takes in the staging buffer; a larger one gets a buffer of its own. */
  boolean isStaged(int payloadBytes) {
    return payloadBytes <= staging.capacity() / 4;
  }

  void add(RecordHeader header, ByteBuffer content) {
    begin(header);
    header.encode(staging);
    if (content.hasRemaining()) {
      closeStaged();
      buffers.add(content.duplicate());
    }
    bytes += RecordFormat.HEADER_BYTES + content.remaining();
  }

  /** Lays an entry out behind the place of its header; returns it for the CRC. */
  ByteBuffer stageEntry(Entry entry) {
    int from = staging.position() + RecordFormat.HEADER_BYTES;
    ByteBuffer payload = staging.duplicate().position(from);
    EntryCodec.encode(entry, payload);
    return payload.flip().position(from);
  }

  /** Adds the header of the entry that {@link #stageEntry} just laid out. */
  void addStaged(RecordHeader header) {
    begin(header);
    header.encode(staging);
    staging.position(staging.position() + header.payloadBytes());
    bytes += RecordFormat.HEADER_BYTES + header.payloadBytes();
  }

  private void begin(RecordHeader header) {
    if (isEmpty()) {
      startOffset = header.offsetBytes();
    }
  }

  private void closeStaged() {
    if (staging.position() > stagedFrom) {
      buffers.add(staging.duplicate().flip().position(stagedFrom));
      stagedFrom = staging.position();
    }
  }

  /** Writes everything to its place and starts anew. */
  void write(Segment segment) throws IOException {
    closeStaged();
    segment.file().write(startOffset, buffers.toArray(ByteBuffer[]::new));
    buffers.clear();
    staging.clear();
    stagedFrom = 0;
    bytes = 0;
  }
}

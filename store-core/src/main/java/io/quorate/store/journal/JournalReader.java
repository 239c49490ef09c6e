package io.quorate.store.journal;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Reads written records and checks them. Used by any thread. */
final class JournalReader {
  private static final int VERIFIED_KEPT = 4096;

  private final SegmentFiles files;

  /** Chunks whose whole content was checked not long ago, the oldest first. */
  private final LinkedHashMap<Position, Boolean> verified =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Position, Boolean> eldest) {
          return size() > VERIFIED_KEPT;
        }
      };

  private final ReentrantLock verifiedLock = new ReentrantLock();

  JournalReader(SegmentFiles files) {
    this.files = files;
  }

  ByteBuffer chunk(ChunkRef chunk, Position position) throws IOException {
    RecordBytes record = record(position, RecordType.CHUNK);
    if (!record.header.chunkRef().equals(chunk)) {
      throw damaged(
          position, "it holds chunk " + record.header.chunkRef() + ", wanted was " + chunk);
    }
    remember(position);
    return record.payload;
  }

  /** Part of a chunk; all of it is checked, unless that was done not long ago. */
  ByteBuffer chunkRange(ChunkRef chunk, Position position, int offset, int length)
      throws IOException {
    if (length > chunk.lengthBytes() / 2 || !wasVerified(position)) {
      return chunk(chunk, position).slice(offset, length);
    }
    Segment segment = segment(position);
    ByteBuffer content =
        segment.read((long) position.offsetBytes() + RecordFormat.HEADER_BYTES + offset, length);
    if (content.remaining() < length) {
      throw damaged(position, "the file ends within it");
    }
    return content;
  }

  Entry entry(Position position) throws IOException {
    RecordBytes record = record(position, RecordType.ENTRY);
    try {
      return EntryCodec.decode(record.header.subjectA(), record.header.subjectB(), record.payload);
    } catch (IllegalArgumentException e) {
      throw damaged(position, "its content is no log entry: " + e.getMessage());
    }
  }

  private record RecordBytes(RecordHeader header, ByteBuffer payload) {}

  private RecordBytes record(Position position, RecordType type) throws IOException {
    Segment segment = segment(position);
    int length = RecordFormat.HEADER_BYTES + position.lengthBytes();
    ByteBuffer bytes = segment.read(position.offsetBytes(), length);
    if (bytes.remaining() < length) {
      throw damaged(position, "the file ends within it");
    }
    RecordHeader header = segment.decode(bytes, 0, position.offsetBytes());
    if (header == null) {
      throw damaged(position, "its header is not one that was written there");
    }
    if (header.type() != type || header.payloadBytes() != position.lengthBytes()) {
      throw damaged(
          position, "it is a " + header.type() + " of " + header.payloadBytes() + " bytes");
    }
    ByteBuffer payload = bytes.slice(RecordFormat.HEADER_BYTES, position.lengthBytes());
    if (RecordFormat.crc32c(payload) != header.payloadCrc32c()) {
      throw damaged(position, "the checksum of its content does not match");
    }
    return new RecordBytes(header, payload);
  }

  private Segment segment(Position position) throws DamagedRecordException {
    Segment segment = files.get(position.segment());
    if (segment == null) {
      throw damaged(position, "there is no such segment");
    }
    long end = (long) position.offsetBytes() + RecordFormat.HEADER_BYTES + position.lengthBytes();
    if (position.offsetBytes() < SegmentHeader.RECORDS_START
        || position.lengthBytes() < 0
        || position.lengthBytes() > RecordFormat.MAX_ENTRY_BYTES
        || end > segment.end()) {
      throw damaged(position, "the segment ends at offset " + segment.end());
    }
    return segment;
  }

  private void remember(Position position) {
    verifiedLock.lock();
    try {
      verified.put(position, true);
    } finally {
      verifiedLock.unlock();
    }
  }

  private boolean wasVerified(Position position) {
    verifiedLock.lock();
    try {
      return verified.containsKey(position);
    } finally {
      verifiedLock.unlock();
    }
  }

  private static DamagedRecordException damaged(Position position, String what) {
    return new DamagedRecordException(position, SegmentFiles.name(position.segment()), what);
  }
}

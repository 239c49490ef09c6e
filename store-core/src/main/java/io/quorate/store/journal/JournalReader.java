package io.quorate.store.journal;

import io.quorate.store.log.ChunkRef;
import io.quorate.store.log.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Reads written records and checks them. Used by any thread. */
final class JournalReader {
  /** With chunks of 1 MiB, their checksums take 1 MiB. */
  private static final int CHUNKS_KEPT = 4096;

  private static final int BLOCK_BYTES = 16 << 10;

  private final SegmentFiles files;

  /**
   * CRC32C of each block of chunks of which parts were read not long ago, the oldest first. A
   * record has one checksum for all of its content; with these a part is checked without reading
   * the rest.
   */
  private final LinkedHashMap<Position, int[]> blockChecksums =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Position, int[]> eldest) {
          return size() > CHUNKS_KEPT;
        }
      };

  private final ReentrantLock checksumsLock = new ReentrantLock();

  JournalReader(SegmentFiles files) {
    this.files = files;
  }

  ByteBuffer chunk(ChunkRef chunk, Position position) throws IOException {
    RecordBytes record = record(position, RecordType.CHUNK);
    if (!record.header.chunkRef().equals(chunk)) {
      throw damaged(
          position, "it holds chunk " + record.header.chunkRef() + ", wanted was " + chunk);
    }
    return record.payload;
  }

  Segments.Content chunk(Segments.Place place) throws IOException {
    RecordBytes record = record(place.position(), RecordType.CHUNK);
    if (!record.header.chunkId().equals(place.id())) {
      throw damaged(
          place.position(),
          "it holds chunk " + record.header.chunkId() + ", wanted was " + place.id());
    }
    return new Segments.Content(record.header.chunkRef(), record.payload);
  }

  /**
   * Part of a chunk, checked like the whole: by the record's checksum, or, when parts of it were
   * read not long ago, by those of the blocks in which it lies.
   */
  ByteBuffer chunkRange(ChunkRef chunk, Position position, int offset, int length)
      throws IOException {
    if (length > chunk.lengthBytes() / 2 || chunk.lengthBytes() <= 2 * BLOCK_BYTES) {
      return chunk(chunk, position).slice(offset, length);
    }
    int[] checksums = checksums(position);
    if (checksums == null) {
      ByteBuffer whole = chunk(chunk, position);
      keep(position, checksumsOf(whole));
      return whole.slice(offset, length);
    }
    int first = offset / BLOCK_BYTES;
    int from = first * BLOCK_BYTES;
    int to =
        Math.min(
            chunk.lengthBytes(), (offset + length - 1) / BLOCK_BYTES * BLOCK_BYTES + BLOCK_BYTES);
    ByteBuffer blocks;
    Segment segment = acquire(position);
    try {
      long start = (long) position.offsetBytes() + RecordFormat.HEADER_BYTES + from;
      blocks = segment.read(start, to - from);
    } finally {
      segment.release();
    }
    int[] found = blocks.remaining() < to - from ? new int[0] : checksumsOf(blocks);
    if (found.length == 0
        || !Arrays.equals(found, 0, found.length, checksums, first, first + found.length)) {
      forget(position);
      throw damaged(position, "its content is not what it was when it was last read");
    }
    return blocks.slice(offset - from, length);
  }

  private static int[] checksumsOf(ByteBuffer content) {
    int[] checksums = new int[(content.remaining() + BLOCK_BYTES - 1) / BLOCK_BYTES];
    for (int i = 0; i < checksums.length; i++) {
      int at = i * BLOCK_BYTES;
      int length = Math.min(BLOCK_BYTES, content.remaining() - at);
      checksums[i] = RecordFormat.crc32c(content, content.position() + at, length);
    }
    return checksums;
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
    Segment segment = acquire(position);
    try {
      return record(segment, position, type);
    } finally {
      segment.release();
    }
  }

  private static RecordBytes record(Segment segment, Position position, RecordType type)
      throws IOException {
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

  /** The segment, which stays open until it is released. */
  private Segment acquire(Position position) throws DamagedRecordException {
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
    if (!segment.acquire()) {
      throw damaged(position, "the segment was just dropped");
    }
    return segment;
  }

  private void keep(Position position, int[] checksums) {
    checksumsLock.lock();
    try {
      blockChecksums.put(position, checksums);
    } finally {
      checksumsLock.unlock();
    }
  }

  private int @Nullable [] checksums(Position position) {
    checksumsLock.lock();
    try {
      return blockChecksums.get(position);
    } finally {
      checksumsLock.unlock();
    }
  }

  private void forget(Position position) {
    checksumsLock.lock();
    try {
      blockChecksums.remove(position);
    } finally {
      checksumsLock.unlock();
    }
  }

  private static DamagedRecordException damaged(Position position, String what) {
    return new DamagedRecordException(position, SegmentFiles.name(position.segment()), what);
  }
}

package io.quorate.store.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of the journal. All numbers are big-endian; CRCs are CRC32C (Castagnoli).
 *
 * <p>A segment file {@code journal-NNNNNNNNNNNN.seg}, allocated in full and zero when made:
 *
 * <pre>
 *       0  segment header, see {@link SegmentHeader}        4,096 bytes
 *   4,096  the same again                                   4,096 bytes
 *   8,192  record, record, record ... without padding
 *          zeros, as long as nothing was written
 *     end  footer, once the segment is sealed, see {@link SegmentFooter}
 * </pre>
 *
 * <p>A record is a header of 80 bytes and its payload:
 *
 * <pre>
 *   offset size
 *        0    4  magic 'Q' 'J' 'R' 0x01
 *        4    1  type, see {@link RecordType}
 *        5    1  flags, 0
 *        6    2  zero regions: sector regions of the payload that are all zeros
 *        8    8  segment       \
 *       16    8  generation     } the place it was meant for; a record found elsewhere was misdirected
 *       24    4  offset        /
 *       28    4  payload length
 *       32    4  CRC of the payload
 *       36    4  0
 *       40    8  batch: counts the writes since the journal was opened
 *       48   16  subject: what the payload is, so that damage to it can be attributed
 *                  chunk       session (8), number (8)
 *                  entry       index (8), term (8)
 *                  hard state  term (8), votedFor (8); there is no payload
 *                  install     index (8), term (8); there is no payload
 *       64    8  durableUpTo, segment  \ all before this place was on stable storage
 *       72    4  durableUpTo, offset   / before this record was written
 *       76    4  CRC of the header's first 76 bytes
 *       80       payload: the chunk's content, or an entry as {@link EntryCodec} lays it out
 * </pre>
 *
 * <p>The generation is 64 random bits drawn when the segment is made. It tells the records of this
 * file from those of any earlier one that had its number or its blocks, and no content can forge a
 * record, because nobody outside knows it.
 *
 * <p>A sector region is what a record occupies of one 512-byte sector of the file. A crash leaves
 * each sector either as it was, zeros, or as written. So an invalid record is torn if it has more
 * zero regions than its header says were written; it has rotted, and may have been acknowledged, if
 * not.
 */
final class RecordFormat {
  /**
   * Version of everything in this package; larger ones are refused. 2: a segment header says where
   * the log begins, and records of installs. 3: the hard-state file says why a peer must not vote.
   * Older versions are read too: logs of version 1 begin at the beginning.
   */
  static final int VERSION = 3;

  /** Oldest version that is read. */
  static final int OLDEST_VERSION = 1;

  static final int MAGIC = 0x514A5201;
  static final int HEADER_BYTES = 80;
  static final int SECTOR_BYTES = 512;

  /** Largest payload of an entry; far more than any command, small enough to be held in memory. */
  static final int MAX_ENTRY_BYTES = 16 << 20;

  private RecordFormat() {}

  static int crc32c(ByteBuffer buffer, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.duplicate().limit(from + length).position(from));
    return (int) crc.getValue();
  }

  static int crc32c(ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    return (int) crc.getValue();
  }

  /**
   * Counts the sector regions of {@code content} (position to limit) that are all zeros, when its
   * first byte lies at {@code fileOffset}.
   */
  static int zeroRegions(ByteBuffer content, long fileOffset) {
    int zeroRegions = 0;
    int at = content.position();
    int limit = content.limit();
    int inSector = (int) (fileOffset % SECTOR_BYTES);
    while (at < limit) {
      int end = Math.min(limit, at + SECTOR_BYTES - inSector);
      if (isZero(content, at, end)) {
        zeroRegions++;
      }
      at = end;
      inSector = 0;
    }
    return zeroRegions;
  }

  /** Whether all bytes from {@code at} to {@code end} are zero. */
  static boolean isZero(ByteBuffer content, int at, int end) {
    int i = at;
    for (; i + Long.BYTES <= end; i += Long.BYTES) {
      if (content.getLong(i) != 0) {
        return false;
      }
    }
    for (; i < end; i++) {
      if (content.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}

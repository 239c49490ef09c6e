package io.quorate.store.journal;

import io.quorate.store.log.HardState;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a segment opens with, twice, in blocks of 4,096 bytes of their own.
 *
 * <pre>
 *   offset size
 *        0    8  magic "QUORATEJ"                         \ these 16 bytes stay the same
 *        8    4  format version                            } in every version to come
 *       12    4  CRC of the first 12 bytes                /
 *       16   16  cluster id
 *       32    8  segment number
 *       40    8  generation
 *       48    8  predecessor: segment, 0 in the first
 *       56    4  predecessor: its end; nothing at or past it is ever read
 *       60    4  flags: bit 0 = durability MEMORY
 *       64    8  boot id of the machine, 0 if unknown
 *       72    8  hard state: term
 *       80    4  hard state: votedFor
 *       84    4  suspicion, see {@link Recovery.Suspicion}
 *       88    8  log start: index of the last entry that is no longer in the log, 0 if all are
 *       96    8  log start: term of that entry
 *      104    8  log start: segment \ entry records before this place are ignored; never past the
 *      112    4  log start: offset  / beginning of this segment
 *      116    4  records of this segment that were durable before this header: their end
 *      120    4  membership: length m, at most 2,048
 *      124    m  membership, as the peer encodes it
 *    124+m    4  CRC of everything before
 * </pre>
 *
 * @param predecessor 0 if this is the first segment
 * @param predecessorEnd where the predecessor was cut or sealed
 * @param durableEnd end of the records that were made durable before the header was written: those
 *     that recovery copied, else the start of records
 */
record SegmentHeader(
    UUID clusterId,
    long segment,
    long generation,
    long predecessor,
    int predecessorEnd,
    boolean memoryDurability,
    long bootId,
    HardState hardState,
    Recovery.Suspicion suspicion,
    LogStart logStart,
    int durableEnd,
    byte[] membership) {

  static final int BLOCK_BYTES = 4096;
  static final int COPIES = 2;

  /** Where records begin. */
  static final int RECORDS_START = BLOCK_BYTES * COPIES;

  static final int MAX_MEMBERSHIP_BYTES = 2048;
  private static final long MAGIC = 0x51554F524154454AL;
  private static final int FIXED_BYTES = 124;
  private static final int MEMORY_FLAG = 1;

  /**
   * Where the log begins: after the entry (index, term), which is applied in the flushed metadata
   * like all before it. The records of later entries lie at or past the place given.
   */
  record LogStart(long index, long term, long segment, int offsetBytes) {
    static final LogStart BEGINNING = new LogStart(0, 0, 0, 0);

    static LogStart at(long index, long term, Position place) {
      return new LogStart(index, term, place.segment(), place.offsetBytes());
    }

    /**
     * The same for the header of segment {@code number}. All that is written from there on may
     * count, whatever place a record had been given that a crash then kept from the disk.
     */
    LogStart before(long number) {
      return segment < number
          ? this
          : new LogStart(index, term, number, SegmentHeader.RECORDS_START);
    }

    /**
     * The same as far as it may be said while segment {@code active} is written: of places beyond
     * it, a crash may give to other records those that were given to some.
     */
    LogStart asOf(long active) {
      return segment <= active
          ? this
          : new LogStart(index, term, active + 1, SegmentHeader.RECORDS_START);
    }

    /** The one of two that lets more go; of two that let the same go, this one. */
    LogStart orLater(LogStart other) {
      return other.index > index ? other : this;
    }

    boolean ignores(Position entryPosition) {
      return entryPosition.segment() < segment
          || (entryPosition.segment() == segment && entryPosition.offsetBytes() < offsetBytes);
    }
  }

  /** One block of {@link #BLOCK_BYTES}, zero-padded. */
  ByteBuffer encode() {
    ByteBuffer out = ByteBuffer.allocate(BLOCK_BYTES);
    out.putLong(MAGIC).putInt(RecordFormat.VERSION);
    out.putInt(RecordFormat.crc32c(out, 0, 12));
    out.putLong(clusterId.getMostSignificantBits()).putLong(clusterId.getLeastSignificantBits());
    out.putLong(segment).putLong(generation);
    out.putLong(predecessor).putInt(predecessorEnd);
    out.putInt(memoryDurability ? MEMORY_FLAG : 0);
    out.putLong(bootId);
    out.putLong(hardState.term()).putInt(hardState.votedFor());
    out.putInt(suspicion.code());
    out.putLong(logStart.index()).putLong(logStart.term());
    out.putLong(logStart.segment()).putInt(logStart.offsetBytes());
    out.putInt(durableEnd);
    out.putInt(membership.length).put(membership);
    out.putInt(RecordFormat.crc32c(out, 0, out.position()));
    return out.clear();
  }

  /** The header in the block at {@code at}, or null if it is not a valid one of this version. */
  static @Nullable SegmentHeader decode(ByteBuffer block, int at) {
    ByteBuffer in = block.duplicate().limit(at + BLOCK_BYTES).position(at);
    if (in.getLong() != MAGIC) {
      return null;
    }
    int version = in.getInt();
    if (version < RecordFormat.OLDEST_VERSION || version > RecordFormat.VERSION) {
      return null;
    }
    int membershipBytes = block.getInt(at + FIXED_BYTES - 4);
    if (membershipBytes < 0
        || membershipBytes > MAX_MEMBERSHIP_BYTES
        || block.getInt(at + FIXED_BYTES + membershipBytes)
            != RecordFormat.crc32c(block, at, FIXED_BYTES + membershipBytes)) {
      return null;
    }
    in.getInt();
    UUID clusterId = new UUID(in.getLong(), in.getLong());
    long segment = in.getLong();
    long generation = in.getLong();
    long predecessor = in.getLong();
    int predecessorEnd = in.getInt();
    boolean memoryDurability = (in.getInt() & MEMORY_FLAG) != 0;
    long bootId = in.getLong();
    HardState hardState = new HardState(in.getLong(), in.getInt());
    Recovery.Suspicion suspicion = Recovery.Suspicion.ofCode(in.getInt());
    LogStart logStart = new LogStart(in.getLong(), in.getLong(), in.getLong(), in.getInt());
    int durableEnd = in.getInt();
    in.getInt();
    byte[] membership = new byte[membershipBytes];
    in.get(membership);
    return new SegmentHeader(
        clusterId,
        segment,
        generation,
        predecessor,
        predecessorEnd,
        memoryDurability,
        bootId,
        hardState,
        suspicion,
        version == 1 ? LogStart.BEGINNING : logStart,
        durableEnd,
        membership);
  }

  /** The format version that the block at {@code at} states, or 0 if it states none. */
  static int versionOf(ByteBuffer block, int at) {
    boolean intact =
        block.getLong(at) == MAGIC && block.getInt(at + 12) == RecordFormat.crc32c(block, at, 12);
    return intact ? block.getInt(at + 8) : 0;
  }

  /**
   * Whether a crash may have left the block at {@code at} like this while it was first written: all
   * that was to be written into one of its sectors is missing.
   */
  static boolean looksTorn(ByteBuffer block, int at) {
    int membershipBytes = block.getInt(at + FIXED_BYTES - 4);
    int length = FIXED_BYTES + 4 + Math.max(0, Math.min(membershipBytes, MAX_MEMBERSHIP_BYTES));
    for (int from = 0; from < length; from += RecordFormat.SECTOR_BYTES) {
      int end = Math.min(length, from + RecordFormat.SECTOR_BYTES);
      if (RecordFormat.isZero(block, at + from, at + end)) {
        return true;
      }
    }
    return false;
  }
}

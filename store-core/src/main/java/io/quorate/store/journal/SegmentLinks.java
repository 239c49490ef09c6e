package io.quorate.store.journal;

import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import io.quorate.store.world.NoSpaceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How the journal's chain goes on where segments were given back: file {@code journal-links}.
 *
 * <p>Each segment's header names its predecessor, once and for all. When a segment in the middle is
 * dropped, its successor would name one that is not there, which looks like a lost file. So before
 * the file goes, this one says durably where the chain goes on instead. A name that is in here
 * counts as gone, whether its file is still there or not.
 *
 * <p>It also says where the log begins, which must lie past whatever is dropped: headers say so
 * only from the next segment on, and on a full disk there is no next segment.
 *
 * <pre>
 *   two slots of half the file each, both written and fdatasynced one after the other, so that one
 *   is good at any moment and mostly both are; the one with the higher sequence counts
 *   offset size
 *        0    8  magic "QUORATEL"
 *        8    4  format version
 *       12    4  links: n
 *       16   16  cluster id
 *       32    8  sequence
 *       40   28  log start: index 8, term 8, segment 8, offset 4, as in a segment header
 *       68 20·n  links: a segment that is gone 8, the one with which the chain goes on in its place
 *                8 (0 if the chain begins after it), the end of that one 4
 *  68+20·n    4  CRC of everything before
 * </pre>
 *
 * It has its room from the start, so that a full disk can be emptied.
 */
final class SegmentLinks {
  static final String NAME = "journal-links";
  private static final String NEW_NAME = "journal-links.new";
  private static final long MAGIC = 0x51554F524154454CL;
  private static final int VERSION = 1;
  private static final int LINKS_AT = 68;
  private static final int LINK_BYTES = 20;
  private static final int FIRST_SLOT_BYTES = 4 << 10;

  /**
   * Where the chain goes on.
   *
   * @param segment 0 if nothing older is left
   * @param end end of its records
   */
  record Link(long segment, int end) {}

  private final Disk disk;
  private final UUID clusterId;
  private @Nullable DiskFile file;
  private int slotBytes;
  private long sequence;
  private SegmentHeader.LogStart logStart = SegmentHeader.LogStart.BEGINNING;
  private SortedMap<Long, Link> links = new TreeMap<>();

  private SegmentLinks(Disk disk, UUID clusterId) {
    this.disk = disk;
    this.clusterId = clusterId;
  }

  /**
   * Reads the file, if there is one, and puts a new one in its place, durably: what a process that
   * was killed had written may be in the page cache only, and if a sync had failed before that, no
   * later one of the same file proves anything. On a full disk the file stays as it is.
   */
  static SegmentLinks open(Disk disk, UUID clusterId) throws IOException {
    SegmentLinks result = new SegmentLinks(disk, clusterId);
    List<String> names = disk.list();
    if (names.contains(NEW_NAME)) {
      disk.delete(NEW_NAME);
    }
    DiskFile old = names.contains(NAME) ? disk.open(NAME) : null;
    if (old != null) {
      result.load(old);
    }
    try {
      result.replace(result.bytes());
    } catch (NoSpaceException e) {
      result.file = old;
      if (old != null) {
        old.sync();
      }
      return result; // without one, it is made when segments are to be dropped
    }
    if (old != null) {
      old.close();
    }
    return result;
  }

  private void load(DiskFile old) throws IOException {
    slotBytes = (int) Math.min(old.sizeBytes() / 2, Integer.MAX_VALUE / 2);
    for (int slot = 0; slot < 2; slot++) {
      ByteBuffer in = ByteBuffer.allocate(slotBytes);
      old.read((long) slot * slotBytes, in);
      in.clear();
      if (isSound(in)) {
        take(in);
      }
    }
  }

  private boolean isSound(ByteBuffer slot) throws JournalDamagedException {
    if (slot.capacity() < LINKS_AT + Integer.BYTES || slot.getLong(0) != MAGIC) {
      return false;
    }
    int count = slot.getInt(12);
    long crcAt = LINKS_AT + (long) count * LINK_BYTES;
    if (count < 0
        || crcAt + Integer.BYTES > slot.capacity()
        || slot.getInt((int) crcAt) != RecordFormat.crc32c(slot, 0, (int) crcAt)) {
      return false;
    }
    if (slot.getInt(8) > VERSION) {
      throw SegmentFiles.newerFormat(disk, NAME, slot.getInt(8));
    }
    UUID owner = new UUID(slot.getLong(16), slot.getLong(24));
    if (!owner.equals(clusterId)) {
      throw SegmentFiles.otherCluster(disk, owner, clusterId);
    }
    return true;
  }

  private void take(ByteBuffer slot) {
    if (slot.getLong(32) <= sequence) {
      return;
    }
    sequence = slot.getLong(32);
    logStart =
        new SegmentHeader.LogStart(
            slot.getLong(40), slot.getLong(48), slot.getLong(56), slot.getInt(64));
    links = new TreeMap<>();
    for (int i = 0, at = LINKS_AT; i < slot.getInt(12); i++, at += LINK_BYTES) {
      links.put(slot.getLong(at), new Link(slot.getLong(at + 8), slot.getInt(at + 16)));
    }
  }

  /** Where the chain goes on when {@code segment} is named; null if it is not gone. */
  @Nullable Link inPlaceOf(long segment) {
    return links.get(segment);
  }

  /** Where the log begins at least. */
  SegmentHeader.LogStart logStart() {
    return logStart;
  }

  /** Says from now on that the log begins there and the chain goes on so; durable on return. */
  void write(SegmentHeader.LogStart start, SortedMap<Long, Link> now) throws IOException {
    sequence++;
    logStart = start;
    links = new TreeMap<>(now);
    DiskFile present = file;
    if (present != null && bytes() <= slotBytes) {
      writeSlots(present);
    } else {
      replace(2 * bytes());
      if (present != null) {
        present.close();
      }
    }
  }

  /** Bytes that a slot needs. */
  private int bytes() {
    return LINKS_AT + links.size() * LINK_BYTES + Integer.BYTES;
  }

  private void replace(int leastSlotBytes) throws IOException {
    int slot = Math.max(FIRST_SLOT_BYTES, leastSlotBytes);
    DiskFile made = disk.create(NEW_NAME, 2L * slot);
    slotBytes = slot;
    file = made;
    writeSlots(made);
    disk.rename(NEW_NAME, NAME);
    disk.syncDirectory();
  }

  private void writeSlots(DiskFile target) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(bytes());
    out.putLong(MAGIC).putInt(VERSION).putInt(links.size());
    out.putLong(clusterId.getMostSignificantBits()).putLong(clusterId.getLeastSignificantBits());
    out.putLong(sequence);
    out.putLong(logStart.index()).putLong(logStart.term());
    out.putLong(logStart.segment()).putInt(logStart.offsetBytes());
    for (Map.Entry<Long, Link> link : links.entrySet()) {
      out.putLong(link.getKey()).putLong(link.getValue().segment()).putInt(link.getValue().end());
    }
    out.putInt(RecordFormat.crc32c(out, 0, out.position())).flip();
    for (int slot = 0; slot < 2; slot++) {
      target.write((long) slot * slotBytes, out.duplicate());
      target.sync();
    }
  }

  void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}

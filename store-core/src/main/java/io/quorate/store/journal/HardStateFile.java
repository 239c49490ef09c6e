package io.quorate.store.journal;

import io.quorate.store.log.HardState;
import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The second place of term and vote: file {@code hard-state}, two slots of 4,096 bytes written in
 * turn, each write fdatasynced; so one slot is good at any moment. It has its room even when the
 * disk is full, so that it is what a peer that must not vote relies on to remember it.
 *
 * <pre>
 *   offset size
 *        0    8  magic "QUORATEH"
 *        8    4  format version
 *       12    4  votedFor
 *       16   16  cluster id
 *       32    8  sequence: the slot with the higher one counts; it lies in slot sequence mod 2
 *       40    8  term
 *       48    4  why this peer must not vote; 0 if it may
 *       52    4  CRC of everything before
 * </pre>
 *
 * <p>Before format 3, the CRC was in the place of the field before it.
 */
final class HardStateFile {
  static final String NAME = "hard-state";
  private static final int SLOT_BYTES = 4096;
  private static final int USED_BYTES = 56;
  private static final int SUSPICION_SINCE_VERSION = 3;
  private static final long MAGIC = 0x51554F5241544548L;

  private final DiskFile file;
  private final UUID clusterId;
  private long sequence;
  private @Nullable HardState newest;
  private Recovery.Suspicion suspicion = Recovery.Suspicion.NONE;
  private boolean unreadableSlot;

  private HardStateFile(DiskFile file, UUID clusterId) {
    this.file = file;
    this.clusterId = clusterId;
  }

  /** Opens the file, or makes it, durably. */
  static HardStateFile open(Disk disk, UUID clusterId) throws IOException {
    if (!disk.list().contains(NAME)) {
      DiskFile file = disk.create(NAME, 2 * SLOT_BYTES);
      file.sync();
      disk.syncDirectory();
      return new HardStateFile(file, clusterId);
    }
    HardStateFile result = new HardStateFile(disk.open(NAME), clusterId);
    result.load(disk);
    return result;
  }

  private void load(Disk disk) throws IOException {
    ByteBuffer slots = ByteBuffer.allocate(2 * SLOT_BYTES);
    file.read(0, slots);
    slots.clear();
    for (int slot = 0; slot < 2; slot++) {
      int at = slot * SLOT_BYTES;
      if (RecordFormat.isZero(slots, at, at + SLOT_BYTES)) {
        continue;
      }
      int used = hasSuspicion(slots, at) ? USED_BYTES : USED_BYTES - 4;
      if (slots.getInt(at + used - 4) != RecordFormat.crc32c(slots, at, used - 4)
          || slots.getLong(at) != MAGIC
          || slots.getLong(at + 32) % 2 != slot) {
        unreadableSlot = true;
        continue;
      }
      requireOurs(disk, slots, at);
      if (slots.getLong(at + 32) > sequence) {
        sequence = slots.getLong(at + 32);
        newest = new HardState(slots.getLong(at + 40), slots.getInt(at + 12));
        suspicion = Recovery.Suspicion.ofCode(hasSuspicion(slots, at) ? slots.getInt(at + 48) : 0);
      }
    }
  }

  private static boolean hasSuspicion(ByteBuffer slots, int at) {
    return slots.getInt(at + 8) >= SUSPICION_SINCE_VERSION;
  }

  private void requireOurs(Disk disk, ByteBuffer slots, int at) throws JournalDamagedException {
    int version = slots.getInt(at + 8);
    if (version > RecordFormat.VERSION) {
      throw SegmentFiles.newerFormat(disk, NAME, version);
    }
    UUID owner = new UUID(slots.getLong(at + 16), slots.getLong(at + 24));
    if (!owner.equals(clusterId)) {
      throw SegmentFiles.otherCluster(disk, owner, clusterId);
    }
  }

  /** The newest state that is readable, or null if none is. */
  @Nullable HardState newest() {
    return newest;
  }

  /** Why this peer must not vote, as the newest slot says. */
  Recovery.Suspicion suspicion() {
    return suspicion;
  }

  /** Whether a slot holds something that is not readable: torn as it was written, or rotten. */
  boolean unreadableSlot() {
    return unreadableSlot;
  }

  /** Writes {@code state} into the older slot; durable on return. */
  void write(HardState state, Recovery.Suspicion reason) throws IOException {
    long next = sequence + 1;
    ByteBuffer out = ByteBuffer.allocate(USED_BYTES);
    out.putLong(MAGIC).putInt(RecordFormat.VERSION).putInt(state.votedFor());
    out.putLong(clusterId.getMostSignificantBits()).putLong(clusterId.getLeastSignificantBits());
    out.putLong(next).putLong(state.term()).putInt(reason.code());
    out.putInt(RecordFormat.crc32c(out, 0, USED_BYTES - 4));
    file.write((next % 2) * SLOT_BYTES, out.flip());
    file.sync();
    sequence = next;
    newest = state;
    suspicion = reason;
  }

  void close() throws IOException {
    file.close();
  }

  /** The newer of two states: the higher term, and within one term the one that has voted. */
  static HardState newer(HardState a, HardState b) {
    if (a.term() != b.term()) {
      return a.term() > b.term() ? a : b;
    }
    return a.votedFor() != 0 ? a : b;
  }
}

package io.quorate.store.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file's content: what readers see now, and how to take back whatever no sync covers.
 *
 * <p>Pages of 4 KiB hold the present; {@code unsynced} remembers each write since the last sync
 * with the bytes that it replaced. A crash takes all of them back, the youngest first, and then
 * lets each one survive, vanish, or survive in some of its 512-byte sectors. So a later write may
 * be there while an earlier one is gone, and nothing that was synced is ever touched.
 */
final class SimFile {
  static final int SECTOR_BYTES = 512;
  private static final int PAGE_BYTES = 4096;
  private static final byte[] ZEROS = new byte[PAGE_BYTES];

  /**
   * One write that is not durable yet.
   *
   * @param syncedEnd how far the file was synced when it was written
   */
  private record Unsynced(long number, long offset, byte[] before, byte[] after, long syncedEnd) {}

  /** How a crash treats unsynced writes. */
  enum CrashFate {
    KEEP_ALL,
    LOSE_ALL,
    MIXED
  }

  /** By number; null, or none at the end, where nothing was written. */
  private byte @Nullable [][] pages = new byte[8][];

  private List<Unsynced> unsynced = new ArrayList<>();
  private long sizeBytes;
  private long durableSizeBytes;
  private long writes;

  /** End of what syncs have covered. */
  private long syncedEnd;

  /** What was synced before a write that was synced too. */
  private long provenEnd;

  /** After a failed sync the kernel forgets which pages were dirty: no later sync covers them. */
  private boolean syncFailed;

  SimFile(long sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  /** A file of its own that holds what is durable of this one. */
  SimFile image() {
    SimFile image = new SimFile(sizeBytes);
    image.pages = new byte[pages.length][];
    for (int i = 0; i < pages.length; i++) {
      byte[] page = pages[i];
      image.pages[i] = page == null ? null : page.clone();
    }
    for (int i = unsynced.size() - 1; i >= 0; i--) {
      Unsynced write = unsynced.get(i);
      image.store(write.offset, write.before, 0, write.before.length);
    }
    image.sizeBytes = durableSizeBytes;
    image.durableSizeBytes = durableSizeBytes;
    image.dropFrom(durableSizeBytes);
    return image;
  }

  /** How long the file is as far as syncs have made it durable. */
  long durableSizeBytes() {
    return durableSizeBytes;
  }

  /** What is durable from {@code offset} on; zeros past the end and where nothing was written. */
  byte[] readDurable(long offset, int length) {
    byte[] bytes = read(offset, length);
    for (int i = unsynced.size() - 1; i >= 0; i--) {
      Unsynced write = unsynced.get(i);
      long from = Math.max(offset, write.offset);
      long to = Math.min(offset + length, write.offset + write.before.length);
      if (from < to) {
        System.arraycopy(
            write.before,
            (int) (from - write.offset),
            bytes,
            (int) (from - offset),
            (int) (to - from));
      }
    }
    int inside = (int) Math.clamp(durableSizeBytes - offset, 0, length);
    Arrays.fill(bytes, inside, length, (byte) 0);
    return bytes;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** End of the last page that was ever written to. */
  long writtenBytes() {
    int end = pages.length;
    while (end > 0 && pages[end - 1] == null) {
      end--;
    }
    return Math.min(sizeBytes, (long) end * PAGE_BYTES);
  }

  /**
   * End of what was synced before something was written that has been synced as well: whoever
   * writes down what is durable can tell that it was there.
   */
  long provenBytes() {
    return Math.min(provenEnd, sizeBytes);
  }

  int unsyncedWrites() {
    return unsynced.size();
  }

  void write(long offset, byte[] bytes) {
    unsynced.add(new Unsynced(++writes, offset, read(offset, bytes.length), bytes, syncedEnd));
    store(offset, bytes, 0, bytes.length);
    sizeBytes = Math.max(sizeBytes, offset + bytes.length);
  }

  /**
   * Gives up what lies past {@code newSizeBytes}; until the next sync a crash may bring it back.
   */
  void truncate(long newSizeBytes) {
    sizeBytes = Math.min(sizeBytes, newSizeBytes);
  }

  /** Bytes from {@code offset} on; zeros where nothing was written. */
  byte[] read(long offset, int length) {
    byte[] bytes = new byte[length];
    read(offset, length, ByteBuffer.wrap(bytes));
    return bytes;
  }

  /** Puts {@code length} bytes from {@code offset} on into {@code target}. */
  void read(long offset, int length, ByteBuffer target) {
    for (int done = 0; done < length; ) {
      long at = offset + done;
      int inPage = (int) (at % PAGE_BYTES);
      int count = Math.min(length - done, PAGE_BYTES - inPage);
      byte[] page = page(at);
      target.put(page == null ? ZEROS : page, inPage, count);
      done += count;
    }
  }

  private byte @Nullable [] page(long offset) {
    long number = offset / PAGE_BYTES;
    return number < pages.length ? pages[(int) number] : null;
  }

  private byte[] pageToWrite(long offset) {
    int number = Math.toIntExact(offset / PAGE_BYTES);
    if (number >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(number + 1, 2 * pages.length));
    }
    byte[] page = pages[number];
    if (page == null) {
      page = new byte[PAGE_BYTES];
      pages[number] = page;
    }
    return page;
  }

  /** Forgets the pages that begin at {@code offset} or later. */
  private void dropFrom(long offset) {
    long first = (offset + PAGE_BYTES - 1) / PAGE_BYTES;
    if (first < pages.length) {
      Arrays.fill(pages, (int) first, pages.length, null);
    }
  }

  /** Marks the point that a sync which begins now will cover. */
  long syncPoint() {
    return writes;
  }

  /** The sync that began at {@code point} succeeded. */
  void synced(long point) {
    if (syncFailed) {
      return;
    }
    if (sizeBytes < durableSizeBytes) {
      dropFrom(sizeBytes);
    }
    durableSizeBytes = sizeBytes;
    List<Unsynced> later = new ArrayList<>();
    for (Unsynced write : unsynced) {
      if (write.number > point) {
        later.add(write);
      } else {
        provenEnd = Math.max(provenEnd, write.syncedEnd);
        syncedEnd = Math.max(syncedEnd, write.offset + write.after.length);
      }
    }
    unsynced = later;
  }

  void syncFailed() {
    syncFailed = true;
  }

  /** Power loss. Returns how many writes were lost or torn. */
  int crash(SimRandom random, CrashFate fate) {
    for (int i = unsynced.size() - 1; i >= 0; i--) {
      Unsynced write = unsynced.get(i);
      store(write.offset, write.before, 0, write.before.length);
    }
    int damaged = 0;
    for (Unsynced write : unsynced) {
      int choice =
          switch (fate) {
            case KEEP_ALL -> 0;
            case LOSE_ALL -> 1;
            case MIXED -> random.below(3);
          };
      if (choice == 0) {
        store(write.offset, write.after, 0, write.after.length);
        continue;
      }
      damaged++;
      if (choice == 2) {
        storeSomeSectors(write, random);
      }
    }
    unsynced = new ArrayList<>();
    if (fate != CrashFate.KEEP_ALL && durableSizeBytes != sizeBytes && random.chance(0.5)) {
      sizeBytes = durableSizeBytes;
      dropFrom(durableSizeBytes);
      damaged++;
    }
    durableSizeBytes = sizeBytes;
    syncFailed = false;
    return damaged;
  }

  private void storeSomeSectors(Unsynced write, SimRandom random) {
    long end = write.offset + write.after.length;
    // Often a prefix arrives, sometimes any sectors.
    boolean prefix = random.chance(0.5);
    long cut = random.between(write.offset, end);
    for (long at = write.offset; at < end; ) {
      long sectorEnd = Math.min(end, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
      if (prefix ? at < cut : random.chance(0.5)) {
        store(at, write.after, (int) (at - write.offset), (int) (sectorEnd - at));
      }
      at = sectorEnd;
    }
  }

  /** Damage that no write asked for: inverts one bit. */
  void flipBit(long offset, int bit) {
    byte[] one = read(offset, 1);
    one[0] ^= (byte) (1 << bit);
    store(offset, one, 0, 1);
  }

  /** Damage: what was written from one offset up to another, whole sectors, is gone. */
  void zero(long fromOffset, long toOffset) {
    store(fromOffset, new byte[(int) (toOffset - fromOffset)], 0, (int) (toOffset - fromOffset));
  }

  private void store(long offset, byte[] bytes, int from, int length) {
    for (int done = 0; done < length; ) {
      long at = offset + done;
      int inPage = (int) (at % PAGE_BYTES);
      int count = Math.min(length - done, PAGE_BYTES - inPage);
      System.arraycopy(bytes, from + done, pageToWrite(at), inPage, count);
      done += count;
    }
  }
}

package io.quorate.store.journal;

import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The segment files of a data directory, by number. */
final class SegmentFiles {
  private static final Pattern NAME = Pattern.compile("journal-(\\d{12})\\.seg");

  private final Disk disk;
  private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();

  SegmentFiles(Disk disk) {
    this.disk = disk;
  }

  static String name(long number) {
    return String.format("journal-%012d.seg", number);
  }

  /** Opens every segment file that there is. */
  void openAll() throws IOException {
    for (String name : disk.list()) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches()) {
        long number = Long.parseLong(matcher.group(1));
        DiskFile file = disk.open(name);
        int size = (int) Math.min(file.sizeBytes(), JournalOptions.MAX_SEGMENT_BYTES);
        segments.put(number, new Segment(number, name, file, size));
      }
    }
  }

  /** Makes a segment file, zero and allocated; it is there durably on return. */
  Segment create(long number, int sizeBytes) throws IOException {
    String name = name(number);
    Segment segment = new Segment(number, name, disk.create(name, sizeBytes), sizeBytes);
    disk.syncDirectory();
    segments.put(number, segment);
    return segment;
  }

  @Nullable Segment get(long number) {
    return segments.get(number);
  }

  /** All segments, oldest first. */
  List<Segment> all() {
    return new ArrayList<>(segments.values());
  }

  /** Largest number in use, 0 if none is. */
  long lastNumber() {
    Map.Entry<Long, Segment> last = segments.lastEntry();
    return last == null ? 0 : last.getKey();
  }

  /** Removes a segment; durable after the next {@link Disk#syncDirectory}. */
  void delete(Segment segment) throws IOException {
    segments.remove(segment.number());
    segment.file().close();
    disk.delete(segment.fileName());
  }

  /**
   * Removes a segment that may have readers, who go on; durable after the next {@link
   * Disk#syncDirectory}.
   */
  void retire(Segment segment) throws IOException {
    segments.remove(segment.number());
    disk.delete(segment.fileName());
    segment.release();
  }

  void syncDirectory() throws IOException {
    disk.syncDirectory();
  }

  void closeAll() throws IOException {
    for (Segment segment : segments.values()) {
      segment.file().close();
    }
  }

  static JournalDamagedException newerFormat(Disk disk, String name, int version) {
    return new JournalDamagedException(
        disk.directory()
            + ": "
            + name
            + " has format version "
            + version
            + "; this build reads version "
            + RecordFormat.VERSION
            + ". Run the newer build that wrote it");
  }

  static JournalDamagedException otherCluster(Disk disk, UUID owner, UUID expected) {
    return new JournalDamagedException(
        disk.directory()
            + " holds data of cluster "
            + owner
            + ", this peer belongs to cluster "
            + expected
            + ". Check the data directory in the peer's configuration");
  }
}

package io.quorate.store.peer;

import io.quorate.store.metadata.Metadata;
import io.quorate.store.table.Database;
import io.quorate.store.table.OrderedTables;
import io.quorate.store.table.TableException;
import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The place where a checkpoint of another peer gathers, and takes the place of the database.
 *
 * <pre>
 *   NAME.staged/manifest    what is to come; durable before anything else
 *   NAME.staged/FILE.part   comes in
 *   NAME.staged/FILE        is here, durably
 *   NAME.replaced/          what was there before, on its way out
 * </pre>
 *
 * <p>Once all is here and found good, an install record in the journal makes it count. Then NAME
 * becomes NAME.replaced, and NAME.staged becomes NAME. Each step may be repeated after a crash: a
 * file that is here need not come again, and where the renames were begun they are ended.
 *
 * <p>Used by one thread at a time.
 */
public final class Staging {
  private static final String PART = ".part";
  private static final String STAGED = ".staged";
  private static final String REPLACED = ".replaced";

  private final Disk disk;
  private final Database database;
  private final String staged;
  private final String replaced;

  Staging(Disk disk, Database database) {
    this.disk = disk;
    this.database = database;
    this.staged = stagedName(database.name());
    this.replaced = database.name() + REPLACED;
  }

  /** Where what is to take the place of a database gathers. */
  public static String stagedName(String name) {
    return name + STAGED;
  }

  /**
   * Where the database {@code name} lies, even if a swap was cut short between its renames.
   *
   * @param exists tells of a name whether there is a directory of it
   */
  public static String presentName(String name, Predicate<String> exists) {
    boolean between = exists.test(name + REPLACED) && !exists.test(name);
    return between ? stagedName(name) : name;
  }

  /**
   * Ends a swap that a crash cut short, and removes what it left. Before the database is opened.
   */
  void endSwap() throws IOException {
    // After a kill, a rename that is seen may be in the page cache only.
    disk.syncDirectory();
    if (!disk.hasSubdirectory(replaced)) {
      return;
    }
    if (!disk.hasSubdirectory(database.name())) {
      disk.rename(staged, database.name());
      disk.syncDirectory();
    }
    disk.deleteSubdirectory(replaced);
  }

  /** What is here or to come; null if there is nothing, or nothing of use. */
  @Nullable CheckpointManifest manifest() throws IOException {
    if (!disk.hasSubdirectory(staged)) {
      return null;
    }
    Disk directory = disk.subdirectory(staged);
    if (!directory.list().contains(CheckpointManifest.FILE_NAME)) {
      return null;
    }
    try (DiskFile file = directory.open(CheckpointManifest.FILE_NAME)) {
      if (file.sizeBytes() > CheckpointManifest.MAX_BYTES) {
        return null;
      }
      ByteBuffer content = ByteBuffer.allocate((int) file.sizeBytes());
      file.read(0, content);
      return CheckpointManifest.decode(content.array());
    } catch (IllegalArgumentException e) {
      return null; // a crash tore it
    }
  }

  /**
   * Makes ready for a checkpoint. What is here of the same one stays.
   *
   * @return number of the first file that is not here yet
   */
  int begin(CheckpointManifest manifest) throws IOException {
    CheckpointManifest present = manifest();
    if (present == null || present.id() != manifest.id()) {
      discard();
      Disk directory = disk.subdirectory(staged);
      byte[] encoded = manifest.encode();
      try (DiskFile file = directory.create(CheckpointManifest.FILE_NAME, encoded.length)) {
        file.write(0, ByteBuffer.wrap(encoded));
      }
    }
    Disk directory = disk.subdirectory(staged);
    try (DiskFile file = directory.open(CheckpointManifest.FILE_NAME)) {
      file.sync();
    }
    // What is here may be so in the page cache only: an earlier process was killed before its sync.
    directory.syncDirectory();
    disk.syncDirectory();
    List<String> here = directory.list();
    for (String name : here) {
      if (name.endsWith(PART)) {
        directory.delete(name);
      }
    }
    int first = 0;
    while (first < manifest.files().size() && here.contains(manifest.files().get(first).name())) {
      first++;
    }
    return first;
  }

  /** Writes bytes that came; the last ones of a file make it durable. */
  void write(CheckpointManifest.File file, long offset, ByteBuffer content) throws IOException {
    Disk directory = disk.subdirectory(staged);
    String name = file.name() + PART;
    long end = offset + content.remaining();
    try (DiskFile target =
        offset == 0 ? directory.create(name, file.lengthBytes()) : directory.open(name)) {
      target.write(offset, content);
      if (end == file.lengthBytes()) {
        makeDurable(target);
      }
    }
    if (end == file.lengthBytes()) {
      directory.rename(name, file.name());
      directory.syncDirectory();
    }
  }

  private static void makeDurable(DiskFile file) throws IOException {
    file.sync();
  }

  /**
   * Reads all that is here and compares it with what it should be.
   *
   * @throws IOException if it is something else or damaged
   */
  void check(CheckpointManifest manifest) throws IOException {
    try (OrderedTables copy = database.openCopy(disk, staged)) {
      Metadata.check(copy, manifest.state());
    } catch (TableException | IllegalStateException e) {
      throw new IOException("the checkpoint is damaged: " + e.getMessage(), e);
    }
  }

  /** As {@link #swap}, for callers for whom it must not fail. */
  OrderedTables swapNow() {
    try {
      return swap();
    } catch (IOException e) {
      throw new UncheckedIOException("a checkpoint can not be put in its place", e);
    }
  }

  /** Puts what is here in the place of the database, which is closed, and opens that. */
  private OrderedTables swap() throws IOException {
    if (disk.hasSubdirectory(database.name())) {
      disk.deleteSubdirectory(replaced);
      disk.rename(database.name(), replaced);
      disk.syncDirectory();
    }
    disk.rename(staged, database.name());
    disk.syncDirectory();
    OrderedTables opened = database.open(disk);
    disk.deleteSubdirectory(replaced);
    return opened;
  }

  boolean hasRoom(long bytes) throws IOException {
    return disk.usableBytes() >= bytes;
  }

  /** Removes whatever is here. */
  void discard() throws IOException {
    if (disk.hasSubdirectory(staged)) {
      disk.deleteSubdirectory(staged);
      disk.syncDirectory();
    }
  }
}

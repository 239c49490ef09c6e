package io.quorate.store.net.server;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.journal.JournalOptions;
import io.quorate.store.log.Membership;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.peer.ForcedQuorum;
import io.quorate.store.peer.Staging;
import io.quorate.store.peer.StoppedPeer;
import io.quorate.store.table.RocksSettings;
import io.quorate.store.table.RocksTables;
import io.quorate.store.table.Table;
import io.quorate.store.table.TableException;
import io.quorate.store.world.Disk;
import io.quorate.store.world.OverlayDisk;
import io.quorate.store.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a peer keeps its data, without its configuration and without its cluster. */
public final class DataDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

  static final String METADATA = "metadata";
  static final String INDEX = "index";

  /** The journal takes no more than a few records; its segments may be small. */
  private static final int SEGMENT_BYTES = 2 << 20;

  private DataDirectory() {}

  /**
   * Opens the data of a peer that does not run, killed or stopped. The directory is not changed by
   * a single byte, so it may be on a file system that is mounted read-only. While it is open, no
   * peer can start there.
   *
   * @param scratch an empty directory for what the recovery writes: the end of the journal, and
   *     what is newer than the last flush of the databases. It is left behind
   * @throws IOException if a peer runs there, or if it is not a peer's data, is of a newer format
   *     or damaged; the message says which and what to do
   */
  public static StoppedPeer open(World world, Path directory, Path scratch) throws IOException {
    try {
      return open(world, directory, scratch.resolve("first"), METADATA);
    } catch (StoppedPeer.CheckpointDueException e) {
      LOG.info("{}", e.getMessage());
      return open(world, directory, scratch.resolve("second"), Staging.stagedName(METADATA));
    }
  }

  private static StoppedPeer open(World world, Path directory, Path scratch, String name)
      throws IOException {
    OverlayDisk disk;
    UUID cluster;
    try {
      // Whoever runs there is told first: a peer that starts may not have written the rest yet.
      disk = OverlayDisk.open(directory, scratch.resolve("journal"));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no directory " + directory, e);
    } catch (NotDirectoryException e) {
      throw new IOException(directory + " is not a directory", e);
    }
    RocksTables metadata = null;
    RocksTables index = null;
    StoppedPeer peer = null;
    try {
      cluster = DataOwner.clusterOf(disk.directory());
      if (disk.list().stream().noneMatch(file -> file.startsWith("journal-"))) {
        throw new IOException(
            disk.directory()
                + " has no journal (journal-*.seg); restore it, or use another peer's");
      }
      String present =
          Staging.presentName(name, each -> Files.isDirectory(directory.resolve(each)));
      metadata = tables(disk, scratch, present, MetadataTable.values());
      index = index(disk, scratch);
      JournalOptions journal =
          JournalOptions.of(cluster, error -> LOG.error("the copy of the journal failed", error))
              .withSegmentBytes(SEGMENT_BYTES);
      peer = StoppedPeer.open(world, disk, journal, metadata, index);
      return peer;
    } catch (TableException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      if (peer == null) {
        if (metadata != null) {
          metadata.close();
        }
        if (index != null) {
          index.close();
        }
        disk.close();
      }
    }
  }

  /**
   * Has the peer that starts on {@code directory} next go on with {@code forced} as its membership.
   *
   * @throws IOException if a peer runs there, or it can not be written
   */
  public static void force(World world, Path directory, Membership forced) throws IOException {
    try (Disk disk = world.openDisk(directory)) {
      ForcedQuorum.write(disk, forced);
    }
  }

  private static RocksTables tables(OverlayDisk disk, Path scratch, String name, Table[] tables) {
    return RocksTables.openCopy(
        disk.directory().resolve(name), scratch.resolve(name), tables, RocksSettings.SMALL);
  }

  /** If the index can not be read, an empty one is filled from the journal. */
  private static RocksTables index(OverlayDisk disk, Path scratch) {
    try {
      return tables(disk, scratch, INDEX, ChunkStore.Index.values());
    } catch (TableException e) {
      LOG.warn("{}; it is built anew from the journal", e.getMessage());
      return RocksTables.openCopy(
          disk.directory().resolve("no index"),
          scratch.resolve("index-anew"),
          ChunkStore.Index.values(),
          RocksSettings.SMALL);
    }
  }
}

package io.quorate.store.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * {@link OrderedTables} on RocksDB. The write-ahead log is off, as the journal is the log; flushes
 * are atomic over all column families. RocksDB must not be called after it is closed (the process
 * would die), so each use takes a permit, and closing takes all of them.
 */
public final class RocksTables implements OrderedTables {
  private static final int ALL_PERMITS = Integer.MAX_VALUE;

  private final Path directory;
  private final List<AbstractNativeReference> owned;
  private final RocksDB db;
  private final ColumnFamilyHandle[] families;
  private final int[] familyIds;
  private final ReadOptions readPresent = new ReadOptions();
  private final ReadOptions readFlushed = new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER);
  private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
  private final FlushOptions flushOptions = new FlushOptions().setWaitForFlush(true);
  private final Semaphore uses = new Semaphore(ALL_PERMITS);

  private RocksTables(
      Path directory,
      List<AbstractNativeReference> owned,
      RocksDB db,
      List<ColumnFamilyHandle> handles) {
    this.directory = directory;
    this.owned = owned;
    this.db = db;
    this.families = handles.toArray(new ColumnFamilyHandle[0]);
    this.familyIds = handles.stream().mapToInt(ColumnFamilyHandle::getID).toArray();
  }

  /**
   * Opens or makes the database in {@code directory}.
   *
   * @param tables all its tables, as {@code values()} of the enum that declares them
   * @throws TableException if it is damaged, held by another process, or cannot be read or written
   */
  public static RocksTables open(Path directory, Table[] tables, RocksSettings settings) {
    return open(directory, tables, settings, Access.FULL);
  }

  /**
   * Opens what the database in {@code source} holds, and leaves that as it is: what is written goes
   * to {@code directory}. That one refers to the files of rows, which RocksDB never changes, and
   * has copies of the few small ones that it does change. Nobody else may have {@code source} open.
   *
   * @param source may be missing, and is an empty database then
   * @param directory must not exist; is left behind
   * @throws TableException as {@link #open}
   */
  public static RocksTables openCopy(
      Path source, Path directory, Table[] tables, RocksSettings settings) {
    try {
      Files.createDirectories(directory);
      if (Files.exists(source)) {
        refer(source, directory);
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      throw new TableException("cannot copy the tables in " + source + ": " + e.getMessage(), e);
    }
    try {
      // Moving rows about would only take time and space: the copy does not last.
      return open(directory, tables, settings, Access.COPY);
    } catch (TableException e) {
      String message = String.valueOf(e.getMessage());
      throw new TableException(message.replace(directory.toString(), source.toString()), e);
    }
  }

  private static void refer(Path source, Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(source)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        Path copy = directory.resolve(name);
        if (name.endsWith(".sst") && linked(copy, file.toRealPath())) {
          continue;
        }
        if (!name.equals("LOCK") && Files.isRegularFile(file)) {
          Files.copy(file, copy);
          copy.toFile().setWritable(true, true);
        }
      }
    }
  }

  /** False where the file system has no symbolic links. */
  private static boolean linked(Path link, Path target) {
    try {
      Files.createSymbolicLink(link, target);
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Opens a database that is there, without changing any of its files. */
  static RocksTables openReadOnly(Path directory, Table[] tables, RocksSettings settings) {
    return open(directory, tables, settings, Access.READ_ONLY);
  }

  /** What is going to be done with a database. */
  private enum Access {
    FULL,

    /** Reads and writes, for a short time: rows need not be moved about. */
    COPY,
    READ_ONLY
  }

  private static RocksTables open(
      Path directory, Table[] tables, RocksSettings settings, Access access) {
    List<AbstractNativeReference> owned = new ArrayList<>();
    try {
      if (access != Access.READ_ONLY) {
        Files.createDirectories(directory);
      }
      RocksLibrary.load();
      var familyOptions =
          settings.familyOptions(owned).setDisableAutoCompactions(access != Access.FULL);
      DBOptions options = settings.databaseOptions(owned);
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      for (Table table : tables) {
        byte[] name =
            table.name().toLowerCase(java.util.Locale.ROOT).getBytes(StandardCharsets.UTF_8);
        descriptors.add(new ColumnFamilyDescriptor(name, familyOptions));
      }
      // RocksDB insists on this one; it stays empty.
      descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions));
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      RocksDB db =
          access == Access.READ_ONLY
              ? RocksDB.openReadOnly(options, directory.toString(), descriptors, handles)
              : RocksDB.open(options, directory.toString(), descriptors, handles);
      return new RocksTables(directory, owned, db, handles);
    } catch (RocksDBException | IOException e) {
      closeAll(owned);
      throw new TableException("cannot open the tables in " + directory + ": " + e.getMessage(), e);
    }
  }

  private static void closeAll(List<AbstractNativeReference> owned) {
    for (AbstractNativeReference object : owned.reversed()) {
      object.close();
    }
  }

  private void begin() {
    if (!uses.tryAcquire()) {
      throw new IllegalStateException("the tables in " + directory + " are closed");
    }
  }

  private TableException failed(String what, RocksDBException e) {
    return new TableException(what + " the tables in " + directory + ": " + e.getMessage(), e);
  }

  private byte @Nullable [] get(ReadOptions options, Table table, byte[] key) {
    try {
      return db.get(families[table.ordinal()], options, key);
    } catch (RocksDBException e) {
      throw failed("cannot read", e);
    }
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    begin();
    try {
      return get(readPresent, table, key);
    } finally {
      uses.release();
    }
  }

  @Override
  public byte @Nullable [] getFlushed(Table table, byte[] key) {
    begin();
    try {
      return get(readFlushed, table, key);
    } finally {
      uses.release();
    }
  }

  @Override
  public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
    begin();
    return new RocksCursor(table, null, from, to);
  }

  @Override
  public @Nullable Row last(Table table, byte[] lowest, byte[] highest) {
    begin();
    try {
      return last(null, table, lowest, highest);
    } finally {
      uses.release();
    }
  }

  private @Nullable Row last(
      org.rocksdb.@Nullable Snapshot snapshot, Table table, byte[] lowest, byte[] highest) {
    try (Slice bound = new Slice(lowest);
        ReadOptions options = new ReadOptions().setIterateLowerBound(bound).setSnapshot(snapshot);
        RocksIterator iterator = db.newIterator(families[table.ordinal()], options)) {
      iterator.seekForPrev(highest);
      iterator.status();
      return iterator.isValid() ? new Row(iterator.key(), iterator.value()) : null;
    } catch (RocksDBException e) {
      throw failed("cannot read", e);
    }
  }

  @Override
  public Snapshot snapshot() {
    begin();
    return new RocksSnapshot(db.getSnapshot());
  }

  @Override
  public void write(TableBatch batch) {
    begin();
    // One native call for the whole batch: RocksDB's own encoding of it is made here.
    try (WriteBatch encoded = new WriteBatch(RocksBatchEncoding.encode(batch, familyIds))) {
      db.write(writeOptions, encoded);
    } catch (RocksDBException e) {
      throw failed("cannot write", e);
    } finally {
      uses.release();
    }
  }

  @Override
  public void flush() {
    begin();
    try {
      db.flush(flushOptions, List.of(families));
    } catch (RocksDBException e) {
      throw failed("cannot flush", e);
    } finally {
      uses.release();
    }
  }

  /** Makes a copy in a directory that is not there yet: flushes, and links to the files. */
  void copyTo(Path copy) throws IOException {
    begin();
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(copy.toString());
    } catch (RocksDBException e) {
      throw new IOException("cannot copy the tables in " + directory + ": " + e.getMessage(), e);
    } finally {
      uses.release();
    }
  }

  @Override
  public long estimateRows(Table table) {
    begin();
    try {
      return db.getLongProperty(families[table.ordinal()], "rocksdb.estimate-num-keys");
    } catch (RocksDBException e) {
      throw failed("cannot estimate", e);
    } finally {
      uses.release();
    }
  }

  @Override
  public long estimateBytes() {
    begin();
    try {
      return db.getAggregatedLongProperty("rocksdb.total-sst-files-size")
          + db.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables");
    } catch (RocksDBException e) {
      throw failed("cannot estimate", e);
    } finally {
      uses.release();
    }
  }

  @Override
  public void close() {
    uses.acquireUninterruptibly(ALL_PERMITS);
    if (!db.isOwningHandle()) {
      return;
    }
    for (ColumnFamilyHandle family : families) {
      family.close();
    }
    db.close();
    readPresent.close();
    readFlushed.close();
    writeOptions.close();
    flushOptions.close();
    closeAll(owned);
  }

  @Override
  public String toString() {
    return "RocksTables[" + directory + "]";
  }

  /** Holds a permit until closed. */
  private final class RocksSnapshot implements Snapshot {
    private final org.rocksdb.Snapshot snapshot;
    private final ReadOptions options;
    private boolean closed;

    RocksSnapshot(org.rocksdb.Snapshot snapshot) {
      this.snapshot = snapshot;
      this.options = new ReadOptions().setSnapshot(snapshot);
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
      return RocksTables.this.get(options, table, key);
    }

    @Override
    public Cursor scan(Table table, byte[] from, byte @Nullable [] to) {
      begin();
      return new RocksCursor(table, snapshot, from, to);
    }

    @Override
    public @Nullable Row last(Table table, byte[] lowest, byte[] highest) {
      return RocksTables.this.last(snapshot, table, lowest, highest);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        options.close();
        db.releaseSnapshot(snapshot);
        snapshot.close();
        uses.release();
      }
    }
  }

  /**
   * Holds a permit until closed. Bounded, so that it never walks over what lies beyond the range.
   */
  private final class RocksCursor implements Cursor {
    private final @Nullable Slice bound;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private final byte[] from;
    private boolean begun;
    private boolean closed;

    RocksCursor(
        Table table, org.rocksdb.@Nullable Snapshot snapshot, byte[] from, byte @Nullable [] to) {
      this.from = from;
      this.bound = to == null ? null : new Slice(to);
      this.options = new ReadOptions().setSnapshot(snapshot);
      if (bound != null) {
        options.setIterateUpperBound(bound);
      }
      this.iterator = db.newIterator(families[table.ordinal()], options);
    }

    @Override
    public boolean next() {
      if (begun) {
        iterator.next();
      } else {
        begun = true;
        iterator.seek(from);
      }
      if (iterator.isValid()) {
        return true;
      }
      try {
        iterator.status();
      } catch (RocksDBException e) {
        throw failed("cannot read", e);
      }
      return false;
    }

    @Override
    public byte[] key() {
      return iterator.key();
    }

    @Override
    public byte[] value() {
      return iterator.value();
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        iterator.close();
        options.close();
        if (bound != null) {
          bound.close();
        }
        uses.release();
      }
    }
  }
}

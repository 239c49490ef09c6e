package io.quorate.store.table;

import io.quorate.store.world.Disk;
import io.quorate.store.world.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The in-memory twin of {@link RocksDatabase}. What it holds lives in {@link MemoryTables}; only
 * copies are files, one for each table: rows of key length, key, value length, value, big-endian,
 * and a CRC32C of them.
 *
 * <p>Which tables are the present ones is read from the disk, as it is with RocksDB: those that
 * were copied into the files that lie in the sub-directory now, or the first ones while there are
 * none.
 */
public final class MemoryDatabase implements Database {
  /** A file that tells one copy from another; whoever puts a copy in place writes it. */
  private final String identityFile;

  private final String name;
  private final Table[] tables;
  private final Map<String, MemoryTables> byIdentity = new HashMap<>();

  /** What was loaded from files, which are these tables' own from then on, and stay needed. */
  private final Map<String, Integer> loaded = new HashMap<>();

  private String present = "";

  /** Of which {@code first} are the tables until a copy takes their place. */
  public MemoryDatabase(String name, Table[] tables, MemoryTables first, String identityFile) {
    this.name = name;
    this.tables = tables.clone();
    this.identityFile = identityFile;
    byIdentity.put(present, first);
  }

  @Override
  public String name() {
    return name;
  }

  /** The tables that were opened last. */
  public MemoryTables tables() {
    MemoryTables found = byIdentity.get(present);
    if (found == null) {
      throw new IllegalStateException("no tables are open");
    }
    return found;
  }

  /** The process ends: the next one finds what was flushed, of whatever tables then are there. */
  public void revertToLastFlush() {
    byIdentity.replaceAll((identity, each) -> each.revertToLastFlush());
  }

  /** What a crash now would leave of it, as a database of its own. */
  public MemoryDatabase copyOfLastFlush() {
    MemoryDatabase copy = new MemoryDatabase(name, tables, tables(), identityFile);
    byIdentity.forEach((identity, each) -> copy.byIdentity.put(identity, each.copyOfLastFlush()));
    copy.loaded.putAll(loaded);
    copy.present = present;
    return copy;
  }

  @Override
  public MemoryTables open(Disk disk) {
    try {
      String identity = identity(disk);
      MemoryTables found = byIdentity.get(identity);
      if (found == null) {
        MemoryTables first = tables();
        found = first.holding(load(disk, name));
        byIdentity.put(identity, found);
        loaded.put(identity, checksum(disk));
      } else {
        Integer before = loaded.get(identity);
        if (before != null && before != checksum(disk)) {
          throw new IOException("its files are damaged");
        }
        // The process that closed it is this one.
        found = found.reopened();
        byIdentity.put(identity, found);
      }
      present = identity;
      return found;
    } catch (IOException e) {
      throw new TableException("cannot open the tables in " + name + ": " + e.getMessage(), e);
    }
  }

  private int checksum(Disk disk) throws IOException {
    CRC32C crc = new CRC32C();
    for (Table table : tables) {
      crc.update(read(disk.subdirectory(name), fileName(table)));
    }
    return (int) crc.getValue();
  }

  private String identity(Disk disk) throws IOException {
    if (!disk.hasSubdirectory(name)) {
      return "";
    }
    ByteBuffer content = read(disk.subdirectory(name), identityFile);
    StringBuilder hex = new StringBuilder();
    while (content.hasRemaining()) {
      hex.append(String.format("%02x", content.get()));
    }
    return hex.toString();
  }

  @Override
  public void copy(OrderedTables from, Disk disk, String directory) throws IOException {
    Disk target = disk.subdirectory(directory);
    try (OrderedTables.Snapshot snapshot = from.snapshot()) {
      for (Table table : tables) {
        ByteBuffer rows = rows(snapshot, table);
        try (DiskFile file = target.create(fileName(table), rows.remaining())) {
          file.write(0, rows);
        }
      }
    }
  }

  private static String fileName(Table table) {
    return table.name().toLowerCase(Locale.ROOT) + ".rows";
  }

  private static ByteBuffer rows(TableReader reader, Table table) {
    ByteBuffer out = ByteBuffer.allocate(1024);
    try (Cursor cursor = reader.scan(table, new byte[0], null)) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        byte[] value = cursor.value();
        int bytes = 2 * Integer.BYTES + key.length + value.length;
        if (out.remaining() < bytes) {
          int capacity = 2 * out.capacity() + bytes;
          out = ByteBuffer.allocate(capacity).put(out.flip());
        }
        out.putInt(key.length).put(key).putInt(value.length).put(value);
      }
    }
    // RocksDB's files carry checksums, so what rots on disk is noticed.
    ByteBuffer rows = out.flip();
    int crc = crc32c(rows);
    return ByteBuffer.allocate(rows.remaining() + Integer.BYTES).put(rows).putInt(crc).flip();
  }

  private static int crc32c(ByteBuffer content) {
    CRC32C crc = new CRC32C();
    crc.update(content.duplicate());
    return (int) crc.getValue();
  }

  @Override
  public MemoryTables openCopy(Disk disk, String directory) {
    try {
      return tables().holding(load(disk, directory));
    } catch (IOException e) {
      throw new TableException("cannot open the copy in " + directory + ": " + e.getMessage(), e);
    }
  }

  private TableBatch load(Disk disk, String directory) throws IOException {
    Disk source = disk.subdirectory(directory);
    TableBatch batch = new TableBatch();
    for (Table table : tables) {
      ByteBuffer rows = read(source, fileName(table));
      int end = rows.limit() - Integer.BYTES;
      if (end < 0 || rows.getInt(end) != crc32c(rows.duplicate().limit(end))) {
        throw new IOException("its rows are damaged");
      }
      rows.limit(end);
      while (rows.hasRemaining()) {
        batch.put(table, take(rows), take(rows));
      }
    }
    return batch;
  }

  private static byte[] take(ByteBuffer in) throws IOException {
    int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IOException("its rows are damaged");
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static ByteBuffer read(Disk source, String fileName) throws IOException {
    try (DiskFile file = source.open(fileName)) {
      ByteBuffer content = ByteBuffer.allocate((int) file.sizeBytes());
      file.read(0, content);
      return content.flip();
    }
  }
}

package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.metadata.Extents.Trim;
import io.quorate.store.metadata.View.Dirent;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks that the replicated state hangs together: link counts, directories, references of chunks,
 * orphans, sessions, totals. Reads every row; for tests and simulations.
 */
public final class NamespaceFsck {
  private final TableReader rows;
  private final List<String> errors = new ArrayList<>();
  private final Map<Long, Inode> inodes = new TreeMap<>();
  private final Map<Long, Orphan> orphans = new TreeMap<>();
  private final Map<Long, Long> contents = new TreeMap<>();
  private final Map<Long, Integer> trims = new HashMap<>();
  private final Map<Long, Session> sessions = new TreeMap<>();
  private long queued;

  private NamespaceFsck(TableReader rows) {
    this.rows = rows;
  }

  /** Throws AssertionError with all that is wrong. */
  public static void check(TableReader rows) {
    List<String> errors = errors(rows);
    if (!errors.isEmpty()) {
      throw new AssertionError("the namespace is damaged:\n" + String.join("\n", errors));
    }
  }

  /** All that is wrong, one sentence each. */
  public static List<String> errors(TableReader rows) {
    NamespaceFsck fsck = new NamespaceFsck(rows);
    fsck.load();
    fsck.checkTree();
    fsck.checkContents();
    fsck.checkOrphans();
    fsck.checkXattrsAndSessions();
    return fsck.errors;
  }

  private void expect(boolean condition, String error) {
    if (!condition) {
      errors.add(error);
    }
  }

  private interface RowVisitor {
    void visit(byte[] key, byte[] value);
  }

  private void each(MetadataTable table, RowVisitor visitor) {
    try (Cursor cursor = rows.scan(table, new byte[0], null)) {
      while (cursor.next()) {
        visitor.visit(cursor.key(), cursor.value());
      }
    }
  }

  private void load() {
    each(
        MetadataTable.INODES,
        (key, value) -> inodes.put(Keys.longAt(key, 0), Inode.decode(Keys.longAt(key, 0), value)));
    each(
        MetadataTable.ORPHANS,
        (key, value) -> {
          switch ((char) key[0]) {
            case 'o' -> orphans.put(Keys.longAt(key, 1), Orphan.decode(value));
            case 'q' -> queued++;
            case 't' -> trims.merge(Keys.longAt(key, 1), 1, Integer::sum);
            default -> errors.add("an orphan row begins with " + key[0]);
          }
        });
    each(
        MetadataTable.SESSIONS,
        (key, value) -> {
          if (key[0] == 's') {
            sessions.put(Keys.longAt(key, 1), Session.decode(Keys.longAt(key, 1), value));
          }
        });
  }

  private void checkTree() {
    Map<Long, Integer> names = new HashMap<>();
    Map<Long, Integer> subdirectories = new HashMap<>();
    Map<Long, Long> entries = new HashMap<>();
    each(
        MetadataTable.DIRENTS,
        (key, value) -> {
          long directory = Keys.longAt(key, 0);
          Bytes name = Keys.nameOf(key);
          Dirent dirent = Dirent.decode(value);
          Inode parent = inodes.get(directory);
          Inode inode = inodes.get(dirent.inode());
          String what = "name '" + name + "' in directory " + directory;
          expect(parent != null && parent.isDirectory(), what + " is in no directory");
          if (inode == null) {
            errors.add(what + " leads to inode " + dirent.inode() + ", which is not there");
            return;
          }
          expect(inode.type == dirent.type(), what + " has the wrong type");
          names.merge(inode.id, 1, Integer::sum);
          entries.merge(directory, 1L, Long::sum);
          if (inode.isDirectory()) {
            subdirectories.merge(directory, 1, Integer::sum);
            expect(inode.parent == directory, what + " has its parent in " + inode.parent);
            expect(inode.name.equals(name), what + " thinks it is '" + inode.name + "'");
          }
        });
    for (Inode inode : inodes.values()) {
      int named = names.getOrDefault(inode.id, 0);
      if (inode.id == At.ROOT) {
        expect(named == 0, "the root has a name");
      } else if (inode.isDirectory()) {
        expect(named <= 1, "directory " + inode.id + " has " + named + " names");
        expect((inode.links == 0) == (named == 0), "directory " + inode.id + " is lost");
        expect(reachesRoot(inode), "directory " + inode.id + " is cut off from the root");
      }
      if (inode.isDirectory()) {
        expect(
            inode.size == entries.getOrDefault(inode.id, 0L),
            "directory " + inode.id + " counts " + inode.size + " names");
        expect(
            inode.links == 0 || inode.links == 2 + subdirectories.getOrDefault(inode.id, 0),
            "directory " + inode.id + " has " + inode.links + " links");
      } else {
        expect(
            inode.links == named,
            "inode " + inode.id + " has " + inode.links + " links and " + named + " names");
      }
      checkName(inode);
    }
  }

  private void checkName(Inode inode) {
    if (inode.parent != 0 && inode.id != At.ROOT) {
      byte[] row = rows.get(MetadataTable.DIRENTS, Keys.of(inode.parent, inode.name));
      expect(
          row != null && Dirent.decode(row).inode() == inode.id,
          "inode " + inode.id + " is not at '" + inode.name + "' in " + inode.parent);
    }
  }

  private boolean reachesRoot(Inode directory) {
    Set<Long> seen = new HashSet<>();
    Inode at = directory;
    while (at != null && at.links > 0 && at.id != At.ROOT && seen.add(at.id)) {
      at = inodes.get(at.parent);
    }
    return at != null && (at.id == At.ROOT || at.links == 0);
  }

  private void checkContents() {
    for (Inode inode : inodes.values()) {
      expect(
          (inode.type == FileType.REGULAR) == (inode.content != 0),
          "inode " + inode.id + " of type " + inode.type + " has content " + inode.content);
      if (inode.content != 0) {
        expect(contents.put(inode.content, inode.id) == null, "content of two: " + inode.content);
        checkExtents(inode.content, inode.size, inode.mappedEnd, inode.trims, inode.extentBytes);
      }
    }
    for (Orphan orphan : orphans.values()) {
      if (!orphan.ofInode()) {
        expect(contents.put(orphan.content(), 0L) == null, "content of two: " + orphan.content());
        checkExtents(orphan.content(), orphan.size(), orphan.mappedEnd(), orphan.trims(), -1);
      }
    }
    Map<ChunkId, Integer> used = new HashMap<>();
    each(
        MetadataTable.EXTENTS,
        (key, value) -> {
          expect(
              contents.containsKey(Keys.longAt(key, 0)),
              "extent of content " + Keys.longAt(key, 0) + ", which nothing has");
          used.merge(ExtentRow.decode(key, value).extent().chunk().id(), 1, Integer::sum);
        });
    long[] liveBytes = {0};
    Map<Long, Long> tombstones = new TreeMap<>();
    each(
        MetadataTable.CHUNKS,
        (key, value) -> {
          ChunkId id = new ChunkId(Keys.longAt(key, 0), Keys.longAt(key, 8));
          int references = used.getOrDefault(id, 0);
          used.remove(id);
          expect(
              Chunks.references(value) == references,
              "chunk "
                  + id
                  + " counts "
                  + Chunks.references(value)
                  + " references and has "
                  + references);
          liveBytes[0] += references > 0 ? Keys.intAt(value, 4) : 0;
          if (references == 0) {
            tombstones.merge(id.session(), 1L, Long::sum);
          }
        });
    expect(used.isEmpty(), "chunks without a row: " + used);
    for (Session session : sessions.values()) {
      expect(
          session.tombstones == tombstones.getOrDefault(session.id, 0L),
          "session " + session.id + " counts " + session.tombstones + " dead chunks");
      tombstones.remove(session.id);
    }
    expect(tombstones.isEmpty(), "dead chunks of no session: " + tombstones);
    Globals globals = new View(rows).globals();
    expect(globals.contentBytes == liveBytes[0], "content bytes are " + liveBytes[0]);
    expect(globals.inodes == inodes.size(), "there are " + inodes.size() + " inodes");
    expect(
        globals.trims == trims.values().stream().mapToInt(Integer::intValue).sum(),
        "trims do not add up to " + globals.trims);
  }

  private void checkExtents(
      long content, long size, long mappedEnd, int trimCount, long extentBytes) {
    expect(
        trims.getOrDefault(content, 0) == trimCount,
        "content " + content + " counts " + trimCount + " trims");
    List<Trim> cut = Extents.trims(rows, content, trimCount);
    long[] end = {0};
    long[] bytes = {0};
    try (Cursor cursor = rows.scanPrefix(MetadataTable.EXTENTS, Keys.of(content))) {
      while (cursor.next()) {
        ExtentRow row = ExtentRow.decode(cursor.key(), cursor.value());
        bytes[0] += row.extent().lengthBytes();
        if (!Extents.isCut(cut, row)) {
          expect(
              row.extent().fileOffset() >= end[0],
              "extents of content " + content + " overlap at " + row.extent().fileOffset());
          end[0] = row.extent().end();
          expect(end[0] <= mappedEnd, "content " + content + " is mapped to " + end[0]);
        }
      }
    }
    boolean complete = extentBytes >= 0;
    expect(!complete || end[0] <= size, "content " + content + " is mapped beyond its size");
    expect(
        !complete || bytes[0] == extentBytes,
        "content " + content + " counts " + extentBytes + " bytes in extents, not " + bytes[0]);
  }

  private void checkOrphans() {
    long parked = 0;
    for (Orphan orphan : orphans.values()) {
      parked += orphan.parked() ? 1 : 0;
      byte[] key = Keys.tagged('q', orphan.index(), orphan.id());
      expect(
          orphan.parked() == (rows.get(MetadataTable.ORPHANS, key) == null),
          "orphan " + orphan.id() + " is both parked and queued, or neither");
      if (orphan.ofInode()) {
        Inode inode = inodes.get(orphan.inode());
        expect(inode != null && inode.links == 0, "orphan inode " + orphan.inode() + " has a name");
      }
    }
    expect(queued + parked == orphans.size(), "the queue has rows of no orphan");
    for (Inode inode : inodes.values()) {
      expect(
          inode.links > 0 || orphans.containsKey(inode.id),
          "inode " + inode.id + " has no name and is no orphan");
    }
  }

  private void checkXattrsAndSessions() {
    Map<Long, Integer> xattrs = new HashMap<>();
    each(MetadataTable.XATTRS, (key, value) -> xattrs.merge(Keys.longAt(key, 0), 1, Integer::sum));
    for (Inode inode : inodes.values()) {
      Integer count = xattrs.remove(inode.id);
      expect(
          (count == null ? 0 : count) <= inode.xattrs,
          "inode " + inode.id + " counts " + inode.xattrs + " xattrs, and has " + count);
      expect(
          inode.links == 0 || (count == null ? 0 : count) == inode.xattrs,
          "inode " + inode.id + " counts " + inode.xattrs + " xattrs, and has " + count);
    }
    expect(xattrs.isEmpty(), "xattrs of no inode: " + xattrs.keySet());
    each(
        MetadataTable.RESULTS,
        (key, value) -> {
          Session session = sessions.get(Keys.longAt(key, 0));
          expect(session != null, "a result of no session: " + Keys.longAt(key, 0));
          expect(
              session == null || session.ended || Keys.longAt(key, 8) >= session.lowest,
              "a result is kept that was forgotten");
        });
    each(
        MetadataTable.LOCKS,
        (key, value) ->
            expect(
                key[0] != 'i' || inodes.containsKey(Keys.longAt(key, 1)),
                "locks of inode " + Keys.longAt(key, 1) + ", which is not there"));
  }
}

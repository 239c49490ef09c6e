package io.quorate.store.metadata;

import io.quorate.store.metadata.Extents.Trim;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes, a bounded number of rows with each log entry, what commands have let go of: extents that
 * a trim cut off, what ended sessions leave, dead chunks below a floor, and orphans that no session
 * holds. It depends on the replicated state only, so all peers remove the same rows with the same
 * entry.
 */
final class Purge {
  private final Transaction tx;
  private final Chunks chunks;
  private int budget;

  Purge(Transaction tx, int budget) {
    this.tx = tx;
    this.chunks = new Chunks(tx);
    this.budget = budget;
  }

  void run() {
    if (tx.globals.trims > 0) {
      purgeTrims();
    }
    purgeSessions();
    purgeOrphans();
    tx.sessions.settleTombstones(tx);
  }

  // ---- trims

  private void purgeTrims() {
    while (budget > 0) {
      TableReader.Row row = firstRow(MetadataTable.ORPHANS, new byte[] {'t'});
      if (row == null) {
        return;
      }
      long content = Keys.longAt(row.key(), 1);
      Trim trim =
          new Trim(
              Keys.longAt(row.key(), 9), Keys.longAt(row.value(), 0), Keys.longAt(row.value(), 8));
      Owner owner = owner(Keys.longAt(row.value(), 16), content);
      long reached = purgeTrim(content, trim, owner);
      if (reached >= trim.to()) {
        tx.draft.delete(MetadataTable.ORPHANS, row.key());
        tx.globals.trims--;
        owner.trims--;
      } else {
        byte[] rest = row.value().clone();
        Keys.LONG.set(rest, 0, reached);
        tx.draft.put(MetadataTable.ORPHANS, row.key(), rest);
      }
      owner.save();
    }
  }

  /** Answers how far it came. */
  private long purgeTrim(long content, Trim trim, Owner owner) {
    try (Cursor cursor =
        tx.draft.scan(
            MetadataTable.EXTENTS, Keys.of(content, trim.from()), Keys.of(content, trim.to()))) {
      while (cursor.next()) {
        ExtentRow row = ExtentRow.decode(cursor.key(), cursor.value());
        if (budget == 0) {
          return row.extent().fileOffset();
        }
        budget--;
        if (trim.covers(row)) {
          tx.draft.delete(MetadataTable.EXTENTS, cursor.key());
          chunks.release(row.extent().chunk());
          owner.freedBytes += row.extent().lengthBytes();
        }
      }
    }
    return trim.to();
  }

  /** Where the counts of a content are kept: with its inode, or with the orphan it became. */
  private final class Owner {
    private final @Nullable Inode inode;
    private final @Nullable Orphan orphan;
    int trims;
    long freedBytes;

    Owner(@Nullable Inode inode, @Nullable Orphan orphan) {
      this.inode = inode;
      this.orphan = orphan;
      this.trims = inode != null ? inode.trims : orphan != null ? orphan.trims() : 0;
    }

    void save() {
      if (inode != null) {
        inode.trims = trims;
        inode.extentBytes -= freedBytes;
        tx.save(inode);
      } else if (orphan != null) {
        tx.draft.put(
            MetadataTable.ORPHANS, Keys.tagged('o', orphan.id()), orphan.withTrims(trims).encode());
      }
    }
  }

  private Owner owner(long inodeId, long content) {
    Inode inode = tx.view.inode(inodeId);
    if (inode != null && inode.content == content) {
      return new Owner(inode, null);
    }
    return new Owner(null, tx.view.orphan(content));
  }

  private TableReader.@Nullable Row firstRow(MetadataTable table, byte[] prefix) {
    try (Cursor cursor = tx.draft.scanPrefix(table, prefix)) {
      return cursor.next() ? new TableReader.Row(cursor.key(), cursor.value()) : null;
    }
  }

  // ---- sessions

  private void purgeSessions() {
    // Asked at every command, and nearly never is there anything.
    List<Session> purgeable = new ArrayList<>();
    for (Session session : tx.sessions.all()) {
      if (session.ended || session.sweptFloor < session.chunkFloor) {
        purgeable.add(session);
      }
    }
    for (Session session : purgeable) {
      if (budget <= 0) {
        return;
      }
      if (session.ended) {
        purgeEnded(session);
      } else {
        sweepChunks(session, session.chunkFloor);
        tx.sessions.save(tx, session);
      }
    }
  }

  private void purgeEnded(Session session) {
    while (budget > 0 && !session.results.isEmpty()) {
      budget--;
      long sequence = session.results.firstKey();
      byte[] result = session.results.remove(sequence);
      byte[] key = Keys.of(session.id, sequence);
      tx.draft.know(MetadataTable.RESULTS, key, result);
      tx.draft.delete(MetadataTable.RESULTS, key);
    }
    budget -= new Locks(tx).purge(session.id, budget);
    if (budget > 0 && sweepChunks(session, Long.MAX_VALUE)) {
      tx.draft.delete(MetadataTable.SESSIONS, session.key());
      tx.sessions.remove(session.id);
    } else {
      tx.sessions.save(tx, session);
    }
  }

  /** Removes rows of dead chunks numbered below {@code floor}; true when none is left. */
  private boolean sweepChunks(Session session, long floor) {
    if (session.tombstones == 0) {
      session.sweptFloor = floor;
      return true;
    }
    try (Cursor cursor =
        tx.draft.scan(
            MetadataTable.CHUNKS,
            Keys.of(session.id, session.sweptFloor),
            Keys.of(session.id, floor))) {
      while (cursor.next()) {
        if (budget == 0) {
          session.sweptFloor = Keys.longAt(cursor.key(), 8);
          return false;
        }
        budget--;
        if (Chunks.references(cursor.value()) == 0) {
          tx.draft.delete(MetadataTable.CHUNKS, cursor.key());
          session.tombstones--;
        }
      }
    }
    session.sweptFloor = floor;
    return true;
  }

  // ---- orphans

  private void purgeOrphans() {
    long floor = tx.sessions.handlesFloor(tx.index);
    while (budget > 0 && tx.sessions.firstOrphan() <= floor) {
      byte[] from = Keys.tagged('q', tx.sessions.firstOrphan());
      TableReader.Row row;
      try (Cursor cursor = tx.draft.scan(MetadataTable.ORPHANS, from, new byte[] {'q' + 1})) {
        row = cursor.next() ? new TableReader.Row(cursor.key(), cursor.value()) : null;
      }
      long index = row == null ? Long.MAX_VALUE : Keys.longAt(row.key(), 1);
      tx.sessions.noOrphanBelow(index);
      if (row == null || index > floor) {
        return;
      }
      long id = Keys.longAt(row.key(), 9);
      Orphan orphan = tx.view.orphan(id);
      if (orphan == null) {
        throw new IllegalStateException("orphan " + id + " is queued but has no row");
      }
      budget--;
      if (tx.sessions.isHeld(id)) {
        tx.draft.delete(MetadataTable.ORPHANS, row.key());
        tx.draft.put(MetadataTable.ORPHANS, Keys.tagged('o', id), orphan.withParked(true).encode());
      } else if (purge(orphan)) {
        tx.draft.delete(MetadataTable.ORPHANS, row.key());
        tx.draft.delete(MetadataTable.ORPHANS, Keys.tagged('o', id));
      } else if (orphan.linkable()) {
        // Parts of it are gone: it is too late for a name.
        tx.draft.put(
            MetadataTable.ORPHANS, Keys.tagged('o', id), orphan.withoutLinkable().encode());
      }
    }
  }

  /** True when nothing is left of it but its own rows. It has no trims: those are purged before. */
  private boolean purge(Orphan orphan) {
    Inode inode = orphan.ofInode() ? tx.view.need(orphan.inode()) : null;
    long content = inode != null ? inode.content : orphan.content();
    long mappedEnd = inode != null ? inode.mappedEnd : orphan.mappedEnd();
    if (content != 0 && mappedEnd > 0 && !purgeExtents(content, mappedEnd)) {
      return false;
    }
    if (inode == null) {
      return true;
    }
    if (inode.xattrs > 0 && !purgeRows(MetadataTable.XATTRS, Keys.of(inode.id))) {
      return false;
    }
    new Locks(tx).forget(inode.id);
    tx.draft.delete(MetadataTable.INODES, Keys.of(inode.id));
    tx.globals.inodes--;
    return true;
  }

  private boolean purgeExtents(long content, long mappedEnd) {
    byte[] first = Keys.of(content, 0);
    byte[] value = tx.draft.get(MetadataTable.EXTENTS, first);
    if (value != null) {
      ExtentRow row = ExtentRow.decode(first, value);
      budget--;
      tx.draft.delete(MetadataTable.EXTENTS, first);
      chunks.release(row.extent().chunk());
      if (row.extent().end() >= mappedEnd) {
        return true; // A small file has this one only: no cursor needed.
      }
    }
    try (Cursor cursor = tx.draft.scanPrefix(MetadataTable.EXTENTS, Keys.of(content))) {
      while (cursor.next()) {
        if (budget <= 0) {
          return false;
        }
        budget--;
        tx.draft.delete(MetadataTable.EXTENTS, cursor.key());
        chunks.release(ExtentRow.decode(cursor.key(), cursor.value()).extent().chunk());
      }
    }
    return true;
  }

  private boolean purgeRows(MetadataTable table, byte[] prefix) {
    try (Cursor cursor = tx.draft.scanPrefix(table, prefix)) {
      while (cursor.next()) {
        if (budget <= 0) {
          return false;
        }
        budget--;
        tx.draft.delete(table, cursor.key());
      }
    }
    return true;
  }
}

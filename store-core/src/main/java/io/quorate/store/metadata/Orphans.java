package io.quorate.store.metadata;

/**
 * What has lost its name or its place but may still be open somewhere: unlinked inodes and replaced
 * contents. They wait in a queue ordered by the log index that orphaned them; {@link Purge} takes
 * them out.
 */
final class Orphans {
  private final Transaction tx;

  Orphans(Transaction tx) {
    this.tx = tx;
  }

  /** An inode whose last name is gone; the caller saves it. */
  void add(Inode inode) {
    addUnnamed(inode, false);
  }

  /** An inode without a name; the caller saves it. */
  void addUnnamed(Inode inode, boolean linkable) {
    add(
        new Orphan(
            true,
            tx.index,
            false,
            inode.id,
            inode.content,
            inode.contentVersion,
            inode.size,
            inode.mappedEnd,
            inode.extentBytes,
            inode.trims,
            linkable));
  }

  /** Takes an inode back that gets a name; false if it is not to get one. */
  boolean takeUnnamed(Inode inode) {
    Orphan orphan = tx.view.orphan(inode.id);
    if (orphan == null || !orphan.linkable()) {
      return false;
    }
    tx.draft.delete(MetadataTable.ORPHANS, Keys.tagged('o', inode.id));
    tx.draft.delete(MetadataTable.ORPHANS, Keys.tagged('q', orphan.index(), inode.id));
    return true;
  }

  /** Takes the content away from {@code inode} and gives it an empty one; the caller saves it. */
  void detachContent(Inode inode) {
    add(
        new Orphan(
            false,
            tx.index,
            false,
            inode.id,
            inode.content,
            inode.contentVersion,
            inode.size,
            inode.mappedEnd,
            inode.extentBytes,
            inode.trims,
            false));
    inode.content = tx.globals.nextId++;
    inode.size = 0;
    inode.mappedEnd = 0;
    inode.extentBytes = 0;
    inode.reservedFrom = 0;
    inode.reservedTo = 0;
    inode.trims = 0;
  }

  private void add(Orphan orphan) {
    tx.draft.putNew(MetadataTable.ORPHANS, Keys.tagged('o', orphan.id()), orphan.encode());
    tx.draft.putNew(
        MetadataTable.ORPHANS, Keys.tagged('q', orphan.index(), orphan.id()), new byte[0]);
    tx.sessions.expectOrphan(orphan.index());
  }

  /** A session let go of {@code id}: back into the queue with it, where it is judged again. */
  void unpark(long id) {
    Orphan orphan = tx.view.orphan(id);
    if (orphan != null && orphan.parked()) {
      tx.draft.put(MetadataTable.ORPHANS, Keys.tagged('o', id), orphan.withParked(false).encode());
      tx.draft.put(MetadataTable.ORPHANS, Keys.tagged('q', orphan.index(), id), new byte[0]);
      tx.sessions.expectOrphan(orphan.index());
    }
  }
}

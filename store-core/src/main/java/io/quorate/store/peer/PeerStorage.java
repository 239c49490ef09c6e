package io.quorate.store.peer;

import io.quorate.store.journal.JournalOptions;
import io.quorate.store.table.Database;
import io.quorate.store.table.OrderedTables;
import io.quorate.store.world.Disk;

/**
 * What a peer stores things in. The peer closes all of it when it closes.
 *
 * @param disk the data directory, which holds the journal
 * @param journal settings of the journal
 * @param metadata kind of the database of the replicated state, which the peer opens itself
 * @param index database of this peer's chunk positions
 */
public record PeerStorage(
    Disk disk, JournalOptions journal, Database metadata, OrderedTables index) {}

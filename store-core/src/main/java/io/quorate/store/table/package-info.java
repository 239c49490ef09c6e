/**
 * Ordered tables of bytes: the checkpointed index under the metadata and under the journal. A
 * database is a handful of tables; a batch of changes to any of them is atomic; a snapshot sees all
 * of them at one moment. There is no log of changes here: what was written after the last flush is
 * lost in a crash, in all tables from one moment on, and comes back by replaying the journal. Real
 * peers use RocksDB, simulated ones an in-memory twin that forgets just the same.
 */
@NullMarked
package io.quorate.store.table;

import org.jspecify.annotations.NullMarked;

package io.quorate.store.sim;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.metadata.MetadataTable;
import io.quorate.store.metadata.NamespaceFsck;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.MemoryTables;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What must be in the tables of every sound peer once faults have ended: a tree that hangs
 * together, and a place in the journal for each chunk that some file uses. The latter is "no
 * published chunk is lost", and that healing ends, even for content that nobody reads.
 */
final class StorageChecks {
  private static final long HEAL_NANOS = 60_000_000_000L;
  private static final long POLL_NANOS = 200_000_000L;

  private final Simulation simulation;

  /** One that was missing, for people. */
  private String last = "";

  StorageChecks(Simulation simulation) {
    this.simulation = simulation;
  }

  void check(List<SimPeer> peers) {
    for (SimPeer peer : peers) {
      awaitChunks(peer);
      NamespaceFsck.check(peer.metadata());
      simulation.count("namespace checked");
    }
  }

  private void awaitChunks(SimPeer peer) {
    long giveUpAt = simulation.now() + HEAL_NANOS;
    int missing = missing(peer);
    if (missing > 0) {
      simulation.count("peer had chunks to heal or to index");
    }
    while (missing > 0) {
      if (simulation.now() > giveUpAt) {
        throw new AssertionError(
            missing
                + " published chunks are not on peer "
                + peer.id()
                + ", a minute after faults: "
                + last);
      }
      simulation.sleep(POLL_NANOS);
      missing = missing(peer);
    }
  }

  private int missing(SimPeer peer) {
    MemoryTables index = peer.index();
    int missing = 0;
    try (Cursor chunks = peer.metadata().scan(MetadataTable.CHUNKS, new byte[0], null)) {
      while (chunks.next()) {
        boolean used = ByteBuffer.wrap(chunks.value()).getInt() > 0;
        if (used && index.get(ChunkStore.Index.POSITIONS, chunks.key()) == null) {
          missing++;
          ByteBuffer key = ByteBuffer.wrap(chunks.key());
          last = key.getLong() + "/" + key.getLong();
        }
      }
    }
    return missing;
  }
}

package io.quorate.store.sim;

import io.quorate.store.chunk.ChunkStore;
import io.quorate.store.log.ChunkId;
import io.quorate.store.metadata.ChunkNeeds;
import io.quorate.store.table.MemoryTables;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at each segment of a journal at the moment at which it is deleted: had its peer lost its
 * power just then, would the state that comes back miss a chunk that was in it? Asked of what is
 * durable alone, so that no later healing hides what was wrong.
 */
final class ReclaimCheck {
  private static final int RECORDS_START = 8_192;
  private static final int HEADER_BYTES = 80;
  private static final int RECORD_MAGIC = 0x514A5201;
  private static final byte CHUNK = 1;
  private static final int LINKS_BYTES = 4_096;
  private static final int LENGTH_AT = 28;
  private static final int SUBJECT_AT = 48;

  private final Simulation simulation;
  private final Map<Integer, Map<Long, Integer>> endsOf = new HashMap<>();
  private boolean any;

  ReclaimCheck(Simulation simulation) {
    this.simulation = simulation;
  }

  /** A running peer is about to delete a file. */
  void deleted(SimPeer peer, String name) {
    if (!name.startsWith("journal-") || !name.endsWith(".seg") || peer.isDamaged()) {
      return;
    }
    NavigableMap<String, SimFile> files = peer.disk().durable();
    Map<Long, Integer> ends = endsOf.computeIfAbsent(peer.id(), id -> new HashMap<>());
    noteEnds(files, ends);
    if (peer.running() == null) {
      return; // recovery removes what it has copied
    }
    simulation.count("segment given back");
    if (!any) {
      any = true;
      simulation.count("run with a segment given back");
    }
    SimFile segment = files.get(name);
    if (segment == null) {
      simulation.fail(new AssertionError(name + " was never durable"));
      return;
    }
    MemoryTables flushed = peer.metadata().copyOfLastFlush();
    MemoryTables index = peer.index().copyOfLastFlush();
    int end = ends.getOrDefault(number(name), (int) segment.durableSizeBytes());
    int at = RECORDS_START;
    while (at + HEADER_BYTES <= end) {
      ByteBuffer header = ByteBuffer.wrap(segment.readDurable(at, HEADER_BYTES));
      if (header.getInt(0) != RECORD_MAGIC) {
        return;
      }
      if (header.get(4) == CHUNK) {
        ChunkId id = new ChunkId(header.getLong(SUBJECT_AT), header.getLong(SUBJECT_AT + 8));
        String wrong = ChunkNeeds.mayBeNeeded(flushed, id) ? wrong(name, id, index, files) : null;
        if (wrong != null) {
          simulation.fail(
              new AssertionError(
                  "peer " + peer.id() + " reclaims chunk " + id + " with " + name + ": " + wrong));
          return;
        }
      }
      at += HEADER_BYTES + header.getInt(LENGTH_AT);
    }
  }

  private static long number(String name) {
    return Long.parseLong(name.substring("journal-".length(), name.length() - ".seg".length()));
  }

  /**
   * Notes where segments end, as what follows them says: past a cut lies what was copied or never
   * counted. What is said once holds, also when whoever said it is gone.
   */
  private static void noteEnds(NavigableMap<String, SimFile> files, Map<Long, Integer> ends) {
    SimFile links = files.get("journal-links");
    if (links != null) {
      ByteBuffer slot = ByteBuffer.wrap(links.readDurable(0, LINKS_BYTES));
      for (int i = 0; i < slot.getInt(12); i++) {
        int at = 68 + 20 * i;
        ends.put(slot.getLong(at + 8), slot.getInt(at + 16));
      }
    }
    files.forEach(
        (name, file) -> {
          if (name.endsWith(".seg")) {
            ByteBuffer header = ByteBuffer.wrap(file.readDurable(0, HEADER_BYTES));
            ends.put(header.getLong(48), header.getInt(56));
          }
        });
  }

  /** What a crash now would find amiss with a chunk that may be needed; null if nothing. */
  private @Nullable String wrong(
      String deleted, ChunkId id, MemoryTables index, NavigableMap<String, SimFile> files) {
    ByteBuffer key = ByteBuffer.allocate(16).putLong(id.session()).putLong(id.number());
    byte[] row = index.get(ChunkStore.Index.POSITIONS, key.array());
    if (row == null) {
      return "the flushed index has no other place for it";
    }
    ByteBuffer place = ByteBuffer.wrap(row);
    String name = String.format("journal-%012d.seg", place.getLong());
    if (name.equals(deleted)) {
      return "the flushed index still names its place there";
    }
    SimFile other = files.get(name);
    ByteBuffer header =
        other == null
            ? ByteBuffer.allocate(HEADER_BYTES)
            : ByteBuffer.wrap(other.readDurable(place.getInt(), HEADER_BYTES));
    boolean there =
        header.getInt(0) == RECORD_MAGIC
            && header.getLong(SUBJECT_AT) == id.session()
            && header.getLong(SUBJECT_AT + 8) == id.number();
    if (!there) {
      return "its other place, in " + name + ", is not durable";
    }
    simulation.count("chunk moved from a segment given back");
    return null;
  }
}

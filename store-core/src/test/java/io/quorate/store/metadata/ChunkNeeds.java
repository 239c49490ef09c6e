package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.table.TableReader;

/**
 * Whether a state may need a chunk, told anew from its rows: a check of {@link ChunkStates} must
 * not ask it.
 */
public final class ChunkNeeds {
  private ChunkNeeds() {}

  public static boolean mayBeNeeded(TableReader rows, ChunkId id) {
    byte[] chunk = rows.get(MetadataTable.CHUNKS, Keys.of(id));
    if (chunk != null) {
      return Keys.intAt(chunk, 0) > 0;
    }
    byte[] row = rows.get(MetadataTable.SESSIONS, Keys.tagged('s', id.session()));
    if (row == null) {
      return id.session() > new View(rows).globals().index;
    }
    Session session = Session.decode(id.session(), row);
    return !session.ended && id.number() >= session.chunkFloor;
  }
}

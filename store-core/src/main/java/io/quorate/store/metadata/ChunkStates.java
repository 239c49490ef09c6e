package io.quorate.store.metadata;

import io.quorate.store.log.ChunkId;
import io.quorate.store.metadata.Metadata.ChunkState;
import io.quorate.store.table.Cursor;
import io.quorate.store.table.TableReader;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the state knows of chunks: who needs them, and whether anybody ever may. */
final class ChunkStates {
  private ChunkStates() {}

  /**
   * What is known of one chunk.
   *
   * @param applied an index that is applied in {@code rows}, at least
   */
  static ChunkState of(TableReader rows, long applied, ChunkId id) {
    // The session first: if it could no longer publish then, what is not published now never will
    // be.
    boolean closed = isClosed(rows, applied, id);
    return state(rows.get(MetadataTable.CHUNKS, Keys.of(id)), closed);
  }

  private static ChunkState state(byte @Nullable [] chunk, boolean closed) {
    if (chunk != null) {
      return Chunks.references(chunk) > 0 ? ChunkState.LIVE : ChunkState.GARBAGE;
    }
    return closed ? ChunkState.GARBAGE : ChunkState.UNKNOWN;
  }

  private static boolean isClosed(TableReader rows, long applied, ChunkId id) {
    Session session = session(rows, id.session());
    return session == null ? id.session() <= applied : closed(session, id);
  }

  private static @Nullable Session session(TableReader rows, long id) {
    byte[] row = rows.get(MetadataTable.SESSIONS, Keys.tagged('s', id));
    return row == null ? null : Session.decode(id, row);
  }

  /** Whether no command can publish the chunk any more, as far as its session says. */
  private static boolean closed(Session session, ChunkId id) {
    return session.ended || id.number() < session.chunkFloor;
  }

  /**
   * Which of some chunks are {@link ChunkState#GARBAGE}: one walk over the rows between the first
   * and the last of them.
   *
   * @param rows of one moment
   * @param applied an index that is applied in {@code rows}, at least
   * @param ids ascending
   */
  static Set<ChunkId> garbage(TableReader rows, long applied, List<ChunkId> ids) {
    Set<ChunkId> garbage = new HashSet<>();
    if (ids.isEmpty()) {
      return garbage;
    }
    byte[] last = Keys.of(ids.getLast());
    byte[] end = Arrays.copyOf(last, last.length + 1);
    try (Cursor cursor = rows.scan(MetadataTable.CHUNKS, Keys.of(ids.getFirst()), end)) {
      boolean there = cursor.next();
      long sessionId = 0;
      Session session = null;
      for (ChunkId id : ids) {
        byte[] key = Keys.of(id);
        while (there && Arrays.compareUnsigned(cursor.key(), key) < 0) {
          there = cursor.next();
        }
        if (id.session() != sessionId) {
          sessionId = id.session();
          session = session(rows, sessionId);
        }
        boolean closed = session == null ? id.session() <= applied : closed(session, id);
        byte[] row = there && Arrays.equals(cursor.key(), key) ? cursor.value() : null;
        if (state(row, closed) == ChunkState.GARBAGE) {
          garbage.add(id);
        }
      }
    }
    return garbage;
  }
}
